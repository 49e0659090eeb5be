/** What may be missing in what a service sends. */
export const findingIds = [
  'no-model-calls',
  'metrics-only',
  'content-missing',
  'logs-missing',
  'stream-usage-missing',
  'usage-missing',
  'price-missing',
  'no-source',
  'parents-missing',
] as const;
export type FindingId = (typeof findingIds)[number];

export interface ServiceFinding {
  readonly id: FindingId;
  /** How many of the looked-at calls it concerns; 0 where it concerns the service as a whole. */
  readonly calls: number;
  readonly of: number;
  /** A model, of those the finding concerns. */
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
}

/** What a service sends, judged by its newest model calls. */
export interface ServiceReport {
  /** From what was received: show as text only. */
  readonly service: string;
  readonly spans: number;
  readonly modelCalls: number;
  /** When its newest trace began, microseconds since the epoch; undefined where only metrics came. */
  readonly lastMicros: number | undefined;
  /** `telemetry.sdk.language` of its resource, e.g. `python`, `nodejs`. */
  readonly language: string | undefined;
  /** Names of instrumentation scopes. */
  readonly scopes: readonly string[];
  /** Ids of the conventions its model calls follow. */
  readonly dialects: readonly string[];
  /** Most hindering first; empty when nothing is missing. */
  readonly findings: readonly ServiceFinding[];
}
