/** What a rule over a trace found: a sentence for a span. */
export interface Finding {
  readonly spanId: string;
  /** The rule's id. */
  readonly id: string;
  readonly reason: string;
}
