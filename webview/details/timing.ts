import type { SpanDetails } from '../../src/protocol/details.ts';
import { formatCount, formatDuration } from '../../src/protocol/format.ts';

export interface TimingRow {
  readonly name: string;
  readonly value: string;
  /** How it was worked out. */
  readonly how?: string | undefined;
}

/** Shorter answers say nothing about a model's speed. */
const leastTokens = 2;

/**
 * Output tokens per second: from the first token on where its time is known, else over the whole call. Undefined for
 * a call without output tokens, or one that took no time.
 */
export function tokensPerSecond({
  row,
  ownUsage,
  timeToFirstTokenMs,
}: SpanDetails):
  | { readonly rate: number; readonly tokens: number; readonly ms: number; readonly isAfterFirst: boolean }
  | undefined {
  const tokens = (row.usage ?? ownUsage)?.output;
  if (tokens === undefined || tokens < leastTokens || row.durationMs === undefined) return undefined;
  const isAfterFirst = timeToFirstTokenMs !== undefined && timeToFirstTokenMs < row.durationMs;
  const ms = isAfterFirst ? row.durationMs - timeToFirstTokenMs : row.durationMs;
  return ms > 0 ? { rate: (tokens / ms) * 1000, tokens, ms, isAfterFirst } : undefined;
}

/** What is known of a call's times, with the arithmetic. */
export function timingRows(details: SpanDetails): TimingRow[] {
  const { row, timeToFirstTokenMs, retries, rateLimited, streaming } = details;
  const speed = tokensPerSecond(details);
  return [
    { name: 'Began', value: new Date(row.startMicros / 1000).toLocaleString() },
    { name: 'Duration', value: row.durationMs === undefined ? 'running' : formatDuration(row.durationMs) },
    ...(timeToFirstTokenMs === undefined
      ? []
      : [
          {
            name: 'Time to first token',
            value: formatDuration(timeToFirstTokenMs),
            how: shareOf(timeToFirstTokenMs, row.durationMs),
          },
        ]),
    ...(speed
      ? [
          {
            name: 'Output speed',
            value: `${rateText(speed.rate)} tokens per second`,
            how: `${formatCount(speed.tokens)} tokens ÷ ${formatDuration(speed.ms)}${speed.isAfterFirst ? ', from the first token on' : ''}`,
          },
        ]
      : []),
    ...(streaming === undefined ? [] : [{ name: 'Streaming', value: streaming ? 'yes' : 'no' }]),
    ...(retries > 0
      ? [{ name: 'Retries', value: formatCount(retries), how: rateLimited ? 'rate limited' : undefined }]
      : []),
    ...(retries === 0 && rateLimited ? [{ name: 'Rate limited', value: 'yes' }] : []),
  ];
}

/** `42`, `7.3`: three digits are more than a measurement bears. */
export function rateText(rate: number): string {
  return rate >= 10 ? formatCount(rate) : rate.toPrecision(2);
}

function shareOf(part: number, whole: number | undefined): string | undefined {
  if (whole === undefined || whole <= 0 || part > whole) return undefined;
  return `${Math.round((part / whole) * 100)} % of the duration`;
}
