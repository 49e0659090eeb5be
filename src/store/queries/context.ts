import type { Names } from '../names.ts';
import type { Row } from '../spanCodec.ts';
import type { Database, Statement } from '../sqlite.ts';

export type Parameter = string | number | null;

const keptStatements = 200;

/** A connection with what queries share. */
export class QueryContext {
  readonly db: Database;
  readonly names: Names;
  readonly #statements = new Map<string, Statement>();

  constructor(db: Database, names: Names) {
    this.db = db;
    this.names = names;
  }

  all(sql: string, ...parameters: Parameter[]): Row[] {
    return this.#prepare(sql).all(...parameters);
  }

  get(sql: string, ...parameters: Parameter[]): Row | undefined {
    return this.#prepare(sql).get(...parameters);
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement) return statement;
    statement = this.db.prepare(sql);
    if (this.#statements.size >= keptStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}
