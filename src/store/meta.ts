import type { JournalPosition } from './api.ts';
import type { Database, Statement } from './sqlite.ts';

const counterPrefix = 'counter.';

/** The index's few single values. */
export class Meta {
  readonly #get: Statement;
  readonly #all: Statement;
  readonly #set: Statement | undefined;
  readonly #add: Statement | undefined;

  constructor(db: Database, mode: 'read' | 'write') {
    this.#get = db.prepare('SELECT value FROM meta WHERE key = ?');
    this.#all = db.prepare('SELECT key, value FROM meta WHERE key >= ? AND key < ?');
    if (mode === 'read') return;
    this.#set = db.prepare('INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2');
    this.#add = db.prepare(
      'INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = value + ?2',
    );
  }

  number(key: string): number {
    const value = this.#get.get(key)?.['value'];
    return typeof value === 'number' ? value : 0;
  }

  text(key: string): string {
    const value = this.#get.get(key)?.['value'];
    return typeof value === 'string' ? value : '';
  }

  set(key: string, value: number | string): void {
    this.#set?.run(key, value);
  }

  get position(): JournalPosition {
    return { segment: this.number('segment'), offset: this.number('offset') };
  }

  setPosition(position: JournalPosition): void {
    this.set('segment', position.segment);
    this.set('offset', position.offset);
  }

  counters(): Map<string, number> {
    const counters = new Map<string, number>();
    for (const row of this.#all.all(counterPrefix, 'counter/')) {
      counters.set(String(row['key']).slice(counterPrefix.length), Number(row['value']));
    }
    return counters;
  }

  count(name: string, amount: number): void {
    if (amount !== 0) this.#add?.run(counterPrefix + name, amount);
  }
}
