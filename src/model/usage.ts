/**
 * Tokens of one call. `undefined` means not known, which is not 0.
 *
 * `input` includes cached and audio tokens, `output` includes reasoning and audio tokens, as in
 * OpenTelemetry's GenAI semantic conventions; every other field is a part of one of the two.
 */
export interface Usage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  /** Part of `input` read from a prompt cache. */
  readonly cacheRead?: number | undefined;
  /** Part of `input` written to a prompt cache (all times to live together). */
  readonly cacheWrite?: number | undefined;
  /** Part of `cacheWrite` kept for one hour, where the provider tells. */
  readonly cacheWrite1h?: number | undefined;
  /** Part of `output` spent on reasoning. */
  readonly reasoning?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputAudio?: number | undefined;
  readonly cacheReadAudio?: number | undefined;
}
