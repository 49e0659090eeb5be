import { spanKinds } from '../../src/model/span.ts';
import type { SpanKind } from '../../src/model/span.ts';
import type { FlameColumns, FlameHead, FlameTables } from '../../src/protocol/flame.ts';

/** Columns that are kept whole; `from` is what a stretch of them begins with. */
type ColumnName = Exclude<keyof FlameColumns, 'from'>;
type Columns = { readonly [K in ColumnName]: FlameColumns[K] };

/** The spans of a trace, by index. A span's descendants are the indexes behind it, up to `subtreeEnd`. */
export class FlameData {
  readonly head: Omit<FlameHead, 'columns' | 'layout' | 'tables'>;
  readonly count: number;
  readonly columns: Columns;
  readonly tables: FlameTables;
  #filled = 0;

  constructor({ columns, layout: _layout, tables, ...head }: FlameHead) {
    this.head = head;
    this.count = head.count;
    this.tables = tables;
    const isWhole = columns.parent.length === head.count;
    this.columns = isWhole ? columns : roomFor(columns, head.count);
    if (isWhole) this.#filled = head.count;
    else this.add(columns);
  }

  /** Where the next stretch begins; the count when all are here. */
  get filled(): number {
    return this.#filled;
  }

  add(stretch: FlameColumns): void {
    for (const name of Object.keys(this.columns) as ColumnName[])
      this.columns[name].set(stretch[name], stretch.from);
    this.#filled = stretch.from + stretch.parent.length;
  }

  name(index: number): string {
    return this.tables.names[this.columns.name[index] ?? 0] ?? '';
  }
  model(index: number): string {
    return this.tables.models[this.columns.model[index] ?? 0] ?? '';
  }
  service(index: number): string {
    return this.tables.services[this.columns.service[index] ?? 0] ?? '';
  }
  flags(index: number): string {
    return this.tables.flags[this.columns.flags[index] ?? 0] ?? '';
  }
  kind(index: number): SpanKind {
    return spanKinds[this.columns.kind[index] ?? 0] ?? 'other';
  }
  bits(index: number): number {
    return this.columns.bits[index] ?? 0;
  }
  has(index: number, bits: number): boolean {
    return (this.bits(index) & bits) !== 0;
  }
  parent(index: number): number {
    return this.columns.parent[index] ?? -1;
  }
  subtreeEnd(index: number): number {
    return this.columns.subtreeEnd[index] ?? index + 1;
  }
  isLeaf(index: number): boolean {
    return this.subtreeEnd(index) === index + 1;
  }

  spanId(index: number): string {
    const half = (value: number): string => value.toString(16).padStart(8, '0');
    return half(this.columns.idHigh[index] ?? 0) + half(this.columns.idLow[index] ?? 0);
  }

  /** -1 when there is no such span. */
  indexOf(spanId: string): number {
    const { idHigh, idLow } = this.columns;
    const high = Number.parseInt(spanId.slice(0, 8), 16);
    const low = Number.parseInt(spanId.slice(8), 16);
    for (let index = 0; index < this.count; index++)
      if (idLow[index] === low && idHigh[index] === high) return index;
    return -1;
  }
}

function roomFor(like: FlameColumns, count: number): Columns {
  const room = Object.entries(like).flatMap(([name, column]: [string, unknown]) =>
    ArrayBuffer.isView(column)
      ? [[name, new (column.constructor as new (length: number) => unknown)(count)] as const]
      : [],
  );
  return Object.fromEntries(room) as unknown as Columns;
}
