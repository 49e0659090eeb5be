import type { Handlers } from '../base/channel.ts';
import { alignSpans, likeness, type AlignedSpan } from '../compare/alignSpans.ts';
import { compareCalls, type ComparedCall } from '../compare/compareCalls.ts';
import type { SpanKey } from '../model/span.ts';
import type { CompareQueries, CompareSide, TraceComparison } from '../protocol/compare.ts';
import type { SpanRow, TraceRow } from '../protocol/rows.ts';
import type { IndexReader } from '../store/indexReader.ts';
import { spanRowOf } from '../store/spanCodec.ts';
import type { Indexer } from './indexer.ts';
import { readSpan } from './readSpan.ts';

/** Spans of each trace that are compared. */
const mostSpans = 5_000;
/** Earlier traces of a service that are looked at for the previous run. */
const earlierTraces = 200;

type Source = Pick<Indexer, 'reader' | 'interpreter'>;

/** Answers what is asked of two calls or runs. */
export function compareQueries(indexer: Source): Required<Handlers<CompareQueries>> {
  return {
    'compare/calls': ({ left, right }) => {
      const [first, second] = [comparedCall(indexer, left), comparedCall(indexer, right)];
      return first && second ? compareCalls(first, second) : null;
    },
    'compare/traces': ({ left, right }) =>
      indexer.reader ? compareTraces(indexer.reader, left, right) : null,
    'compare/previous': ({ what, side }) =>
      indexer.reader ? (previous(indexer.reader, what, side) ?? null) : null,
  };
}

function comparedCall(indexer: Source, key: SpanKey): ComparedCall | undefined {
  const found = readSpan(indexer, key);
  const row = indexer.reader?.spanRow(key);
  if (!found || !row) return undefined;
  const { indexed, item } = found;
  const { facts } = item;
  return {
    side: {
      row,
      provider: facts.provider,
      model: facts.responseModel ?? facts.requestModel,
      usage: indexed.usage ?? facts.usage,
      cost: indexed.cost,
      timeToFirstTokenMs: facts.timeToFirstTokenMs,
      finishReasons: facts.finishReasons,
    },
    conversation: facts.conversation(),
    tools: facts.toolDefinitions(),
    parameters: facts.parameters,
  };
}

interface Step extends AlignedSpan {
  readonly row: SpanRow;
}

function compareTraces(reader: IndexReader, left: string, right: string): TraceComparison | null {
  const rows = reader.tracesById([left, right]);
  const [first, second] = [left, right].map((id) => rows.find(({ traceId }) => traceId === id));
  if (!first || !second) return null;
  const [some, others] = [stepsOf(reader, left), stepsOf(reader, right)];
  const pairs = alignSpans(some, others).map(([l, r]) => {
    const [a, b] = [l === undefined ? undefined : some[l], r === undefined ? undefined : others[r]];
    return { left: a?.row, right: b?.row, depth: b?.depth ?? a?.depth ?? 0 };
  });
  const isCut = [first, second].some(({ spans }) => spans > mostSpans);
  return { left: first, right: second, pairs, isCut };
}

/** A trace's spans, depth first. */
function stepsOf(reader: IndexReader, traceId: string): Step[] {
  const steps: Step[] = [];
  const depths = new Map<string, number>();
  for (const span of reader.treeSpans({ traceId })) {
    if (steps.length >= mostSpans) break;
    const depth = (depths.get(span.parentSpanId) ?? -1) + 1;
    depths.set(span.spanId, depth);
    const row = spanRowOf(span, 0);
    steps.push({ ...stepOf(row), depth, row });
  }
  return steps;
}

function stepOf(row: SpanRow): AlignedSpan {
  const { kind, name, model, toolName, source } = row;
  const site = source && `${source.file}:${source.line}`;
  return { kind, name, model, toolName, site, depth: 0 };
}

function previous(reader: IndexReader, what: 'run' | 'call', side: CompareSide): CompareSide | undefined {
  const { traceId, spanId } = side;
  if (what === 'call' && spanId !== undefined) {
    const found = previousCall(reader, { traceId, spanId });
    if (found) return found;
  }
  const [trace] = reader.tracesById([traceId]);
  const earlier = trace && previousRun(reader, trace);
  if (!earlier) return undefined;
  if (spanId === undefined) return { traceId: earlier.traceId };
  const counterpart = compareTraces(reader, earlier.traceId, traceId)?.pairs.find(
    ({ right }) => right?.spanId === spanId,
  )?.left;
  return counterpart && { traceId: counterpart.traceId, spanId: counterpart.spanId };
}

/** The last trace before this one that has its service and name. */
function previousRun(reader: IndexReader, trace: TraceRow): TraceRow | undefined {
  const { service, name, traceId, startMicros } = trace;
  const filter = { services: [service], until: Math.ceil(startMicros / 1000) };
  return reader
    .traces(filter, 'newest', { limit: earlierTraces })
    .rows.find((row) => row.name === name && row.traceId !== traceId && row.startMicros <= startMicros);
}

/** The last call before this one, of the same trace, that is most like it. */
function previousCall(reader: IndexReader, key: SpanKey): SpanKey | undefined {
  const own = reader.spanRow(key);
  if (!own) return undefined;
  const wanted = stepOf(own);
  let best: { readonly row: SpanRow; readonly score: number } | undefined;
  let seen = 0;
  for (const span of reader.treeSpans({ traceId: key.traceId, kind: own.kind })) {
    if (++seen > mostSpans) break;
    if (span.spanId === own.spanId || span.startMicros > own.startMicros) continue;
    const row = spanRowOf(span, 0);
    const score = likeness(stepOf(row), wanted);
    if (score <= 0) continue;
    if (!best || score > best.score || (score === best.score && row.startMicros >= best.row.startMicros))
      best = { row, score };
  }
  return best && { traceId: key.traceId, spanId: best.row.spanId };
}
