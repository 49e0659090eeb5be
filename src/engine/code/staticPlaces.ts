import type { CallRecord } from '../../annotations/callTable.ts';
import type { SourceLocation } from '../../model/source.ts';
import type { SpanQuestion } from '../../source/spanQuestion.ts';
import { questionOf } from '../../source/spanQuestion.ts';
import type { IndexedSpan } from '../../store/api.ts';
import type { IndexReader } from '../../store/indexReader.ts';
import type { JournalReader } from '../../store/journalReader.ts';
import { codeSpan, traceIdOf } from '../../store/queries/code.ts';
import type { CodeSpan } from '../../store/queries/code.ts';
import { isSure } from './callRecords.ts';
import { readContent } from './spanFacts.ts';
import type { Resolver } from '../../source/callSiteIndexApi.ts';

export interface StaticPlacesOptions {
  readonly journal: JournalReader;
  readonly reader: () => IndexReader | undefined;
  readonly resolver: () => Resolver | undefined;
  /** What the user chose for spans that look like this one. */
  readonly chosen: (span: IndexedSpan) => SourceLocation | undefined;
  readonly isPlaced: (t: number, spanId: string) => boolean;
  readonly record: (row: CodeSpan, found: SourceLocation) => CallRecord;
  readonly apply: (records: readonly CallRecord[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Spans of a trace that are looked at, and how many of them at once. */
const mostSpans = 20_000;
const window = 200;
/** Traces that wait, newest first: older ones have their lines when they are asked for. */
const mostWaiting = 20_000;

/**
 * Looks for the lines of spans that do not tell them for sure: by the user's choice, else in the workspace's sources,
 * a trace at a time, the newest first, in the background.
 */
export class StaticPlaces {
  readonly #options: StaticPlacesOptions;
  /** Traces by their numbers, and whether spans that have a place are looked at again. */
  readonly #waiting = new Map<number, boolean>();
  /** The same traces, and some that were looked at since; the last is the next. */
  readonly #order: number[] = [];
  /** Those of the stored spans, newest first, and how many of them were looked at. */
  #old: number[] = [];
  #oldDone = 0;
  /** Spans whose own word was weighed against the sources. */
  readonly #weighed = new Set<string>();
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: StaticPlacesOptions) {
    this.#options = options;
  }

  /** Spans of the trace came; new ones go before those that wait, stored ones (`isOld`) behind the newer ones. */
  spansCame(t: number, isOld: boolean): void {
    const known = this.#waiting.get(t);
    if (known !== undefined && isOld) return;
    if (known === undefined && this.#waiting.size >= mostWaiting && isOld) return;
    this.#waiting.set(t, known ?? false);
    (isOld ? this.#old : this.#order).push(t);
    this.#start();
  }

  /** The sources or a choice may give other places now; numbers of traces, the most urgent last. */
  lookAgain(traces: readonly number[]): void {
    const some = traces.slice(-mostWaiting);
    for (const t of some) this.#waiting.set(t, true);
    this.#order.push(...some);
    this.#start();
  }

  #start(): void {
    if (this.#closed || this.#waiting.size === 0) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  /** The place of one span, with its candidates; undefined when neither sources nor a choice tell of it. */
  locate(span: IndexedSpan): SourceLocation | undefined {
    const chosen = this.#options.chosen(span);
    const resolver = this.#options.resolver();
    const reader = this.#options.reader();
    if (!resolver || !reader) return chosen;
    const spans: IndexedSpan[] = [];
    for (const other of reader.treeSpans({ traceId: span.traceId }))
      if (spans.push(other) === mostSpans) break;
    const at = Math.max(0, spans.findIndex((other) => other.spanId === span.spanId) - window / 2);
    const around = withAncestors(spans.slice(at, at + window), byIdOf(spans));
    const found = resolver.resolve(
      this.#questionOf(span),
      around.map((other) => this.#questionOf(other)),
    );
    return chosen ? withCandidates(chosen, found) : found;
  }

  async #work(): Promise<void> {
    await pause();
    for (let next = this.#next(); next; next = this.#next()) {
      try {
        await this.#placeTrace(next.t, next.again);
      } catch (error) {
        if (!this.#closed) this.#options.onError(error);
      }
      await pause();
    }
  }

  #next(): { t: number; again: boolean } | undefined {
    while (!this.#closed) {
      const t = this.#order.pop() ?? this.#old[this.#oldDone++];
      if (t === undefined) break;
      const again = this.#waiting.get(t);
      if (again === undefined) continue;
      this.#waiting.delete(t);
      return { t, again };
    }
    this.#old = [];
    this.#oldDone = 0;
    return undefined;
  }

  /** Spans that do not tell their line for sure and were not looked at yet. */
  #isOpen(t: number, { spanId, source }: IndexedSpan): boolean {
    if (!source) return !this.#options.isPlaced(t, spanId);
    const key = `${t} ${spanId}`;
    if (this.#weighed.has(key)) return false;
    if (this.#weighed.size >= mostSpans) this.#weighed.clear();
    this.#weighed.add(key);
    return true;
  }

  async #placeTrace(t: number, again: boolean): Promise<void> {
    const { reader: open } = this.#options;
    const traceId = open()?.code((context) => traceIdOf(context, t));
    const spans: IndexedSpan[] = [];
    if (traceId === undefined) return;
    for (const span of open()?.treeSpans({ traceId }) ?? []) {
      spans.push(span);
      if (spans.length === mostSpans) break;
      if (spans.length % (window * 4) === 0) {
        await pause();
        if (this.#closed) return;
      }
    }
    const byId = byIdOf(spans);
    for (let at = 0; at < spans.length; at += window) {
      const some = spans.slice(at, at + window);
      const wanted = some.filter((span) => !isSure(span.source) && (again || this.#isOpen(t, span)));
      if (wanted.length === 0) continue;
      this.#place(t, wanted, withAncestors(some, byId));
      await pause();
      if (this.#closed) return;
    }
  }

  #place(t: number, wanted: readonly IndexedSpan[], around: readonly IndexedSpan[]): void {
    const { reader: open, resolver, chosen, record, apply } = this.#options;
    const reader = open();
    if (!reader) return;
    const found = resolver()?.resolveAll(around.map((span) => this.#questionOf(span)));
    const records: CallRecord[] = [];
    for (const span of wanted) {
      const place = chosen(span) ?? found?.get(`${span.traceId}/${span.spanId}`);
      const row = place && reader.code((context) => codeSpan(context, t, span.spanId));
      if (row) records.push(record(row, place));
    }
    if (records.length > 0) apply(records);
  }

  #questionOf(span: IndexedSpan): SpanQuestion {
    const content = isSure(span.source) ? undefined : readContent(this.#options.journal, span.range);
    return questionOf(span, content?.facts, content?.attributes);
  }
}

function byIdOf(spans: readonly IndexedSpan[]): ReadonlyMap<string, IndexedSpan> {
  return new Map(spans.map((span) => [span.spanId, span]));
}

/** What the first span lies in belongs to the picture: siblings share it. */
function withAncestors(
  spans: readonly IndexedSpan[],
  byId: ReadonlyMap<string, IndexedSpan>,
): readonly IndexedSpan[] {
  const all = new Set<IndexedSpan>();
  let above = byId.get(spans[0]?.parentSpanId ?? '');
  while (above && !all.has(above) && all.size < window) {
    all.add(above);
    above = byId.get(above.parentSpanId);
  }
  for (const span of spans) all.add(span);
  return [...all];
}

function withCandidates(chosen: SourceLocation, found: SourceLocation | undefined): SourceLocation {
  if (!found) return chosen;
  const others = [found, ...found.candidates].filter(
    ({ file, line }) => file !== chosen.file || line !== chosen.line,
  );
  return { ...chosen, candidates: others };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
