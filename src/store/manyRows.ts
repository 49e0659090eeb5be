import type { Value } from './spanCodec.ts';
import type { Database, Statement } from './sqlite.ts';

const together = 16;

export interface ManyRowsOptions {
  /** With its columns in parentheses unless the rows have all of them. */
  readonly table: string;
  readonly columns: number;
  /** What to do with a row that is there already: one of SQLite's words, or a clause `ON CONFLICT …`. */
  readonly conflict: 'IGNORE' | 'REPLACE' | `ON CONFLICT ${string}`;
  /** Gets the rows, one behind the other, of a statement that left some out; for `IGNORE`. */
  readonly onIgnored?: (rows: readonly Value[]) => void;
  /** Called before rows are written: what other rows have to be there first. */
  readonly before?: () => void;
}

/** Inserts new rows, several with each statement. Whatever is gathered is lost when a transaction is rolled back. */
export class ManyRows {
  readonly #options: ManyRowsOptions;
  readonly #many: Statement;
  readonly #one: Statement;
  #values: Value[] = [];

  constructor(db: Database, options: ManyRowsOptions) {
    this.#options = options;
    const { table, columns, conflict } = options;
    const row = `(${new Array<string>(columns).fill('?').join(', ')})`;
    const isClause = conflict.startsWith('ON ');
    const [or, on] = isClause ? ['', conflict] : [`OR ${conflict}`, ''];
    const statement = (rows: number): Statement =>
      db.prepare(`INSERT ${or} INTO ${table} VALUES ${new Array<string>(rows).fill(row).join(', ')} ${on}`);
    this.#many = statement(together);
    this.#one = statement(1);
  }

  /** The row that begins at `from` of `values`. */
  add(values: readonly Value[], from = 0): void {
    const { columns } = this.#options;
    for (let i = from; i < from + columns; i++) this.#values.push(values[i] as Value);
    if (this.#values.length >= together * columns) this.flush();
  }

  /** Writes what is gathered; call it before the table is read or written otherwise. */
  flush(): void {
    const values = this.#values;
    if (values.length === 0) return;
    this.#options.before?.();
    this.#values = [];
    const { columns } = this.#options;
    if (values.length === together * columns) {
      this.#write(this.#many, values);
      return;
    }
    for (let at = 0; at < values.length; at += columns)
      this.#write(this.#one, values.slice(at, at + columns));
  }

  /** Forgets what is gathered. */
  clear(): void {
    this.#values = [];
  }

  #write(statement: Statement, values: readonly Value[]): void {
    const { columns, conflict, onIgnored } = this.#options;
    const { changes } = statement.run(...values);
    if (conflict === 'IGNORE' && Number(changes) < values.length / columns) onIgnored?.(values);
  }
}
