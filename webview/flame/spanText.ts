import { visibleLabel } from '../../src/base/visibleText.ts';
import { flameBits } from '../../src/protocol/flame.ts';
import { formatCost, formatDuration, formatMoney, formatTokens, plural } from '../../src/protocol/format.ts';
import { kindNames } from '../../src/protocol/kinds.ts';
import type { FlameData } from './flameData.ts';

export interface SpanFact {
  readonly name: string;
  readonly value: string;
}

export const spanLabel = (data: FlameData, span: number, longest = 80): string =>
  visibleLabel(data.name(span), longest) || kindNames[data.kind(span)];

/** What the chart says of a span besides its name; text, to be shown as text. */
export function spanFacts(data: FlameData, span: number, sums: SubtreeSums | undefined): SpanFact[] {
  const { columns } = data;
  const facts: SpanFact[] = [];
  const add = (name: string, value: string): void => void facts.push({ name, value });
  const duration = columns.duration[span] as number;
  add('Kind', kindNames[data.kind(span)]);
  add(
    'Duration',
    Number.isNaN(duration)
      ? `running, ${formatDuration((data.head.nowMicros - (columns.start[span] as number)) / 1000)} so far`
      : formatDuration(duration / 1000),
  );
  if (!data.isLeaf(span)) add('Self time', formatDuration((columns.self[span] as number) / 1000));
  const firstToken = columns.firstToken[span] as number;
  if (!Number.isNaN(firstToken)) add('First token', `after ${formatDuration(firstToken / 1000)}`);
  add('Start', `+${formatDuration((columns.start[span] as number) / 1000)}`);
  if (data.model(span) !== '') add('Model', visibleLabel(data.model(span), 60));
  if (data.service(span) !== '') add('Service', visibleLabel(data.service(span), 60));
  const tokens = columns.tokens[span] as number;
  const cost = columns.cost[span] as number;
  if (!Number.isNaN(tokens)) add('Tokens', formatTokens(tokens));
  else if (data.has(span, flameBits.tokensUnknown)) add('Tokens', 'tokens ?');
  if (!Number.isNaN(cost)) add('Cost', formatMoney(cost));
  else if (data.has(span, flameBits.costUnknown)) add('Cost', formatCost(undefined));
  const below = data.isLeaf(span) ? undefined : sums?.of(span);
  if (below && below.calls > 0) {
    add(
      'With all below',
      `${below.isPartial ? '≥ ' : ''}${formatMoney(below.cost)}, ${plural(below.calls, 'call')}`,
    );
  }
  const retries = columns.retries[span] as number;
  if (retries > 0) add('Retries', String(retries));
  if (data.flags(span) !== '') add('Flags', visibleLabel(data.flags(span).replaceAll('_', ' '), 120));
  return facts;
}

/** What is unusual about how the span is drawn or how it ended, as sentences. */
export function spanNotes(data: FlameData, span: number): string[] {
  const notes: [number, string][] = [
    [flameBits.error, 'It failed.'],
    [flameBits.rateLimited, 'It was rate limited.'],
    [flameBits.unfinished, 'It has not ended; it is drawn up to now.'],
    [flameBits.skewed, 'By its clock it began before its parent; it is drawn from the parent’s start.'],
    [flameBits.outlives, 'It went on after its parent had ended.'],
    [flameBits.orphan, 'Its parent has not arrived.'],
    [flameBits.ring, 'It and its parents name each other as parents; the ring is cut here.'],
    [flameBits.notCounted, 'Its tokens are counted at another span of the same call.'],
  ];
  return notes.filter(([bit]) => data.has(span, bit)).map(([, text]) => text);
}

/** Everything in a sentence, for a screen reader. */
export function spanSentence(data: FlameData, span: number, sums?: SubtreeSums): string {
  const [kind, ...facts] = spanFacts(data, span, sums);
  const notes = spanNotes(data, span).map((note) => note.replace(/[.;].*$/, ''));
  return [
    `${kind?.value ?? ''} ${spanLabel(data, span)}`,
    ...facts.map(({ name, value }) => `${name.toLowerCase()} ${value}`),
    ...notes,
  ].join(', ');
}

/** Cost of a span with all below it. Sums are made once; a subtree is a stretch of indexes. */
export class SubtreeSums {
  readonly #data: FlameData;
  readonly #cost: Float64Array;
  readonly #calls: Uint32Array;
  readonly #unknown: Uint32Array;

  constructor(data: FlameData) {
    const { cost, bits } = data.columns;
    this.#data = data;
    this.#cost = new Float64Array(data.count + 1);
    this.#calls = new Uint32Array(data.count + 1);
    this.#unknown = new Uint32Array(data.count + 1);
    for (let span = 0; span < data.count; span++) {
      const amount = cost[span] as number;
      const isUnknown = ((bits[span] as number) & flameBits.costUnknown) !== 0;
      const isKnown = !Number.isNaN(amount);
      this.#cost[span + 1] = (this.#cost[span] as number) + (isKnown ? amount : 0);
      this.#calls[span + 1] = (this.#calls[span] as number) + (isKnown || isUnknown ? 1 : 0);
      this.#unknown[span + 1] = (this.#unknown[span] as number) + (isUnknown ? 1 : 0);
    }
  }

  of(span: number): { readonly cost: number; readonly calls: number; readonly isPartial: boolean } {
    const end = this.#data.subtreeEnd(span);
    const difference = (sums: Float64Array | Uint32Array): number =>
      (sums[end] as number) - (sums[span] as number);
    return {
      cost: Math.max(0, difference(this.#cost)),
      calls: difference(this.#calls),
      isPartial: difference(this.#unknown) > 0,
    };
  }
}
