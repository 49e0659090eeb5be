/**
 * Which text heuristics are on unless the user says otherwise: those that keep a precision of at least 95 % on the
 * held-back half of the labelled answers.
 */
export const defaultOn = {
  code: true,
  refusal: true,
  apology: true,
  empty: true,
} as const;

export type TextHeuristic = keyof typeof defaultOn;
