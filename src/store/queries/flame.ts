import type { Flag } from '../../model/flag.ts';
import { spanKinds } from '../../model/span.ts';
import { flameBits } from '../../protocol/flame.ts';
import { emptySource } from '../../flame/spanSource.ts';
import type { SpanSource } from '../../flame/spanSource.ts';
import { TextTable } from '../../flame/textTable.ts';
import { callClasses, kindCodes, statusError } from '../schema.ts';
import { bits } from '../spanCodec.ts';
import type { Statement } from '../sqlite.ts';
import type { QueryContext } from './context.ts';

/** A trace's spans as the flame chart reads them. */
export interface FlameRead {
  readonly traceId: string;
  readonly name: string;
  readonly running: boolean;
  readonly revision: number;
  readonly spans: SpanSource;
  readonly names: readonly string[];
  readonly models: readonly string[];
  readonly services: readonly string[];
  readonly flags: readonly string[];
}

/** Rows between two yields. */
const rowsAtOnce = 5_000;
/** As much of a name as a bar or a list can show. */
const nameLength = 160;
/** A trace that is at least this part of the store is read in the order of the table: far fewer pages are looked at. */
const largePart = 1 / 4;

const spanColumns = `s.id, s.span_id, s.parent_id, s.start_us, s.dur_ns,
  s.kind | (s.status << 8) | (s.class << 16) | (s.bits << 24), substr(s.name, 1, ${nameLength}), s.origin`;
const detailColumns = `coalesce(d.response_model, d.request_model), coalesce(d.input + d.output, d.input, d.output),
  d.cost, d.first_token_ms, d.retries, d.flags`;
const byParent = `SELECT ${spanColumns}, ${detailColumns} FROM spans s INDEXED BY spans_parent
  LEFT JOIN details d ON d.id = s.id WHERE s.t = ? ORDER BY s.parent_id, s.start_us`;
const byId = `SELECT ${spanColumns} FROM spans s NOT INDEXED
  WHERE s.t = ? AND s.id > ? ORDER BY s.id LIMIT ${rowsAtOnce}`;
/** Most spans have none: asked for by themselves, they cost nothing for those. */
const detailsById = `SELECT d.id, ${detailColumns} FROM details d CROSS JOIN spans s ON s.id = d.id
  WHERE d.id > ? AND d.id <= ? AND s.t = ? ORDER BY d.id`;

/** The store's code of a kind → its index in the model. */
const kindIndexes = kindCodes.map((kind) => spanKinds.indexOf(kind));
const otherKind = spanKinds.indexOf('other');

type SpanCells = readonly [
  id: number,
  spanId: string,
  parentId: string,
  startMicros: number,
  durationNanos: number | null,
  /** Kind, status, class and bits, a byte each. */
  packed: number,
  name: string,
  origin: number,
];
type DetailCells = readonly [
  model: string | null,
  tokens: number | null,
  cost: number | null,
  firstTokenMs: number | null,
  retries: number | null,
  flags: string | null,
];
type Row = readonly unknown[];

/**
 * Reads all spans of a trace into columns; gives the thread back between stretches of rows, with nothing to show yet.
 * Returns undefined when there is no such trace, and `same` when its revision is the one that is known. One reading at
 * a time on a connection.
 */
export function* readFlameSpans(
  context: QueryContext,
  traceId: string,
  known?: number,
): Generator<undefined, FlameRead | 'same' | undefined, void> {
  const trace = context.get(
    'SELECT id, name, running, has_root, revision, spans FROM traces WHERE trace_id = ? AND spans > 0',
    traceId,
  );
  if (!trace) return undefined;
  if (trace['revision'] === known) return 'same';
  const t = trace['id'] as number;
  const size = Number(context.get('SELECT count(*) AS n FROM spans WHERE t = ?', t)?.['n']);
  const all = Number(context.get('SELECT total(spans) AS n FROM traces')?.['n']);
  const reader = new RowReader(context, size);
  yield* size >= all * largePart ? readInTableOrder(context, t, reader) : readInTreeOrder(context, t, reader);
  return {
    traceId,
    name: trace['name'] as string,
    running: trace['running'] !== 0 || trace['has_root'] === 0,
    revision: trace['revision'] as number,
    ...reader.finish(),
  };
}

function* readInTableOrder(context: QueryContext, t: number, reader: RowReader): Generator<undefined> {
  const spansAfter = rowsAsArrays(context.db.prepare(byId));
  const detailsBetween = rowsAsArrays(context.db.prepare(detailsById));
  for (let last = -1; ;) {
    const rows = spansAfter.all(t, last);
    const end = rows.length === 0 ? last : (cellsOf(rows[rows.length - 1])[0] as number);
    const details = detailsBetween.all(last, end, t);
    let next = 0;
    for (const row of rows) {
      const cells = cellsOf(row);
      const id = cells[0] as number;
      while (next < details.length && (cellsOf(details[next])[0] as number) < id) next++;
      const detail = next < details.length ? cellsOf(details[next]) : undefined;
      reader.add(cells, detail?.[0] === id ? detail : undefined, 1);
    }
    if (rows.length < rowsAtOnce) return;
    yield undefined;
    last = end;
  }
}

function* readInTreeOrder(context: QueryContext, t: number, reader: RowReader): Generator<undefined> {
  let read = 0;
  for (const row of rowsAsArrays(context.db.prepare(byParent)).iterate(t)) {
    const cells = cellsOf(row);
    reader.add(cells, cells, 8);
    if (++read % rowsAtOnce === 0) yield undefined;
  }
}

/** Arrays are made faster than objects; Node 22.13 does not have them. */
function rowsAsArrays(statement: Statement): Statement {
  (statement as Partial<Statement>).setReturnArrays?.call(statement, true);
  return statement;
}

function cellsOf(row: unknown): Row {
  return Array.isArray(row) ? (row as Row) : Object.values(row as object);
}

class RowReader {
  readonly #context: QueryContext;
  readonly #spans: ReturnType<typeof emptySource>;
  readonly #size: number;
  readonly #names = new TextTable(0xffff_ffff);
  readonly #models = new TextTable(0xffff);
  readonly #services = new TextTable(0xffff);
  readonly #flags = new TextTable(0xffff);
  readonly #serviceOf = new Map<number, number>();

  constructor(context: QueryContext, size: number) {
    this.#context = context;
    this.#size = size;
    this.#spans = emptySource(size);
  }

  /** `details`: the row that holds them from `from` on; undefined for a span without any. */
  add(row: Row, details: Row | undefined, from: number): void {
    const spans = this.#spans;
    const at = spans.count;
    // A span that was written since they were counted: the change is told, and all is read again.
    if (at >= this.#size) return;
    spans.count = at + 1;
    const cells = row as SpanCells;
    spans.idHigh[at] = hex(cells[1], 0);
    spans.idLow[at] = hex(cells[1], 8);
    if (cells[2] !== '') {
      spans.parentHigh[at] = hex(cells[2], 0);
      spans.parentLow[at] = hex(cells[2], 8);
    }
    const nanos = cells[4];
    spans.start[at] = cells[3];
    spans.duration[at] = nanos === null ? Number.NaN : nanos / 1000;
    const packed = cells[5];
    spans.kind[at] = kindIndexes[packed & 0xff] ?? otherKind;
    spans.name[at] = this.#names.codeOf(cells[6]);
    spans.service[at] = this.#serviceCode(cells[7]);
    const cell = <K extends number & keyof DetailCells>(index: K): DetailCells[K] | null =>
      details === undefined ? null : (details[from + index] as DetailCells[K]);
    const model = cell(0);
    if (model !== null) spans.model[at] = this.#models.codeOf(model);
    this.#account(at, packed, cell(1), cell(2));
    const firstTokenMs = cell(3);
    spans.firstToken[at] = firstTokenMs === null ? Number.NaN : firstTokenMs * 1000;
    spans.retries[at] = Math.min(255, cell(4) ?? 0);
    const flags = cell(5);
    if (flags !== null) this.#flag(at, flags);
  }

  #account(at: number, packed: number, tokens: number | null, cost: number | null): void {
    const status = (packed >> 8) & 0xff;
    const callClass = (packed >> 16) & 0xff;
    const mask = packed >>> 24;
    const isCounted = (mask & bits.counted) !== 0;
    const isCall = callClass === callClasses.model || callClass === callClasses.embedding;
    const isMissed = isCounted && isCall && status !== statusError;
    this.#spans.cost[at] = isCounted && cost !== null ? cost : Number.NaN;
    this.#spans.tokens[at] = isCounted && tokens !== null ? tokens : Number.NaN;
    this.#spans.bits[at] =
      (status === statusError ? flameBits.error : 0) |
      ((mask & bits.rateLimited) !== 0 ? flameBits.rateLimited : 0) |
      (isMissed && cost === null ? flameBits.costUnknown : 0) |
      (isMissed && tokens === null ? flameBits.tokensUnknown : 0) |
      (!isCounted && tokens !== null ? flameBits.notCounted : 0);
  }

  finish(): Pick<FlameRead, 'spans' | 'names' | 'models' | 'services' | 'flags'> {
    return {
      spans: this.#spans,
      names: this.#names.texts,
      models: this.#models.texts,
      services: this.#services.texts,
      flags: this.#flags.texts,
    };
  }

  #serviceCode(origin: number): number {
    let code = this.#serviceOf.get(origin);
    if (code === undefined) {
      code = this.#services.codeOf(this.#context.names.origin(origin).service);
      this.#serviceOf.set(origin, code);
    }
    return code;
  }

  #flag(at: number, json: string): void {
    const flags = JSON.parse(json) as readonly Pick<Flag, 'id' | 'severity'>[];
    const has = (severity: Flag['severity']): boolean => flags.some((flag) => flag.severity === severity);
    this.#spans.flags[at] = this.#flags.codeOf(flags.map(({ id }) => id).join(', '));
    this.#spans.bits[at] =
      (this.#spans.bits[at] as number) |
      (has('error') ? flameBits.severe : 0) |
      (has('warning') ? flameBits.warning : 0) |
      (has('info') ? flameBits.noted : 0);
  }
}

/** Eight hexadecimal digits of an id; others count as 0. */
function hex(text: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at++)
    value = (value << 4) | (digits[text.charCodeAt(at) & 0x7f] as number);
  return value >>> 0;
}

const digits = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) digits['0123456789abcdef'.charCodeAt(digit)] = digit;
