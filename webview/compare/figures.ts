import { isKnownCost, type CostResult } from '../../src/model/cost.ts';
import type { Usage } from '../../src/model/usage.ts';
import type { CallSide } from '../../src/protocol/compare.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatMoney,
  formatPartialMoney,
} from '../../src/protocol/format.ts';
import type { TraceRow } from '../../src/protocol/rows.ts';

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
export function traceFigures(left: TraceRow, right: TraceRow): FigureRow[] {
  const cost = [formatPartialMoney(left.cost) ?? '–', formatPartialMoney(right.cost) ?? '–'] as const;
  const isCostKnown = left.cost.unknownCalls === 0 && right.cost.unknownCalls === 0;
  const [known] = isCostKnown ? number('Cost', left.cost.known, right.cost.known, formatMoney) : [];
  return [
    { name: 'Began', left: began(left), right: began(right), differs: false },
    ...number('Duration', left.durationMs, right.durationMs, formatDuration),
    ...number('Spans', left.spans, right.spans, formatCount),
    ...number('Model calls', left.modelCalls, right.modelCalls, formatCount),
    ...number('Input tokens', left.inputTokens.known, right.inputTokens.known, formatCount),
    ...ifAny('… read from cache', left.cacheReadTokens, right.cacheReadTokens),
    ...number('Output tokens', left.outputTokens.known, right.outputTokens.known, formatCount),
    known ?? { name: 'Cost', left: cost[0], right: cost[1], differs: cost[0] !== cost[1] },
    ...ifAny('Errors', left.errors, right.errors),
  ];
}

/** A count that is 0 as a rule. */
function ifAny(name: string, left: number, right: number): FigureRow[] {
  return left === 0 && right === 0 ? [] : number(name, left, right, formatCount);
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
