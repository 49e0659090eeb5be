import type { Handlers } from '../base/channel.ts';
import type { SpanKey } from '../model/span.ts';
import type { CostEstimate, SpanDetails, SpanExplanation } from '../protocol/details.ts';
import type { Page, TraceFilter } from '../protocol/query.ts';
import { searchContent } from '../store/contentSearch.ts';
import type { IndexReader } from '../store/indexReader.ts';
import { compareQueries } from './compareQueries.ts';
import { contentQueries } from './contentQueries.ts';
import { spanDetails } from './details.ts';
import { diagnose } from './doctor/diagnose.ts';
import { estimateSpan } from './estimate.ts';
import { explainSpan } from './explain.ts';
import type { Indexer } from './indexer.ts';
import type { QueryRequests } from './indexerProtocol.ts';
import { readSpan } from './readSpan.ts';

/** How much of the journal a search in messages looks through before it answers with what it has. */
const contentSearch = { spans: 2_000, timeMs: 1_500 } as const;

/** Answers the protocol's queries from the index, and from the journal where the index does not hold the answer. */
export function queryHandlers(indexer: Indexer): Required<Handlers<QueryRequests>> {
  const matches = new ContentMatches(indexer);
  const ask = <T>(query: (reader: IndexReader) => T, otherwise: T): T =>
    indexer.reader ? query(indexer.reader) : otherwise;
  return {
    'traces/list': async ({ filter, sort, page }, signal) => {
      const found = await matches.of(filter, signal);
      return ask((reader) => reader.traces(filter, sort, page, found), emptyPage());
    },
    'traces/groups': ({ by, filter, page }) => ask((reader) => reader.groups(by, filter, page), emptyPage()),
    'traces/get': ({ traceIds }) => ask((reader) => reader.tracesById(traceIds.slice(0, 1_000)), []),
    'filters/values': ({ field }) => ask((reader) => reader.filterValues(field), []),
    'spans/children': ({ traceId, parentSpanId, page }) =>
      ask((reader) => reader.children(traceId, parentSpanId, page), emptyPage()),
    'spans/path': (key) => ask((reader) => reader.path(key), []),
    'spans/details': (key) => details(indexer, key),
    'spans/explain': (key) => explanation(indexer, key),
    'spans/estimate': (key) => estimate(indexer, key),
    ...contentQueries(indexer),
    ...compareQueries(indexer),
    'doctor/report': ({ services }) =>
      ask(
        (reader) =>
          diagnose(reader, (span) => indexer.interpreter.readWhole(span, reader.logs(span)), services),
        [],
      ),
  };
}

function emptyPage<T>(): Page<T> {
  return { rows: [], total: 0 };
}

function details(indexer: Indexer, key: SpanKey): SpanDetails | null {
  const found = readSpan(indexer, key);
  const row = indexer.reader?.spanRow(key);
  return found && row ? spanDetails(row, found.indexed, found.item) : null;
}

function explanation(indexer: Indexer, key: SpanKey): SpanExplanation | null {
  const found = readSpan(indexer, key);
  return found ? explainSpan(found.indexed, found.item) : null;
}

function estimate(indexer: Indexer, key: SpanKey): CostEstimate | null {
  const found = readSpan(indexer, key);
  return found ? estimateSpan(found.indexed, found.item, indexer.interpreter) : null;
}

/** The traces whose messages hold the searched text; the last search is kept, so that its pages agree. */
class ContentMatches {
  readonly #indexer: Indexer;
  #last: { text: string; revision: number; traces: ReadonlySet<string> } | undefined;

  constructor(indexer: Indexer) {
    this.#indexer = indexer;
  }

  async of(filter: TraceFilter, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const text = filter.text?.trim();
    const { reader, journal } = this.#indexer;
    // One or two letters match nearly everything: names are enough then.
    if (!text || text.length < 3 || !reader) return undefined;
    const { revision } = reader;
    if (this.#last?.text === text && this.#last.revision === revision) return this.#last.traces;
    const { spans } = await searchContent(journal, reader, {
      text,
      limit: contentSearch.spans,
      timeMs: contentSearch.timeMs,
      signal,
    });
    const traces = new Set(spans.map((span) => span.traceId));
    this.#last = { text, revision, traces };
    return traces;
  }
}
