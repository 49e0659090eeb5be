/** What a row of the trees says, as plain text; the editor's part (icons, markup) is in `treeItems.ts`. */
import { isKnownCost } from '../../../model/cost.ts';
import type { Flag, Severity } from '../../../model/flag.ts';
import { costLines, usageText } from '../../../protocol/costText.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatPartialMoney,
  formatPartialTokens,
  formatTokensBrief,
  formatUsage,
  plural,
} from '../../../protocol/format.ts';
import { isModelCall, kindNames } from '../../../protocol/kinds.ts';
import type { GroupBy } from '../../../protocol/query.ts';
import type { GroupRow, SpanRow, Totals, TraceRow } from '../../../protocol/rows.ts';
import { visibleLabel } from '../../../base/visibleText.ts';
import { confidenceText } from '../../source/confidenceText.ts';

/** Text presentation is asked for, so that no platform draws the mark as an emoji. */
const marks: Readonly<Record<Severity, string>> = { error: '✗', warning: '⚠\uFE0E', info: '⚑\uFE0E' };
const severities: readonly Severity[] = ['error', 'warning', 'info'];
const mostNamedFlags = 3;
const longestTooltipText = 600;

interface FlagMark {
  readonly id: string;
  readonly severity: Severity;
  readonly count: number;
}

/** `✗ error · ⚠ truncated ×2 · +1`; the most severe first. */
export function flagText(flags: readonly FlagMark[]): string[] {
  const sorted = [...flags].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.id < b.id ? -1 : 1),
  );
  const named = sorted.slice(0, mostNamedFlags).map(({ id, severity, count }) => {
    return `${marks[severity]} ${flagName(id)}${count > 1 ? ` ×${formatCount(count)}` : ''}`;
  });
  return sorted.length > mostNamedFlags ? [...named, `+${sorted.length - mostNamedFlags}`] : named;
}

/** `content_filter` → `content filter`. */
export function flagName(id: string): string {
  return visibleLabel(id, 60).replaceAll('_', ' ');
}

export function traceLabel(row: TraceRow): string {
  return visibleLabel(row.name) || '(unnamed)';
}

export function spanLabel(row: SpanRow): string {
  return visibleLabel(row.name) || '(unnamed)';
}

/** `1.23 s · 1,234 tokens · $0.0123 · ⚠ truncated`. */
export function traceDescription(row: TraceRow): string {
  return joined([runTime(row.durationMs, row.running), ...briefSums(row), ...flagText(traceFlags(row))]);
}

export function spanDescription(row: SpanRow): string {
  const isCall = isModelCall(row.kind);
  const own = isCall && row.counted;
  return joined([
    row.toolName === undefined || row.toolName === row.name ? undefined : visibleLabel(row.toolName, 60),
    runTime(row.durationMs, row.durationMs === undefined),
    own || row.usage ? tokensOf(row, formatTokensBrief) : undefined,
    own || row.cost ? costOf(row) : undefined,
    ...flagText(spanFlags(row)),
    row.model === undefined ? undefined : visibleLabel(row.model, 60),
  ]);
}

export function groupLabel(by: Exclude<GroupBy, 'none'>, key: string, today: Date): string {
  if (key === '') return `(no ${by})`;
  if (by !== 'day') return visibleLabel(key, 120);
  const day = localDay(today);
  const yesterday = localDay(new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1));
  if (key === day) return 'Today';
  return key === yesterday ? 'Yesterday' : visibleLabel(key, 40);
}

export function groupDescription(row: GroupRow): string {
  return joined([plural(row.traces, 'trace'), ...briefSums(row), ...flagText(traceFlags(row))]);
}

/** Sentences for a screen reader. */
export function traceAccessibleLabel(row: TraceRow): string {
  const state = row.running ? 'running' : row.errors > 0 ? plural(row.errors, 'error') : 'ok';
  return spoken([
    `Trace ${traceLabel(row)}`,
    `service ${visibleLabel(row.service, 80)}`,
    state,
    runTime(row.durationMs, row.running),
    ...sums(row),
    flagsSpoken(traceFlags(row)),
  ]);
}

export function spanAccessibleLabel(row: SpanRow): string {
  const tool =
    row.toolName === undefined || row.toolName === row.name ? undefined : visibleLabel(row.toolName, 80);
  const model = row.model === undefined ? undefined : `model ${visibleLabel(row.model, 80)}`;
  const failed =
    row.status === 'error' ? `failed: ${visibleLabel(row.statusMessage, 200) || 'no message'}` : undefined;
  const isCall = isModelCall(row.kind) && row.counted;
  return spoken([
    `${kindNames[row.kind]} ${spanLabel(row)}`,
    tool,
    model,
    runTime(row.durationMs, row.durationMs === undefined),
    isCall ? tokensOf(row) : undefined,
    isCall ? costOf(row) : undefined,
    failed,
    flagsSpoken(spanFlags(row)),
  ]);
}

export function groupAccessibleLabel(by: Exclude<GroupBy, 'none'>, row: GroupRow, today: Date): string {
  return spoken([
    `${by} ${groupLabel(by, row.key, today)}`,
    plural(row.traces, 'trace'),
    ...sums(row),
    flagsSpoken(traceFlags(row)),
  ]);
}

/** Lines of a trace's hover, after its name. */
export function traceTooltip(row: TraceRow): string[] {
  return [
    `${new Date(row.startMicros / 1000).toLocaleString()} · ${visibleLabel(row.service, 120)}`,
    `Duration: ${runTime(row.durationMs, row.running) ?? '?'}`,
    `${plural(row.spans, 'span')}, ${plural(row.modelCalls, 'model call')}${row.failedCalls > 0 ? ` (${formatCount(row.failedCalls)} failed)` : ''}, ${plural(row.errors, 'error')}`,
    ...(row.models.length > 0
      ? [
          `Models: ${row.models
            .slice(0, 8)
            .map((model) => visibleLabel(model, 80))
            .join(', ')}`,
        ]
      : []),
    ...tokenLines(row),
    `Cost: ${formatPartialMoney(row.cost) ?? 'none'}`,
    ...(row.sessionId === undefined ? [] : [`Session: ${visibleLabel(row.sessionId, 120)}`]),
    ...row.flags.map((flag) => `${marks[flag.severity]} ${flagName(flag.id)} ×${formatCount(flag.count)}`),
    `Trace ${row.traceId}`,
  ];
}

/** Lines of a span's hover: what it is, its tokens, the cost's arithmetic and source, why it is flagged. */
export function spanTooltip(row: SpanRow): string[] {
  const text = (value: string): string => visibleLabel(value, longestTooltipText);
  return [
    joined([
      kindNames[row.kind],
      row.model && text(row.model),
      row.toolName && `tool ${text(row.toolName)}`,
      text(row.service),
    ]),
    `${new Date(row.startMicros / 1000).toLocaleString()} · ${runTime(row.durationMs, row.durationMs === undefined) ?? '?'}`,
    ...(row.status === 'error'
      ? [`${marks.error} ${text(row.statusMessage) || 'Error without a message'}`]
      : []),
    ...(row.usage
      ? [`Tokens: ${usageText(row.usage)}`]
      : isModelCall(row.kind) && row.counted
        ? ['Tokens unknown']
        : []),
    ...(row.cost ? costLines(row.cost).map(text) : []),
    ...(isModelCall(row.kind) && !row.counted ? ['Counted in another span: this one repeats it'] : []),
    ...row.flags.map((flag) => `${marks[flag.severity]} ${flagName(flag.id)}: ${text(flag.reason)}`),
    ...(row.source
      ? [`${text(row.source.file)}:${row.source.line}`, `Line ${confidenceText(row.source)}`]
      : []),
  ];
}

/** `YYYY-MM-DD` in local time. */
export function localDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function runTime(durationMs: number | undefined, running: boolean): string | undefined {
  if (durationMs === undefined) return running ? 'running' : undefined;
  return running ? `${formatDuration(durationMs)}, running` : formatDuration(durationMs);
}

/** For rows, which are narrow. */
function briefSums(row: Pick<Totals, 'inputTokens' | 'outputTokens' | 'cost'>): (string | undefined)[] {
  return [
    formatPartialTokens(row.inputTokens, row.outputTokens, formatTokensBrief),
    formatPartialMoney(row.cost),
  ];
}

function sums(row: Totals): (string | undefined)[] {
  return [formatPartialTokens(row.inputTokens, row.outputTokens), formatPartialMoney(row.cost)];
}

function tokenLines(row: Totals): string[] {
  const one = (name: string, sum: Totals['inputTokens']): string => {
    if (sum.known === undefined) return `${name} ?`;
    return `${name} ${formatCount(sum.known)}${sum.unknownCalls > 0 ? ` (${formatCount(sum.unknownCalls)} unknown)` : ''}`;
  };
  if (
    row.inputTokens.known === undefined &&
    row.inputTokens.unknownCalls === 0 &&
    row.outputTokens.known === undefined
  )
    return [];
  const cached = row.cacheReadTokens > 0 ? `, ${formatCount(row.cacheReadTokens)} read from cache` : '';
  return [`Tokens: ${one('input', row.inputTokens)}${cached}, ${one('output', row.outputTokens)}`];
}

/** A failed call that reports no usage costs nobody a question mark. */
function tokensOf(row: SpanRow, format?: (tokens: number) => string): string | undefined {
  return row.usage === undefined && row.status === 'error' ? undefined : formatUsage(row.usage, format);
}

function costOf(row: SpanRow): string | undefined {
  const known = row.cost !== undefined && isKnownCost(row.cost);
  return !known && row.usage === undefined && row.status === 'error' ? undefined : formatCost(row.cost);
}

function traceFlags(row: Totals): FlagMark[] {
  const flags: FlagMark[] = [...row.flags];
  if (row.errors > 0 && !flags.some((flag) => flag.id === 'error')) {
    flags.push({ id: 'error', severity: 'error', count: row.errors });
  }
  return flags;
}

/** A span's flags; a failure is one, whether a rule says so or not. */
export function spanFlags(row: SpanRow): FlagMark[] {
  const flags: FlagMark[] = row.flags.map(({ id, severity }: Flag) => ({ id, severity, count: 1 }));
  if (row.status === 'error' && !flags.some((flag) => flag.id === 'error')) {
    flags.push({ id: 'error', severity: 'error', count: 1 });
  }
  return flags;
}

function flagsSpoken(flags: readonly FlagMark[]): string | undefined {
  if (flags.length === 0) return undefined;
  return `${plural(flags.length, 'flag')}: ${flags.map((flag) => (flag.id === flag.severity ? flag.id : `${flag.severity} ${flagName(flag.id)}`)).join(', ')}`;
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

function spoken(parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => part?.replaceAll('≥', 'at least').replace(/ \?$/, ' unknown'))
    .join(', ');
}
