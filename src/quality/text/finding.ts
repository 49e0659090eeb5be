/** What a heuristic says of a text. */
export interface Finding {
  readonly found: boolean;
  /** The passage that decided, at most 120 characters. */
  readonly evidence?: string;
}

export const notFound: Finding = { found: false };

export function foundAt(passage: string): Finding {
  const text = passage.trim();
  return { found: true, evidence: text.length <= 120 ? text : `${text.slice(0, 119)}…` };
}
