import type { SpanKey } from '../model/span.ts';
import type { AccountingRow } from './api.ts';
import type { Names } from './names.ts';
import { fromLog, kindCodes, statusError } from './schema.ts';
import { bits, decodeKey } from './spanCodec.ts';
import type { Row } from './spanCodec.ts';
import type { Database, Statement } from './sqlite.ts';
import { endOf } from './traceChange.ts';
import { decodeCountedUsage, decodeUsage } from './usageCodec.ts';

const select = `SELECT t.trace_id, s.span_id, s.parent_id, s.kind, s.origin, s.name, s.start_us, s.dur_ns, s.status, s.bits,
  s.rule, d.request_model, d.response_model, d.response_id, d.own_usage, d.usage, d.input, d.output,
  d.cache_read, d.cache_write, d.reasoning, d.reported_cost, d.tool, d.tool_call,
  d.counted_in, d.retries`;
const joins = 'LEFT JOIN details d ON d.id = s.id';

const callKinds = (['llm', 'embedding', 'rerank'] as const).map((kind) => kindCodes.indexOf(kind)).join(', ');

/** Narrow reads for accounting: no JSON is parsed. */
export class AccountingQueries {
  readonly #names: Names;
  readonly #ofTrace: Statement;
  readonly #one: Statement;
  readonly #children: Statement;
  readonly #newestCalls: Statement;

  constructor(db: Database, names: Names) {
    this.#names = names;
    const ofTrace = `${select} FROM traces t CROSS JOIN spans s ON s.t = t.id ${joins} WHERE t.trace_id = ?`;
    this.#ofTrace = db.prepare(ofTrace);
    this.#one = db.prepare(`${ofTrace} AND s.span_id = ?`);
    this.#children = db.prepare(`${ofTrace} AND s.parent_id = ? ORDER BY s.start_us, s.id LIMIT ?`);
    this.#newestCalls = db.prepare(
      `${select} FROM (SELECT * FROM details ORDER BY id DESC LIMIT ?) d
       CROSS JOIN spans s ON s.id = d.id JOIN traces t ON t.id = s.t
       WHERE d.response_id IS NOT NULL AND s.kind IN (${callKinds}) AND (s.bits & ${fromLog}) = 0`,
    );
  }

  ofTrace(traceId: string): AccountingRow[] {
    return this.#ofTrace.all(traceId).map((row) => this.#decode(row as Row));
  }

  one(key: SpanKey): AccountingRow | undefined {
    const row = this.#one.get(key.traceId, key.spanId);
    return row && this.#decode(row);
  }

  children(key: SpanKey, limit: number): AccountingRow[] {
    return this.#children.all(key.traceId, key.spanId, limit).map((row) => this.#decode(row as Row));
  }

  /** Oldest first. */
  newestCalls(looked: number): AccountingRow[] {
    return this.#newestCalls
      .all(looked)
      .map((row) => this.#decode(row as Row))
      .reverse();
  }

  #decode(row: Row): AccountingRow {
    const mask = row['bits'] as number;
    const origin = this.#names.origin(row['origin'] as number);
    const startMicros = row['start_us'] as number;
    const durationNanos = (row['dur_ns'] as number | null) ?? undefined;
    const usage = decodeCountedUsage(row);
    const optional = (column: string): string | undefined => (row[column] as string | null) ?? undefined;
    return {
      traceId: row['trace_id'] as string,
      spanId: row['span_id'] as string,
      parentSpanId: row['parent_id'] as string,
      kind: kindCodes[row['kind'] as number] ?? 'other',
      dialect: origin.dialect,
      scope: origin.scope,
      service: `${origin.service}\u0000${origin.serviceInstance ?? ''}`,
      name: row['name'] as string,
      startMicros,
      endMicros: endOf({ startMicros, durationNanos }) ?? startMicros,
      model: optional('response_model') ?? optional('request_model'),
      responseId: optional('response_id'),
      failed: row['status'] === statusError,
      usage: (mask & bits.sameUsage) !== 0 ? usage : decodeUsage(row['own_usage']),
      usageIsAggregate: (mask & bits.aggregate) !== 0,
      reportedCost: (row['reported_cost'] as number | null) ?? undefined,
      toolName: optional('tool'),
      toolCallId: optional('tool_call'),
      decided: {
        counted: (mask & bits.counted) !== 0,
        countedIn: decodeKey(row['counted_in']),
        countRule: this.#names.text(row['rule'] as number),
        usage,
        retries: (row['retries'] as number | null) ?? undefined,
        rateLimited: (mask & bits.rateLimited) !== 0,
      },
    };
  }
}
