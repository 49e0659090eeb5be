/** A line of a user's program. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What `cli.js spans` tells of a span and its place. */
export interface LiveSpan {
  readonly name: string;
  readonly source: {
    readonly file: string;
    readonly line: number;
    readonly confidence: string;
    readonly resolver: string;
    readonly frames: readonly Place[];
  } | null;
}
