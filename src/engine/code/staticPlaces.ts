import type { CallRecord } from '../../annotations/callTable.ts';
import type { SourceLocation } from '../../model/source.ts';
import type { SpanQuestion } from '../../source/spanQuestion.ts';
import { questionOf } from '../../source/spanQuestion.ts';
import type { IndexedSpan } from '../../store/api.ts';
import type { IndexReader } from '../../store/indexReader.ts';
import type { JournalReader } from '../../store/journalReader.ts';
import { codeSpansOfTrace, traceIdOf } from '../../store/queries/code.ts';
import type { CodeSpan } from '../../store/queries/code.ts';
import { isSure } from './callRecords.ts';
import { readFacts } from './spanFacts.ts';
import type { Resolver } from '../../source/callSiteIndexApi.ts';

export interface StaticPlacesOptions {
  readonly journal: JournalReader;
  readonly reader: () => IndexReader | undefined;
  readonly resolver: () => Resolver | undefined;
  /** What the user chose for spans that look like this one. */
  readonly chosen: (span: IndexedSpan) => SourceLocation | undefined;
  readonly record: (row: CodeSpan, found: SourceLocation) => CallRecord;
  readonly apply: (records: readonly CallRecord[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Spans of one trace that are looked at together; of larger traces the first ones. */
const mostSpans = 2_000;
/** Traces that wait, newest first: older ones have their lines when they are asked for. */
const mostWaiting = 20_000;

/**
 * Looks for the lines of spans that do not tell them for sure: by the user's choice, else in the workspace's sources,
 * a trace at a time, the newest first, in the background.
 */
export class StaticPlaces {
  readonly #options: StaticPlacesOptions;
  /** Traces by their numbers; the last is looked at first. */
  readonly #waiting = new Set<number>();
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: StaticPlacesOptions) {
    this.#options = options;
  }

  /** `urgent`: before those that wait. */
  add(t: number, urgent: boolean): void {
    if (this.#closed) return;
    if (urgent) this.#waiting.delete(t);
    else if (this.#waiting.size >= mostWaiting) return;
    this.#waiting.add(t);
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
    const spans = spansOf(reader, span.traceId);
    const around = spans.map((other) => this.#questionOf(other));
    const found = resolver.resolve(this.#questionOf(span), around);
    return chosen ? withCandidates(chosen, found) : found;
  }

  async #work(): Promise<void> {
    await pause();
    while (this.#waiting.size > 0) {
      const t = [...this.#waiting].at(-1) as number;
      this.#waiting.delete(t);
      try {
        this.#placeTrace(t);
      } catch (error) {
        this.#options.onError(error);
      }
      await pause();
    }
  }

  #placeTrace(t: number): void {
    const { reader: open, resolver, chosen, record, apply } = this.#options;
    const reader = open();
    const traceId = reader?.code((context) => traceIdOf(context, t));
    if (!reader || traceId === undefined) return;
    const spans = spansOf(reader, traceId);
    if (!spans.some((span) => !isSure(span.source))) return;
    const found =
      resolver()?.resolveAll(spans.map((span) => this.#questionOf(span))) ??
      new Map<string, SourceLocation>();
    const places = new Map<string, SourceLocation>();
    for (const span of spans) {
      if (isSure(span.source)) continue;
      const place = chosen(span) ?? found.get(`${traceId}/${span.spanId}`);
      if (place) places.set(span.spanId, place);
    }
    if (places.size === 0) return;
    const records: CallRecord[] = [];
    for (let after = ''; ;) {
      const rows = reader.code((context) => codeSpansOfTrace(context, t, after, 500));
      for (const row of rows) {
        const place = places.get(row.spanId);
        if (place) records.push(record(row, place));
      }
      const last = rows.at(-1);
      if (!last || rows.length < 500) break;
      after = last.spanId;
    }
    apply(records);
  }

  #questionOf(span: IndexedSpan): SpanQuestion {
    const facts = isSure(span.source) ? undefined : readFacts(this.#options.journal, span.range);
    return questionOf(span, facts);
  }
}

function spansOf(reader: IndexReader, traceId: string): IndexedSpan[] {
  const spans: IndexedSpan[] = [];
  for (const span of reader.treeSpans({ traceId })) {
    spans.push(span);
    if (spans.length === mostSpans) break;
  }
  return spans;
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
