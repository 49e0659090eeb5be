import { isKnownCost, type CostResult } from '../../src/model/cost.ts';
import type { Usage } from '../../src/model/usage.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import type { CallSide, TraceComparison } from '../../src/protocol/compare.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatMoney,
  formatPartialCount,
  formatPartialMoney,
} from '../../src/protocol/format.ts';
import type { PartialSum, SpanRow, TraceRow } from '../../src/protocol/rows.ts';

/** A line of a table of two columns; `change` only where both are numbers that differ. */
export interface FigureRow {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  readonly change?: string | undefined;
  /** More is worse for all of them: time, tokens, money. */
  readonly isMore?: boolean | undefined;
  readonly differs: boolean;
}

/** What two calls took: model, time, tokens, cost. */
export function callFigures(left: CallSide, right: CallSide): FigureRow[] {
  const text = (name: string, get: (side: CallSide) => string | undefined): FigureRow[] => {
    const [l, r] = [get(left), get(right)];
    return l === undefined && r === undefined
      ? []
      : [{ name, left: l ?? '–', right: r ?? '–', differs: l !== r }];
  };
  const tokens = (name: string, get: (usage: Usage) => number | undefined): FigureRow[] =>
    number(name, left.usage && get(left.usage), right.usage && get(right.usage), formatCount);
  return [
    ...text('Model', ({ model }) => model),
    ...text('Provider', ({ provider }) => provider),
    ...number('Duration', left.row.durationMs, right.row.durationMs, formatDuration),
    ...number('Time to first token', left.timeToFirstTokenMs, right.timeToFirstTokenMs, formatDuration),
    ...tokens('Input tokens', ({ input }) => input),
    ...tokens('… read from cache', ({ cacheRead }) => cacheRead),
    ...tokens('… written to cache', ({ cacheWrite }) => cacheWrite),
    ...tokens('Output tokens', ({ output }) => output),
    ...tokens('… reasoning', ({ reasoning }) => reasoning),
    ...money(left.cost, right.cost),
    ...text('Finished', ({ finishReasons }) => finishReasons.join(', ') || undefined),
    ...text('Status', ({ row }) => (row.status === 'error' ? `error: ${row.statusMessage}` : undefined)),
  ];
}

/** What two runs took. */
export function traceFigures({ left, right, pairs }: TraceComparison): FigureRow[] {
  const read = (side: 'left' | 'right'): number | undefined =>
    cacheReads(
      side === 'left' ? left : right,
      pairs.flatMap((pair) => pair[side] ?? []),
    );
  return [
    { name: 'Began', left: began(left), right: began(right), differs: false },
    ...number('Duration', left.durationMs, right.durationMs, formatDuration),
    ...number('Spans', left.spans, right.spans, formatCount),
    ...number('Model calls', left.modelCalls, right.modelCalls, formatCount),
    ...sum('Input tokens', left.inputTokens, right.inputTokens, formatCount, formatPartialCount),
    ...ifAny('… read from cache', read('left'), read('right')),
    ...sum('Output tokens', left.outputTokens, right.outputTokens, formatCount, formatPartialCount),
    ...sum('Cost', left.cost, right.cost, formatMoney, formatPartialMoney),
    ...ifAny('Errors', left.errors, right.errors),
  ];
}

/** The sum of a run is 0 also where no call tells what it read: then it is not known. */
function cacheReads({ cacheReadTokens }: TraceRow, spans: readonly SpanRow[]): number | undefined {
  const isTold = spans.some(({ counted, usage }) => counted && usage?.cacheRead !== undefined);
  return cacheReadTokens > 0 || isTold ? cacheReadTokens : undefined;
}

/** A sum that may lack calls: a change is told only where none is missing on either side. */
function sum(
  name: string,
  left: PartialSum,
  right: PartialSum,
  format: (value: number) => string,
  formatPartial: (value: PartialSum) => string | undefined,
): FigureRow[] {
  const isWhole = left.unknownCalls === 0 && right.unknownCalls === 0;
  if (isWhole && (left.known === undefined) === (right.known === undefined))
    return number(name, left.known, right.known, format);
  const [before, after] = [formatPartial(left) ?? '–', formatPartial(right) ?? '–'];
  return [{ name, left: before, right: after, differs: before !== after }];
}

/** A count that is 0 as a rule. */
function ifAny(name: string, left: number | undefined, right: number | undefined): FigureRow[] {
  return !left && !right ? [] : number(name, left, right, formatCount);
}

function began({ startMicros }: TraceRow): string {
  return new Date(startMicros / 1000).toLocaleString();
}

function money(left: CostResult | undefined, right: CostResult | undefined): FigureRow[] {
  if (left && right && isKnownCost(left) && isKnownCost(right))
    return number('Cost', left.amount, right.amount, formatMoney);
  if (!left && !right) return [];
  const [before, after] = [formatCost(left), formatCost(right)];
  return [{ name: 'Cost', left: before, right: after, differs: before !== after }];
}

function number(
  name: string,
  left: number | undefined,
  right: number | undefined,
  format: (value: number) => string,
): FigureRow[] {
  if (left === undefined && right === undefined) return [];
  const row = {
    name,
    left: left === undefined ? '?' : format(left),
    right: right === undefined ? '?' : format(right),
  };
  if (left === undefined || right === undefined) return [{ ...row, differs: true }];
  const isMore = left === right ? undefined : right > left;
  return [{ ...row, change: changeText(left, right), isMore, differs: left !== right }];
}

/** Smaller changes of time are noise. */
const leastShare = 0.25;
const leastMs = 50;

/** What is different about a step, briefly; nothing is said of what a side does not tell. */
export function stepChanges(left: SpanRow, right: SpanRow): string[] {
  const time = timeChange(left.durationMs, right.durationMs);
  const [before, after] = [tokensOf(left), tokensOf(right)];
  const tokens = before === undefined || after === undefined ? undefined : changeText(before, after);
  return [
    ...(left.model === right.model ? [] : [`model ${visibleLabel(right.model ?? '?', 60)}`]),
    ...(left.status === right.status ? [] : [right.status === 'error' ? 'failed' : 'no longer fails']),
    ...(time === undefined ? [] : [`time ${time}`]),
    ...(tokens === undefined ? [] : [`tokens ${tokens}`]),
  ];
}

function timeChange(before: number | undefined, after: number | undefined): string | undefined {
  if (before === undefined || after === undefined) return undefined;
  const differs = Math.abs(after - before) > Math.max(leastMs, before * leastShare);
  return differs ? changeText(before, after) : undefined;
}

function tokensOf({ usage }: SpanRow): number | undefined {
  return usage?.input === undefined || usage.output === undefined ? undefined : usage.input + usage.output;
}

/** `+12 %`, `−50 %`, `× 3.2`; undefined where nothing changed or there was nothing. */
export function changeText(left: number, right: number): string | undefined {
  if (left === right || left <= 0 || right < 0) return undefined;
  const ratio = right / left;
  if (ratio >= 3) return `× ${ratio >= 100 ? formatCount(ratio) : ratio.toPrecision(2)}`;
  const percent = (ratio - 1) * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  const text = Math.abs(percent).toFixed(digits);
  return `${percent > 0 ? '+' : '−'}${text} %`;
}
