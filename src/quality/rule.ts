import type { CostResult } from '../model/cost.ts';
import type { Severity } from '../model/flag.ts';
import type { SpanFacts } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import type { AnswerReader } from './answer.ts';
import type { CompiledUserRule } from './userRules.ts';

/** Middle and spread of what was measured before at the same place. */
export interface Spread {
  readonly samples: number;
  readonly median: number;
  /** Median of the absolute deviations from the median. */
  readonly deviation: number;
}

/** How earlier calls of the same call site, or of the same span name where no line is known, went. */
export interface CallHistory {
  readonly durationMs?: Spread | undefined;
  readonly timeToFirstTokenMs?: Spread | undefined;
  /** USD. */
  readonly cost?: Spread | undefined;
}

/** What is known of a span besides its facts. All but `counted` may be missing: the rules that need it are silent. */
export interface SpanContext {
  /** Does this span stand for a call that no other span stands for? */
  readonly counted: boolean;
  /** The usage that counts. */
  readonly usage?: Usage | undefined;
  readonly cost?: CostResult | undefined;
  /** Attempts after the first and a rate limit met, as spans below the call show them. */
  readonly retries?: number | undefined;
  readonly rateLimited?: boolean | undefined;
  readonly name?: string | undefined;
  readonly durationMs?: number | undefined;
  /** False while the span has not ended. */
  readonly ended?: boolean | undefined;
  /** Tokens that the model's window holds. */
  readonly contextWindow?: number | undefined;
  readonly history?: CallHistory | undefined;
  /** A span that repeats this call (its wrapper or twin): its messages are read where this span has none. */
  readonly repeatedBy?: (() => SpanFacts | undefined) | undefined;
  /** For the user's rules: the span's own attribute, then its resource's, as text or number. */
  readonly attribute?: ((key: string) => string | number | boolean | undefined) | undefined;
}

/** What one rule sees. */
export interface RuleInput {
  readonly facts: SpanFacts;
  readonly context: SpanContext;
  /** The messages, parsed when first asked for. */
  readonly answer: AnswerReader;
  readonly limits: RuleLimits;
}

/** Numbers that decide when something is too much. */
export interface RuleLimits {
  /** Earlier calls there must be before one is called slow or expensive. */
  readonly minSamples: number;
  /** How many spreads above the median are slow or expensive. */
  readonly spreads: number;
  /** Share of the model's window from which a context is large. */
  readonly largeContextShare: number;
}

export const defaultLimits: RuleLimits = { minSamples: 8, spreads: 6, largeContextShare: 0.8 };

/** What a rule looks at: counted calls to a model, counted calls of a tool, every span, or a trace as a whole. */
export type RuleScope = 'call' | 'tool' | 'any' | 'trace';

export interface Rule {
  /** Stable; also the key under which emitters may report the mark themselves. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly defaultOn: boolean;
  /** A sentence for the settings and the documentation. */
  readonly description: string;
  readonly scopes: readonly RuleScope[];
  /** The sentence that says why, with its evidence; undefined when all is well. Absent for rules over a trace. */
  readonly check?: ((input: RuleInput) => string | undefined) | undefined;
}

export interface QualityOptions {
  /** Rules to run, by what they look at. */
  readonly call: readonly Rule[];
  readonly tool: readonly Rule[];
  readonly any: readonly Rule[];
  /** All rules that are on, by id. */
  readonly enabled: ReadonlyMap<string, Rule>;
  readonly userRules: readonly CompiledUserRule[];
  readonly limits: RuleLimits;
}
