/** A function, method or class of a source file. */
export interface FunctionPlace {
  /** With its class: `Concierge.ask`; `<anonymous>` where it has no name. */
  readonly name: string;
  readonly kind: 'function' | 'method' | 'class';
  /** 1-based; of a decorated Python function the line of `def`. */
  readonly line: number;
  readonly endLine: number;
}

/** A call that may make a model call, an embedding, a retrieval, a tool call, or open a span. */
export interface CallPlace {
  /** 1-based: the first line of the call expression. */
  readonly line: number;
  readonly endLine: number;
  /** 1-based column of the called name. */
  readonly column: number;
  /** The called chain as written, shortened: `client.chat.completions.create`. */
  readonly callee: string;
  /** The function around it; '' at the top level. */
  readonly function: string;
  readonly kind: 'model' | 'embedding' | 'retrieval' | 'agent' | 'tool' | 'span' | 'other';
}

/** How a call is found again after its file changed. Plain data: it can be stored. */
export interface Anchor {
  /** Digest of the call's text, white space and comments left out. */
  readonly text: string;
  /** The called chain: what is looked for when the text changed. */
  readonly callee: string;
  /** The function around it; '' at the top level. */
  readonly function: string;
  /** Which of the calls with the same text in the same function, from 0. */
  readonly ordinal: number;
  /** Which of the calls with the same callee in the same function, from 0. */
  readonly calleeOrdinal: number;
  /** Where it stood. */
  readonly line: number;
}

export interface AnchorFound {
  /** The line where it stands now, 1-based; undefined when it is gone. */
  readonly line: number | undefined;
  readonly endLine: number | undefined;
  /** `changed`: the call is there with another text. */
  readonly state: 'same' | 'changed' | 'gone';
}
