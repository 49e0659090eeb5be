import type { SpanKey, SpanKind } from '../model/span.ts';
import { fromLog, kindCodes, responseIndex } from './schema.ts';
import type { Database, Statement } from './sqlite.ts';

const llm = kindCodes.indexOf('llm');
const standsIn = `(s.bits & ${fromLog}) <> 0`;
const received = `(s.bits & ${fromLog}) = 0`;
const keys = 'SELECT t.trace_id AS traceId, s.span_id AS spanId';

/** Which calls spans tell of and which only log records do. Throws what SQLite throws. */
export class LogCallQueries {
  readonly #db: Database;
  #isIndexed = false;
  readonly #any: Statement;
  readonly #kind: Statement;
  readonly #response: Statement;
  readonly #session: Statement;
  readonly #trace: Statement;
  readonly #below: Statement;
  readonly #byResponse: Statement;
  readonly #bySession: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#any = db.prepare(`SELECT 1 FROM spans s INDEXED BY spans_from_logs WHERE ${standsIn} LIMIT 1`);
    this.#kind = db.prepare(
      `SELECT s.kind FROM traces t CROSS JOIN spans s ON s.t = t.id
       WHERE t.trace_id = ? AND s.span_id = ? AND ${received}`,
    );
    this.#response = db.prepare(
      `SELECT 1 FROM details d CROSS JOIN spans s ON s.id = d.id WHERE d.response_id = ? AND ${received} LIMIT 1`,
    );
    this.#session = db.prepare(
      `SELECT 1 FROM traces t CROSS JOIN spans s ON s.t = t.id
       WHERE t.session = ? AND s.kind = ${llm} AND ${received} LIMIT 1`,
    );
    this.#trace = db.prepare(
      `SELECT t.session, EXISTS (SELECT 1 FROM spans s WHERE s.t = t.id AND s.kind = ${llm} AND ${received}) AS called
       FROM traces t WHERE t.trace_id = ?`,
    );
    this.#below = db.prepare(
      `${keys} FROM traces t CROSS JOIN spans s ON s.t = t.id
       WHERE t.trace_id = ? AND s.parent_id = ? AND s.kind = ? AND ${standsIn}`,
    );
    this.#byResponse = db.prepare(
      `${keys} FROM details d CROSS JOIN spans s ON s.id = d.id JOIN traces t ON t.id = s.t
       WHERE d.response_id = ? AND ${standsIn}`,
    );
    this.#bySession = db.prepare(
      `${keys} FROM traces t CROSS JOIN spans s INDEXED BY spans_from_logs ON s.t = t.id JOIN details d ON d.id = s.id
       WHERE t.session = ?1 AND d.session = ?1 AND ${standsIn}`,
    );
  }

  /** Whether any row stands in for a call that only a log record tells of. */
  hasAny(): boolean {
    return this.#any.get() !== undefined;
  }

  /** The kind of a span that was received itself. */
  receivedKind(key: SpanKey): SpanKind | undefined {
    const code = this.#kind.get(key.traceId, key.spanId)?.['kind'];
    return typeof code === 'number' ? kindCodes[code] : undefined;
  }

  /** Whether a span with that response id was received. */
  hasResponse(responseId: string): boolean {
    this.#indexResponses();
    return this.#response.get(responseId) !== undefined;
  }

  /** After a roll-back: the index by response ids may be gone again. */
  forget(): void {
    this.#isIndexed = false;
  }

  #indexResponses(): void {
    if (this.#isIndexed) return;
    this.#db.exec(responseIndex);
    this.#isIndexed = true;
  }

  /** Whether a model call's span was received in a trace of that session. */
  hasModelCall(sessionId: string): boolean {
    return this.#session.get(sessionId) !== undefined;
  }

  /** A trace's session, and whether a model call's span was received in it. */
  trace(traceId: string): { session: string | undefined; hasModelCall: boolean } | undefined {
    const row = this.#trace.get(traceId);
    return (
      row && { session: (row['session'] as string | null) ?? undefined, hasModelCall: row['called'] === 1 }
    );
  }

  /** Stand-ins of that kind whose record was written in the span. */
  standInsBelow(key: SpanKey, kind: SpanKind): SpanKey[] {
    return this.#below.all(key.traceId, key.spanId, kindCodes.indexOf(kind)).map(keyOf);
  }

  standInsOfResponse(responseId: string): SpanKey[] {
    this.#indexResponses();
    return this.#byResponse.all(responseId).map(keyOf);
  }

  standInsOfSession(sessionId: string): SpanKey[] {
    return this.#bySession.all(sessionId).map(keyOf);
  }
}

function keyOf(row: Record<string, unknown>): SpanKey {
  return { traceId: row['traceId'] as string, spanId: row['spanId'] as string };
}
