import type { Resolver, SourceIndex } from '../../source/callSiteIndexApi.ts';
import type { MappedPath } from '../../source/pathMap.ts';

/** The static index of a workspace and what finds lines in it. */
export interface SourceTools {
  readonly index: SourceIndex;
  readonly resolver: Resolver;
}

/**
 * Makes empty ones; reading grammars may take a moment. `mapPath`: a path that a program told as one of the index's
 * files.
 */
export type OpenSources = (mapPath: (told: string) => MappedPath | undefined) => Promise<SourceTools>;
