import { spreadOf } from '../quality/measures.ts';
import type { CallHistory, Spread } from '../quality/rule.ts';

/** Measurements kept of one place, and places kept at all; the one used longest ago goes first. */
const kept = { values: 64, places: 2_000 } as const;
/** The spread is worked out anew after so many measurements. */
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
    if (this.#since >= refreshAfter || !this.#spread) {
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

/** How earlier calls from the same place went: what "slow" and "expensive" are measured against. */
export class CallHistories {
  readonly #places = new Map<
    string,
    { durationMs: Measured; timeToFirstTokenMs: Measured; cost: Measured }
  >();

  /** What was measured at that place so far. */
  of(place: string): CallHistory | undefined {
    const known = this.#places.get(place);
    return (
      known && {
        durationMs: known.durationMs.spread,
        timeToFirstTokenMs: known.timeToFirstTokenMs.spread,
        cost: known.cost.spread,
      }
    );
  }

  add(place: string, measurement: Measurement): void {
    const known = this.#places.get(place) ?? {
      durationMs: new Measured(),
      timeToFirstTokenMs: new Measured(),
      cost: new Measured(),
    };
    this.#places.delete(place);
    this.#places.set(place, known);
    known.durationMs.add(measurement.durationMs);
    known.timeToFirstTokenMs.add(measurement.timeToFirstTokenMs);
    known.cost.add(measurement.cost);
    if (this.#places.size > kept.places) this.#places.delete(this.#places.keys().next().value ?? '');
  }
}
