/** How sure we are of a line. `exact`: the program said so; `certain`: only one line can have made the span. */
export type Confidence = 'exact' | 'certain' | 'likely' | 'possible';

export interface SourceFrame {
  /** Path as the program gave it, or relative to the workspace once resolved. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column?: number | undefined;
  readonly function?: string | undefined;
  /** Last line of the expression that called, 1-based; of a definition, its last line. */
  readonly endLine?: number | undefined;
}

/** Where in the user's code a span was made. */
export interface SourceLocation extends SourceFrame {
  readonly confidence: Confidence;
  /** Which resolver said so, e.g. `code-attributes`, `captured-frames`, `stack-trace`, `static-index`. */
  readonly resolver: string;
  /** Why this line, in words for the user; undefined where the resolver's name says it all. */
  readonly reason?: string | undefined;
  /** Innermost first, the location itself included when the resolver saw a stack. */
  readonly frames: readonly SourceFrame[];
  /** Other lines that fit as well, best first. */
  readonly candidates: readonly SourceFrame[];
}
