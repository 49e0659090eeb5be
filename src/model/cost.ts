/** What one part of a call's usage costs: `amount = tokens × rate`. */
export interface CostPart {
  /** `input`, `cacheRead`, `cacheWrite`, `cacheWrite1h`, `output`, `reasoning`, `inputAudio`, `outputAudio`, `request`, `reported`. */
  readonly what: string;
  readonly tokens: number;
  /** USD per token. */
  readonly rate: number;
  /** USD. */
  readonly amount: number;
}

/** Where a price came from. */
export interface CostSource {
  /** `user`: the user's own price; `reported`: the span says so; `table`: the bundled price table; `local`: a model on this machine; `estimate`: from text length, never in sums. */
  readonly kind: 'user' | 'reported' | 'table' | 'local' | 'estimate';
  /** The table's or attribute's name, e.g. `@pydantic/genai-prices` or `gen_ai.usage.cost`. */
  readonly name: string;
  readonly version?: string | undefined;
  /** Date of the table, ISO 8601. */
  readonly date?: string | undefined;
  /** What in the source matched, e.g. `openai / gpt-4o-mini, tier ≤ 200k`. */
  readonly detail?: string | undefined;
}

export interface Cost {
  /** USD. */
  readonly amount: number;
  readonly currency: 'USD';
  readonly parts: readonly CostPart[];
  readonly source: CostSource;
  /** The other known cost of the same call, when both a reported and a computed one exist. */
  readonly compared?: { readonly amount: number; readonly source: CostSource } | undefined;
}

/** A cost that is not known, and why: never shown as 0. */
export interface UnknownCost {
  readonly unknown: 'usage' | 'model' | 'price';
  readonly reason: string;
}

export type CostResult = Cost | UnknownCost;

export function isKnownCost(cost: CostResult): cost is Cost {
  return 'amount' in cost;
}
