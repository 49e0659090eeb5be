export type Severity = 'error' | 'warning' | 'info';

/** A quality mark on a span. */
export interface Flag {
  /** Stable id, e.g. `truncated`; the user's own rules are prefixed `rule.`. */
  readonly id: string;
  readonly severity: Severity;
  /** A sentence that says why, with its evidence. */
  readonly reason: string;
}
