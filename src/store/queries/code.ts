import type { SpanKind } from '../../model/span.ts';
import { callClasses, kindCodes, segmentOf, statusError } from '../schema.ts';
import { bits } from '../spanCodec.ts';
import type { Row } from '../spanCodec.ts';
import type { QueryContext } from './context.ts';

/** A span as the code annotations read it: what is added up, and what its place and run are found by. */
export interface CodeSpan {
  /** The row's id: rows that were written later have a greater one, unless they were held back. */
  readonly id: number;
  /** The trace's number in the index. */
  readonly t: number;
  readonly spanId: string;
  readonly parentId: string;
  readonly startMicros: number;
  readonly durationNanos: number | undefined;
  readonly kind: SpanKind;
  readonly failed: boolean;
  /** One of `callClasses`. */
  readonly callClass: number;
  readonly counted: boolean;
  /** Another span tells of the same usage. */
  readonly repeats: boolean;
  readonly service: string;
  readonly serviceInstance: string | undefined;
  /** Where the resource's bytes lie in the journal. */
  readonly segment: number;
  readonly resourceOffset: number;
  readonly resourceLength: number;
  /** Tokens and USD as they count. */
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cost: number | undefined;
  /** JSON as stored: `Flag[]` and `SourceLocation`. */
  readonly flags: string | undefined;
  readonly source: string | undefined;
}

export interface CodeTrace {
  readonly t: number;
  readonly traceId: string;
  readonly revision: number;
  readonly spans: number;
}

const select = `SELECT s.id, s.t, s.span_id, s.parent_id, s.start_us, s.dur_ns, s.kind, s.status, s.class, s.bits, s.origin,
  s.res_off, s.res_len, d.input, d.output, d.cache_read, d.cost, d.flags, d.source_json, d.counted_in IS NOT NULL AS repeats
  FROM spans s LEFT JOIN details d ON d.id = s.id`;

/** The greatest row id; 0 in an empty index. */
export function lastSpanId(context: QueryContext): number {
  return Number(context.get('SELECT max(id) AS id FROM spans')?.['id'] ?? 0);
}

/** Rows with ids up to and with `from`, greatest first. */
export function codeSpansDown(context: QueryContext, from: number, limit: number): CodeSpan[] {
  return decoded(context, context.all(`${select} WHERE s.id <= ? ORDER BY s.id DESC LIMIT ?`, from, limit));
}

/** Rows with ids above `after`, least first. */
export function codeSpansUp(context: QueryContext, after: number, limit: number): CodeSpan[] {
  return decoded(context, context.all(`${select} WHERE s.id > ? ORDER BY s.id LIMIT ?`, after, limit));
}

/** Spans of a trace with span ids above `after`, by span id. */
export function codeSpansOfTrace(context: QueryContext, t: number, after: string, limit: number): CodeSpan[] {
  const rows = context.all(
    `${select} WHERE s.t = ? AND s.span_id > ? ORDER BY s.span_id LIMIT ?`,
    t,
    after,
    limit,
  );
  return decoded(context, rows);
}

export function codeSpan(context: QueryContext, t: number, spanId: string): CodeSpan | undefined {
  return decoded(context, context.all(`${select} WHERE s.t = ? AND s.span_id = ?`, t, spanId))[0];
}

/** Span ids of a trace. */
export function spanIdsOfTrace(context: QueryContext, t: number): Set<string> {
  return new Set(context.all('SELECT span_id FROM spans WHERE t = ?', t).map((row) => row['span_id'] as string));
}

/** Traces that changed after `revision`, by trace number above `after`. */
export function codeTracesChanged(
  context: QueryContext,
  revision: number,
  after: number,
  limit: number,
): CodeTrace[] {
  return traces(
    context.all(
      'SELECT id, trace_id, revision, spans FROM traces WHERE revision > ? AND id > ? ORDER BY id LIMIT ?',
      revision,
      after,
      limit,
    ),
  );
}

/** All traces by number above `after`. */
export function codeTraces(context: QueryContext, after: number, limit: number): CodeTrace[] {
  return traces(
    context.all(
      'SELECT id, trace_id, revision, spans FROM traces WHERE id > ? AND spans > 0 ORDER BY id LIMIT ?',
      after,
      limit,
    ),
  );
}

export function traceIdOf(context: QueryContext, t: number): string | undefined {
  return context.get('SELECT trace_id FROM traces WHERE id = ?', t)?.['trace_id'] as string | undefined;
}

/** The revision of the last removal of traces; 0 when there was none. */
export function removedRevision(context: QueryContext): number {
  return Number(context.get(`SELECT value FROM meta WHERE key = 'removedRevision'`)?.['value'] ?? 0);
}

/** Usage counts in model calls, a cost is expected of embeddings, too. */
export function isModelClass(callClass: number): boolean {
  return callClass === callClasses.model;
}

export function isPricedClass(callClass: number): boolean {
  return callClass === callClasses.model || callClass === callClasses.embedding;
}

function traces(rows: readonly Row[]): CodeTrace[] {
  return rows.map((row) => ({
    t: row['id'] as number,
    traceId: row['trace_id'] as string,
    revision: row['revision'] as number,
    spans: row['spans'] as number,
  }));
}

function decoded({ names }: QueryContext, rows: readonly Row[]): CodeSpan[] {
  return rows.map((row) => {
    const id = row['id'] as number;
    const origin = names.origin(row['origin'] as number);
    return {
      id,
      t: row['t'] as number,
      spanId: row['span_id'] as string,
      parentId: row['parent_id'] as string,
      startMicros: row['start_us'] as number,
      durationNanos: value(row['dur_ns']),
      kind: kindCodes[row['kind'] as number] ?? 'other',
      failed: row['status'] === statusError,
      callClass: row['class'] as number,
      counted: ((row['bits'] as number) & bits.counted) !== 0,
      repeats: row['repeats'] === 1,
      service: origin.service,
      serviceInstance: origin.serviceInstance,
      segment: segmentOf(id),
      resourceOffset: row['res_off'] as number,
      resourceLength: row['res_len'] as number,
      input: value(row['input']),
      output: value(row['output']),
      cacheRead: value(row['cache_read']),
      cost: value(row['cost']),
      flags: text(row['flags']),
      source: text(row['source_json']),
    };
  });
}

function value(cell: unknown): number | undefined {
  return typeof cell === 'number' ? cell : undefined;
}

function text(cell: unknown): string | undefined {
  return typeof cell === 'string' ? cell : undefined;
}
