import type { Flag, Severity } from '../model/flag.ts';

/** A flag as lines count it: without the reason, which differs from call to call. */
export interface FlagKind {
  readonly id: string;
  readonly severity: Severity;
}

/** As many as a column of 16 bits tells apart; beyond, only the first flag of a call is counted, then none. */
const mostSets = 65_535;

/** Every combination of flags that calls carry, once. */
export class FlagSets {
  readonly #sets: (readonly FlagKind[])[] = [[]];
  readonly #ids = new Map<string, number>([['', 0]]);

  idOf(flags: readonly Pick<Flag, 'id' | 'severity'>[]): number {
    if (flags.length === 0) return 0;
    const key = flags.map(({ id, severity }) => `${severity} ${id}`).join('\u0000');
    let id = this.#ids.get(key);
    if (id !== undefined) return id;
    if (this.#sets.length === mostSets) return flags.length > 1 ? this.idOf(flags.slice(0, 1)) : 0;
    id = this.#sets.length;
    const unique = new Map(flags.map((flag) => [flag.id, { id: flag.id, severity: flag.severity }]));
    this.#sets.push([...unique.values()]);
    this.#ids.set(key, id);
    return id;
  }

  get count(): number {
    return this.#sets.length;
  }

  at(id: number): readonly FlagKind[] {
    return this.#sets[id] ?? [];
  }
}
