/** The hover of a line's calls, as Markdown in which nothing that was received is markup. Pure. */
import { visibleLabel } from '../../base/visibleText.ts';
import type { CostPart } from '../../model/cost.ts';
import { isKnownCost } from '../../model/cost.ts';
import type { CallSums, CodeScope } from '../../protocol/code.ts';
import { partArithmetic, partName } from '../../protocol/costText.ts';
import { formatDuration, formatMoney, formatUsage, plural } from '../../protocol/format.ts';
import type { SpanRow } from '../../protocol/rows.ts';
import { inertMarkdown } from '../views/inertMarkdown.ts';
import { flagText, spanFlags, spanLabel } from '../views/traces/rowText.ts';
import type { ShownLine } from './documentAnnotations.ts';
import { isThroughOnly, moneyText, staleText, throughMark, tokensText } from './lineText.ts';

/** A link to a command of ours; its argument is of our own making: ids, files and lines. */
export interface HoverLink {
  readonly label: string;
  /** What it does, where the label is short. */
  readonly title?: string;
  readonly command: string;
  readonly argument: unknown;
}

export interface HoverView {
  readonly shown: Pick<ShownLine, 'annotation' | 'stale'>;
  readonly scope: CodeScope;
  /** The newest first. */
  readonly rows: readonly SpanRow[];
  readonly linksOf: (row: SpanRow) => readonly HoverLink[];
  readonly links: readonly HoverLink[];
}

const scopeWords: Readonly<Record<CodeScope, string>> = {
  lastRun: 'newest run',
  session: 'since this window was opened',
  all: 'all stored calls',
};

export function hoverMarkdown({ shown, scope, rows, linksOf, links }: HoverView): string {
  const { annotation, stale } = shown;
  const { self, through } = annotation;
  const notes = [
    staleText(stale, annotation.stale ?? {}),
    annotation.confidence === 'exact' || annotation.confidence === 'certain'
      ? undefined
      : `It is ${annotation.confidence} that this is their line.`,
  ].filter((note) => note !== undefined);
  const blocks = [
    ...(self && self.calls > 0 ? [sumsMarkdown('Called here', self, scopeWords[scope])] : []),
    ...(through
      ? [
          sumsMarkdown(
            `${throughMark} Called through this line`,
            through,
            isThroughOnly(annotation) ? scopeWords[scope] : undefined,
          ),
        ]
      : []),
    ...notes.map((note) => `*${inertMarkdown(note)}*`),
    links.map(linkMarkdown).join(' · '),
    ...rows.map((row) => callMarkdown(row, linksOf(row))),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** The newest call of an earlier run that is like this one; `rows` are calls of the same line, the newest first. */
export function earlierCall(row: SpanRow, rows: readonly SpanRow[]): SpanRow | undefined {
  return rows.find(
    ({ traceId, startMicros, name, kind }) =>
      traceId !== row.traceId && startMicros < row.startMicros && name === row.name && kind === row.kind,
  );
}

function sumsMarkdown(heading: string, sums: CallSums, scope: string | undefined): string {
  const numbers = [
    plural(sums.calls, 'call'),
    sums.runs > 1 ? `${plural(sums.runs, 'run')}${perRun(sums)}` : undefined,
    moneyText(sums.cost),
    tokensText(sums),
    sums.cacheReadTokens > 0 && sums.inputTokens.known
      ? `${Math.round((100 * sums.cacheReadTokens) / sums.inputTokens.known)} % of the input from cache`
      : undefined,
    ...(sums.calls > 1
      ? [timed('last', sums.lastMs), timed('median', sums.medianMs), timed('p95', sums.p95Ms)]
      : [timed('took', sums.lastMs)]),
  ];
  const wrong = flagText(
    sums.errors > 0 && !sums.flags.some(({ id }) => id === 'error')
      ? [...sums.flags, { id: 'error', severity: 'error', count: sums.errors }]
      : sums.flags,
  );
  const lines = [
    `**${inertMarkdown(heading)}**${scope === undefined ? '' : `  (${inertMarkdown(scope)})`}`,
    inertMarkdown(joined(numbers)),
    inertMarkdown(joined(wrong)),
  ];
  return lines.filter((line) => line !== '').join('  \n');
}

function perRun({ cost, runs }: CallSums): string {
  if (cost.known === undefined || runs < 2) return '';
  return ` of ${cost.unknownCalls > 0 ? '≥ ' : ''}${formatMoney(cost.known / runs)}`;
}

function timed(word: string, ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${word} ${formatDuration(ms)}`;
}

/** A call: when, how long, tokens, cost; its arithmetic; its links. */
function callMarkdown(row: SpanRow, links: readonly HoverLink[]): string {
  const { usage, cost } = row;
  const isKnown = cost !== undefined && isKnownCost(cost);
  const head = [
    new Date(row.startMicros / 1000).toLocaleTimeString(),
    row.durationMs === undefined ? 'running' : formatDuration(row.durationMs),
    usage ? formatUsage(usage) : undefined,
    isKnown ? formatMoney(cost.amount) : undefined,
    ...flagText(spanFlags(row)),
  ];
  const name = `**${inertMarkdown(spanLabel(row).slice(0, 80))}**`;
  const failure =
    row.status === 'error' ? visibleLabel(row.statusMessage, 200) || 'Error without a message' : '';
  const arithmetic = cost === undefined ? '' : isKnown ? sumText(cost.parts) : `Cost unknown: ${cost.reason}`;
  return [
    [`${name}  ${inertMarkdown(joined(head))}`, ...links.map(linkMarkdown)].join(' · '),
    inertMarkdown(failure),
    inertMarkdown(visibleLabel(arithmetic, 400)),
  ]
    .filter((line) => line !== '')
    .join('  \n');
}

/** `Input: 1,000 × $2.5 / 1M = $0.0025, Output: 50 × $10 / 1M = $0.0005`. */
function sumText(parts: readonly CostPart[]): string {
  return parts.map((part) => `${partName(part.what)}: ${partArithmetic(part)}`).join(', ');
}

function linkMarkdown({ label, title, command, argument }: HoverLink): string {
  // Brackets would end the link's address.
  const json = encodeURIComponent(JSON.stringify([argument])).replace(
    /[()'!*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `[${inertMarkdown(label)}](command:${command}?${json}${title === undefined ? '' : ` "${inertMarkdown(title)}"`})`;
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
