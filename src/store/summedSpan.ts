import type { Flag } from '../model/flag.ts';
import type { Names } from './names.ts';
import { detailAt, rowAt, rowStride, type FlagSeverity, type PreparedSpans } from './preparedSpans.ts';
import { severities, statusError, segmentOf } from './schema.ts';
import { clip, type Row, type Value } from './spanCodec.ts';

/** What a row adds to the sums of its trace. */
export interface SummedSpan {
  readonly spanId: string;
  /** '' for a root. */
  readonly parentId: string;
  readonly name: string;
  readonly service: string;
  readonly startMicros: number;
  /** Undefined while the span runs. */
  readonly durationNanos: number | undefined;
  readonly failed: boolean;
  /** One of `callClasses`. */
  readonly callClass: number;
  readonly model: string | undefined;
  readonly session: string | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cost: number | undefined;
  readonly flags: readonly FlagSeverity[];
  readonly segment: number;
}

const columns = {
  requestModel: detailAt('request_model'),
  responseModel: detailAt('response_model'),
  session: detailAt('session'),
  input: detailAt('input'),
  output: detailAt('output'),
  cacheRead: detailAt('cache_read'),
  cost: detailAt('cost'),
} as const;
const noFlags: readonly FlagSeverity[] = [];

/** Reads the rows of one batch; what its texts say is read once. */
export class SummedSpans {
  readonly #spans: PreparedSpans;
  readonly #services: (string | undefined)[] = [];
  readonly #flags: (readonly FlagSeverity[] | undefined)[] = [];

  constructor(spans: PreparedSpans) {
    this.#spans = spans;
  }

  /** Of the row with that number; its details begin at `detail`, -1 when it has none. */
  read(number: number, detail: number): SummedSpan {
    const { rows, details } = this.#spans;
    const at = number * rowStride;
    const of = (column: number): Value => (detail < 0 ? null : (details[detail + column] as Value));
    const flags = rows[at + rowAt.flags];
    return {
      spanId: rows[at + rowAt.spanId] as string,
      parentId: rows[at + rowAt.parentId] as string,
      name: rows[at + rowAt.name] as string,
      service: this.#serviceOf(rows[at + rowAt.origin] as number),
      startMicros: rows[at + rowAt.start] as number,
      durationNanos: (rows[at + rowAt.duration] as number | null) ?? undefined,
      failed: rows[at + rowAt.status] === statusError,
      callClass: rows[at + rowAt.class] as number,
      model: text(of(columns.responseModel)) ?? text(of(columns.requestModel)),
      session: text(of(columns.session)),
      input: count(of(columns.input)),
      output: count(of(columns.output)),
      cacheRead: count(of(columns.cacheRead)),
      cost: count(of(columns.cost)),
      flags: typeof flags === 'number' ? this.#flagsOf(flags) : noFlags,
      segment: segmentOf(rows[at] as number),
    };
  }

  #serviceOf(place: number): string {
    return (this.#services[place] ??= String((JSON.parse(this.#text(place)) as unknown[])[0]));
  }

  #flagsOf(place: number): readonly FlagSeverity[] {
    return (this.#flags[place] ??= JSON.parse(this.#text(place)) as FlagSeverity[]);
  }

  #text(place: number): string {
    return this.#spans.names[place] as string;
  }
}

/** Of a stored row, as `spanSelect` gives it. */
export function summedRow(row: Row, names: Names): SummedSpan {
  const flags = row['flags'];
  return {
    spanId: row['span_id'] as string,
    parentId: row['parent_id'] as string,
    name: row['name'] as string,
    service: names.origin(row['origin'] as number).service,
    startMicros: row['start_us'] as number,
    durationNanos: (row['dur_ns'] as number | null) ?? undefined,
    failed: row['status'] === statusError,
    callClass: row['class'] as number,
    model: text(row['response_model']) ?? text(row['request_model']),
    session: text(row['session']),
    input: count(row['input']),
    output: count(row['output']),
    cacheRead: count(row['cache_read']),
    cost: count(row['cost']),
    flags: typeof flags === 'string' ? severitiesOf(JSON.parse(flags) as Flag[]) : noFlags,
    segment: segmentOf(row['id'] as number),
  };
}

function severitiesOf(flags: readonly Flag[]): FlagSeverity[] {
  return flags.map(({ id, severity }) => [clip(id), severities.indexOf(severity)]);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
