/** Prices by part of usage, in USD per million tokens. A part that is absent costs what `input` or `output` costs. */
export interface PricesPerMillion {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputAudio?: number | undefined;
}

/** A price of the user's own, from the settings. */
export interface UserPrice extends PricesPerMillion {
  /** Model name; `*` stands for any run of characters. */
  readonly model: string;
  /** Only for this provider; any when absent. */
  readonly provider?: string | undefined;
  /** USD per call, besides its tokens. */
  readonly request?: number | undefined;
  /** Prices of calls whose input is larger than `aboveInputTokens`, for all of their tokens. */
  readonly tiers?: readonly (PricesPerMillion & { readonly aboveInputTokens: number })[] | undefined;
  /** Only for calls of this service tier, e.g. `batch`; for standard calls when absent. */
  readonly serviceTier?: string | undefined;
  /** First day of validity, ISO 8601. */
  readonly from?: string | undefined;
  /** First day after the validity, ISO 8601. */
  readonly until?: string | undefined;
}

/** A deployment's or gateway's name for a model that the price table knows. */
export interface ModelAlias {
  /** As the spans say it; `*` stands for any run of characters. */
  readonly name: string;
  readonly model: string;
  readonly provider?: string | undefined;
}
