import type { SourceLocation } from '../model/source.ts';
import type { Anchor, AnchorFound, CallPlace, FunctionPlace } from './callSite.ts';
import type { SpanQuestion } from './spanQuestion.ts';

/**
 * The sources of a workspace as far as calls go. Paths are opaque keys with forward slashes, all relative to one
 * folder or all absolute; answers name files by the same keys.
 */
export interface SourceIndex {
  /** Grows with each change. */
  readonly revision: number;
  /** Reads a file's text again; false when it says what it said before. */
  update(file: string, text: string): boolean;
  remove(file: string): void;
  rename(from: string, to: string): void;
  has(file: string): boolean;
  files(): Iterable<string>;
  functionsOf(file: string): readonly FunctionPlace[];
  /** Calls of interest, by line. */
  calls(file: string): readonly CallPlace[];
  /** The call at a line (with several, the one nearest to the column), or nothing when none begins or stands there. */
  anchor(file: string, line: number, column?: number): Anchor | undefined;
  findAnchor(file: string, anchor: Anchor): AnchorFound;
}

/** Finds the lines of spans in a source index. */
export interface Resolver {
  /**
   * Places for the spans of one or more traces, told together: parents and neighbours help. The key is
   * `traceId/spanId`; a span whose place is not known has no entry. What a span itself told is part of the answer.
   */
  resolveAll(spans: readonly SpanQuestion[]): ReadonlyMap<string, SourceLocation>;
  /** One span; `around` are the other spans of its trace, as far as they are known. */
  resolve(span: SpanQuestion, around?: readonly SpanQuestion[]): SourceLocation | undefined;
}
