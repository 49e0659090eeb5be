/** Numbers as people read them; shared by the trees, the status bar and the panels, so that all say the same. */
import type { CostResult } from '../model/cost.ts';
import { isKnownCost } from '../model/cost.ts';
import type { Usage } from '../model/usage.ts';
import type { PartialSum } from './rows.ts';

/** `1234567` → `1,234,567`; not finite → `?`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const digits = Math.abs(Math.round(value)).toString();
  if (digits.includes('e')) return String(value);
  const grouped = digits.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return value < 0 && grouped !== '0' ? `-${grouped}` : grouped;
}

/** Tokens, short: `999`, `1,234`, `12.3k`, `1.23M`. */
export function formatTokens(tokens: number): string {
  if (!Number.isFinite(tokens)) return '?';
  if (tokens < 10_000) return formatCount(tokens);
  if (tokens < 999_950) return `${(tokens / 1000).toFixed(1)}k`;
  return `${(tokens / 1_000_000).toFixed(2)}M`;
}

/** Tokens for a narrow row: `999 tok`, `1.3k tok`. */
export function formatTokensBrief(tokens: number): string {
  if (tokens >= 1000 && tokens < 9_950) return `${(tokens / 1000).toFixed(1)}k tok`;
  return `${formatTokens(tokens)} tok`;
}

/** USD, short: two decimals from a dollar on, four from a cent on, two significant digits below. */
export function formatMoney(usd: number): string {
  if (!Number.isFinite(usd)) return '?';
  const sign = usd < 0 ? '-' : '';
  const amount = Math.abs(usd);
  if (amount === 0) return '$0';
  if (amount >= 1) {
    const [whole = '0', cents = '00'] = amount.toFixed(2).split('.');
    return whole.length > 15 ? `${sign}$${amount}` : `${sign}$${formatCount(Number(whole))}.${cents}`;
  }
  if (amount >= 0.01) return `${sign}$${amount.toFixed(4)}`;
  return `${sign}$${decimals(amount, 2)}`;
}

/** USD with all its digits (at most ten significant), for arithmetic that is to be checked. */
export function formatMoneyExact(usd: number): string {
  if (!Number.isFinite(usd)) return '?';
  if (usd === 0) return '$0';
  const amount = Math.abs(usd);
  const text = amount >= 1 ? trimZeros(amount.toFixed(8)) : decimals(amount, 10);
  return `${usd < 0 ? '-' : ''}$${text}`;
}

/** A price per token as people quote it: per million tokens. */
export function formatRate(usdPerToken: number): string {
  return `${formatMoneyExact(Number((usdPerToken * 1_000_000).toPrecision(12)))} / 1M`;
}

/** Milliseconds: `0.4 ms`, `350 ms`, `1.23 s`, `2 min 5 s`, `1 h 2 min`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '?';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 9.95) return `${trimZeros(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** `512 B`, `1.5 kB`, `3.2 MB`, `1.1 GB` (powers of 1000). */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '?';
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 999_950) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 999_950_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/**
 * A sum of which some parts may be unknown: `$0.0123`, `≥ $0.0123 (2 unknown)`, or `cost ?` when nothing is known.
 * Undefined when there was nothing to sum.
 */
export function formatPartialMoney(sum: PartialSum): string | undefined {
  return partial(sum, formatMoney, 'cost ?');
}

/** As {@link formatPartialMoney}, for tokens: `1,234 tokens`, `≥ 1,234 tokens (1 unknown)`, `tokens ?`. */
export function formatPartialTokens(
  input: PartialSum,
  output: PartialSum,
  format = tokensInFull,
): string | undefined {
  return partial(addPartial(input, output), format, 'tokens ?');
}

/** As {@link formatPartialMoney}, for a bare count: `1,234`, `≥ 1,234 (1 unknown)`, `?`. */
export function formatPartialCount(sum: PartialSum): string | undefined {
  return partial(sum, formatCount, '?');
}

/** Input and output tokens together; a call that lacks both is one unknown call, not two. */
export function addPartial(first: PartialSum, second: PartialSum): PartialSum {
  const known =
    first.known === undefined && second.known === undefined
      ? undefined
      : (first.known ?? 0) + (second.known ?? 0);
  return { known, unknownCalls: Math.max(first.unknownCalls, second.unknownCalls) };
}

/** A call's tokens, short: `1,234 tokens`, `≥ 900 tokens` when only one side is known, `tokens ?` when none is. */
export function formatUsage(usage: Usage | undefined, format = tokensInFull): string {
  if (usage?.input === undefined && usage?.output === undefined) return 'tokens ?';
  const text = format((usage.input ?? 0) + (usage.output ?? 0));
  return usage.input === undefined || usage.output === undefined ? `≥ ${text}` : text;
}

/** A call's cost, short; `cost ?` when unknown. */
export function formatCost(cost: CostResult | undefined): string {
  return cost && isKnownCost(cost) ? formatMoney(cost.amount) : 'cost ?';
}

/** `1 call`, `2 calls`. */
export function plural(count: number, word: string, format: (value: number) => string = formatCount): string {
  return `${format(count)} ${word}${count === 1 ? '' : 's'}`;
}

function tokensInFull(tokens: number): string {
  return plural(tokens, 'token', formatTokens);
}

function partial(sum: PartialSum, format: (value: number) => string, unknown: string): string | undefined {
  if (sum.known === undefined) return sum.unknownCalls > 0 ? unknown : undefined;
  const text = format(sum.known);
  return sum.unknownCalls > 0 ? `≥ ${text} (${formatCount(sum.unknownCalls)} unknown)` : text;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A number below one in plain decimals with so many significant digits. */
function decimals(value: number, significant: number): string {
  const places = Math.min(20, significant - 1 - Math.floor(Math.log10(value)));
  const text = trimZeros(value.toFixed(places));
  return text === '0' ? value.toExponential(1) : text;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
