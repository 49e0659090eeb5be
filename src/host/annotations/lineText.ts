/** What the calls of a line or function say in the editor, as plain text: numbers and words of our own only. Pure. */
import { visibleLabel } from '../../base/visibleText.ts';
import type { CallSums, LineAnnotation, Staleness } from '../../protocol/code.ts';
import {
  addPartial,
  formatCount,
  formatDuration,
  formatMoney,
  formatTokensBrief,
  plural,
} from '../../protocol/format.ts';
import type { PartialSum } from '../../protocol/rows.ts';
import type { ShownLine } from './documentAnnotations.ts';

export type HintPart = 'cost' | 'tokens' | 'duration' | 'calls' | 'flags';
export const hintParts: readonly HintPart[] = ['cost', 'tokens', 'duration', 'calls', 'flags'];

/** Text presentation is asked for, so that no platform draws the mark as an emoji. */
const marks = { error: '✗', warning: '⚠\uFE0E' } as const;
/** In front of what was called through a line, by the functions that it calls. */
export const throughMark = '↳';
const staleMark = '≈';

/** What a line shows: what was called through it where that is more than what was called at it. */
export function sumsOf(annotation: LineAnnotation): CallSums | undefined {
  return annotation.through ?? annotation.self;
}

/** Whether nothing was called at the line itself. */
export function isThroughOnly({ self, through }: LineAnnotation): boolean {
  return through !== undefined && (self === undefined || self.calls === 0);
}

/** `$0.0042 · 1.2k tok · 840 ms · ×12 ⚠`; undefined where there is nothing to say. */
export function hintText(
  { annotation, stale }: Pick<ShownLine, 'annotation' | 'stale'>,
  parts: ReadonlySet<HintPart>,
): string | undefined {
  const sums = sumsOf(annotation);
  if (!sums || sums.calls === 0 || stale === 'gone') return undefined;
  // The time at the line is that of what was called there, not of the calls inside it.
  const timed = annotation.self && annotation.self.calls > 0 ? annotation.self : sums;
  const texts = [
    parts.has('cost') ? moneyText(sums.cost) : undefined,
    parts.has('tokens') ? tokensText(sums) : undefined,
    parts.has('duration') ? timeText(timed) : undefined,
    parts.has('calls') && timed.calls > 1 ? `×${formatCount(timed.calls)}` : undefined,
  ].filter((text) => text !== undefined);
  const flag = parts.has('flags') ? flagMark(sums) : undefined;
  if (texts.length === 0 && flag === undefined) {
    if (!parts.has('calls')) return undefined;
    texts.push(plural(timed.calls, 'call'));
  }
  const text = [texts.join(' · '), flag].filter((part) => part !== undefined && part !== '').join(' ');
  const prefix = `${isThroughOnly(annotation) ? `${throughMark} ` : ''}${stale ? `${staleMark} ` : ''}`;
  return `${prefix}${text}`;
}

/** `12 calls · $0.05 · p95 1.20 s · 2 errors`. */
export function lensText(sums: CallSums): string {
  return [
    plural(sums.calls, 'call'),
    moneyText(sums.cost),
    sums.p95Ms === undefined ? undefined : `${sums.calls > 1 ? 'p95 ' : ''}${formatDuration(sums.p95Ms)}`,
    sums.errors > 0 ? plural(sums.errors, 'error') : undefined,
  ]
    .filter((text) => text !== undefined)
    .join(' · ');
}

/** `$0.0042`, `≥ $0.0042` when some is unknown, `cost ?` when all is; undefined where nothing costs. */
export function moneyText(sum: PartialSum): string | undefined {
  return partialText(sum, formatMoney, 'cost ?');
}

/** `1.2k tok`, with the same marks. */
export function tokensText(sums: Pick<CallSums, 'inputTokens' | 'outputTokens'>): string | undefined {
  return partialText(addPartial(sums.inputTokens, sums.outputTokens), formatTokensBrief, 'tok ?');
}

function partialText(
  sum: PartialSum,
  format: (value: number) => string,
  unknown: string,
): string | undefined {
  if (sum.known === undefined) return sum.unknownCalls > 0 ? unknown : undefined;
  return `${sum.unknownCalls > 0 ? '≥ ' : ''}${format(sum.known)}`;
}

function timeText(sums: CallSums): string | undefined {
  const ms = sums.calls > 1 ? sums.medianMs : sums.lastMs;
  return ms === undefined ? undefined : formatDuration(ms);
}

/** The worst that is to be marked: `✗` for errors, `⚠` for warnings. */
export function worstOf(sums: CallSums): 'error' | 'warning' | undefined {
  if (sums.errors > 0 || sums.flags.some(({ severity }) => severity === 'error')) return 'error';
  return sums.flags.some(({ severity }) => severity === 'warning') ? 'warning' : undefined;
}

function flagMark(sums: CallSums): string | undefined {
  const worst = worstOf(sums);
  return worst && marks[worst];
}

/** What makes a line's gutter: a failure, or an answer that was cut or refused; other warnings do not. */
export function gutterOf(sums: CallSums): 'error' | 'warning' | undefined {
  if (worstOf(sums) === 'error') return 'error';
  return sums.flags.some(({ id, severity }) => severity === 'warning' && cutAnswers.has(flagKey(id)))
    ? 'warning'
    : undefined;
}

const cutAnswers: ReadonlySet<string> = new Set(['truncated', 'stream_cut', 'content_filter']);

/** Flag ids are written with `_` or `-`. */
export function flagKey(id: string): string {
  return id.replaceAll('-', '_');
}

export type Heat = 'high' | 'medium' | 'low';

/** How hot a line is: its share of the costliest line's cost. Undefined where no cost is known. */
export function heatOf(cost: number | undefined, highest: number): Heat | undefined {
  if (cost === undefined || !(cost > 0) || !(highest > 0)) return undefined;
  const share = cost / highest;
  if (share >= 0.5) return 'high';
  return share >= 0.1 ? 'medium' : 'low';
}

/** At most two characters, as the editor asks: the magnitude of a file's cost. */
export function badgeText(sums: CallSums): string | undefined {
  const { known } = sums.cost;
  if (known === undefined) return sums.cost.unknownCalls > 0 ? '?' : undefined;
  const cents = known * 100;
  if (cents < 0.95) return '¢';
  if (cents < 9.5) return `${Math.round(cents)}¢`;
  if (cents < 95) return '¢¢';
  return cents < 950 ? `$${Math.round(cents / 100)}` : '$$';
}

/** Why the numbers may not be those of the code that stands there; a sentence. */
export function staleText(stale: ShownLine['stale'], { revision }: Partial<Staleness>): string | undefined {
  const at = revision === undefined ? '' : `, at revision ${visibleLabel(revision.slice(0, 12), 40)}`;
  switch (stale) {
    case undefined:
      return undefined;
    case 'edited':
      return `The line was edited and not saved; measured before${at}.`;
    case 'changed':
      return `The code was changed since it was measured${at}.`;
    case 'gone':
      return `The code that was measured is not in this file any more${at}.`;
  }
}
