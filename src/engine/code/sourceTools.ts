import type { Resolver, SourceIndex } from '../../source/callSiteIndexApi.ts';

/** The static index of a workspace and what finds lines in it; `undefined` where the sources are not to be read. */
export interface SourceTools {
  readonly index: SourceIndex;
  readonly resolver: Resolver;
}

/** Makes empty ones; reading grammars may take a moment. */
export type OpenSources = () => Promise<SourceTools>;
