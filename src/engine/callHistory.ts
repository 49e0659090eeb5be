import { spreadOf } from '../quality/measures.ts';
import type { CallHistory, Spread } from '../quality/rule.ts';

/** Measurements kept of one place, and places kept at all. */
const kept = { values: 64, places: 2_000 } as const;
/** The spread is worked out anew after so many measurements; while there are fewer, after each. */
const refreshAfter = 32;

class Measured {
  #values: number[] = [];
  #next = 0;
  #since = refreshAfter;
  #spread: Spread | undefined;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % kept.values;
    this.#since++;
  }

  get spread(): Spread | undefined {
    if (this.#values.length === 0) return undefined;
    const due = this.#values.length <= refreshAfter ? 1 : refreshAfter;
    if (this.#since >= due || !this.#spread) {
      this.#spread = spreadOf(this.#values);
      this.#since = 0;
    }
    return this.#spread;
  }
}

export interface Measurement {
  readonly durationMs: number | undefined;
  readonly timeToFirstTokenMs: number | undefined;
  /** USD. */
  readonly cost: number | undefined;
}

/** What was measured at one place; a spread is worked out when it is asked for. */
class PlaceHistory implements CallHistory {
  readonly #duration = new Measured();
  readonly #firstToken = new Measured();
  readonly #cost = new Measured();

  get durationMs(): Spread | undefined {
    return this.#duration.spread;
  }

  get timeToFirstTokenMs(): Spread | undefined {
    return this.#firstToken.spread;
  }

  get cost(): Spread | undefined {
    return this.#cost.spread;
  }

  add(measurement: Measurement): void {
    this.#duration.add(measurement.durationMs);
    this.#firstToken.add(measurement.timeToFirstTokenMs);
    this.#cost.add(measurement.cost);
  }
}

/** How earlier calls from the same place went: what "slow" and "expensive" are measured against. */
export class CallHistories {
  readonly #places = new Map<string, PlaceHistory>();

  /** What was measured at that place so far. */
  of(place: string): CallHistory | undefined {
    return this.#places.get(place);
  }

  add(place: string, measurement: Measurement): void {
    let known = this.#places.get(place);
    if (!known) {
      // More places than a program has: names with ids in them, whose history says nothing. Begin anew.
      if (this.#places.size >= kept.places) this.#places.clear();
      known = new PlaceHistory();
      this.#places.set(place, known);
    }
    known.add(measurement);
  }
}
