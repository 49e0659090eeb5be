import { Durations } from './durations.ts';

/** Sum of what is known, how many parts are, and how many of the calls that ended well are missing. */
export interface Part {
  sum: number;
  known: number;
  unknown: number;
}

/** One call, as it is added up. */
export interface Summand {
  readonly slot: number;
  readonly isModel: boolean;
  readonly isPriced: boolean;
  readonly failed: boolean;
  /** Milliseconds; undefined while it runs. */
  readonly durationMs: number | undefined;
  /** NaN where not known, as the rest. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cost: number;
  readonly flagSet: number;
  readonly run: number;
}

/** Slots of the newest calls of a path: of all, of those that ended, of those that have or should have a cost. */
export interface Newest {
  any: number | undefined;
  ended: number | undefined;
  priced: number | undefined;
}

/** What the calls of one path took. Calls can be taken away again. */
export class PathSums {
  calls = 0;
  modelCalls = 0;
  errors = 0;
  cacheRead = 0;
  readonly input: Part = { sum: 0, known: 0, unknown: 0 };
  readonly output: Part = { sum: 0, known: 0, unknown: 0 };
  readonly cost: Part = { sum: 0, known: 0, unknown: 0 };
  readonly durations = new Durations();
  /** Calls by flag set and by run. */
  readonly flagSets = new Map<number, number>();
  readonly runs = new Map<number, number>();
  readonly newest: Newest = { any: undefined, ended: undefined, priced: undefined };
  /** One of `newest` was taken away: they are to be found anew. */
  isNewestStale = false;

  /** `sign` -1 takes away what was added. `isNewer`: whether the first slot's call began after the second's. */
  add(call: Summand, sign: 1 | -1, isNewer: (slot: number, than: number) => boolean): void {
    this.calls += sign;
    if (call.isModel) this.modelCalls += sign;
    if (call.failed) this.errors += sign;
    const endedWell = !call.failed && call.durationMs !== undefined;
    if (call.isModel) {
      addPart(this.input, call.input, endedWell, sign);
      addPart(this.output, call.output, endedWell, sign);
      if (!Number.isNaN(call.cacheRead)) this.cacheRead += sign * call.cacheRead;
    }
    addPart(this.cost, call.cost, endedWell && call.isPriced, sign);
    if (call.durationMs !== undefined) {
      if (sign === 1) this.durations.add(call.durationMs);
      else this.durations.remove(call.durationMs);
    }
    if (call.flagSet !== 0) bump(this.flagSets, call.flagSet, sign);
    bump(this.runs, call.run, sign);
    if (sign === 1) this.seeNewest(call, isNewer);
    else if (Object.values(this.newest).includes(call.slot)) this.isNewestStale = true;
  }

  seeNewest(
    call: Pick<Summand, 'slot' | 'durationMs' | 'isPriced' | 'cost'>,
    isNewer: (slot: number, than: number) => boolean,
  ): void {
    const { newest } = this;
    const { slot } = call;
    if (newest.any === undefined || isNewer(slot, newest.any)) newest.any = slot;
    if (call.durationMs !== undefined && (newest.ended === undefined || isNewer(slot, newest.ended)))
      newest.ended = slot;
    if (
      (call.isPriced || !Number.isNaN(call.cost)) &&
      (newest.priced === undefined || isNewer(slot, newest.priced))
    )
      newest.priced = slot;
  }

  forgetNewest(): void {
    this.newest.any = undefined;
    this.newest.ended = undefined;
    this.newest.priced = undefined;
    this.isNewestStale = false;
  }
}

export function addPart(part: Part, value: number, isExpected: boolean, sign: 1 | -1): void {
  if (!Number.isNaN(value)) {
    part.sum += sign * value;
    part.known += sign;
    // What rounding left of a sum of nothing.
    if (part.known === 0) part.sum = 0;
  } else if (isExpected) part.unknown += sign;
}

function bump(counts: Map<number, number>, key: number, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

export function addPartTo(target: Part, part: Part): void {
  target.sum += part.sum;
  target.known += part.known;
  target.unknown += part.unknown;
}
