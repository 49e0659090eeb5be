/**
 * A time axis whose idle stretches may be drawn shorter than they were. Times are microseconds after the trace's start.
 */
export interface TimeScale {
  /** Idle stretches, in order, none touching another. */
  readonly gapFrom: Float64Array;
  readonly gapTo: Float64Array;
  /** How long each is drawn; never more than it was. */
  readonly gapShown: number;
}

export const plainTime: TimeScale = {
  gapFrom: new Float64Array(0),
  gapTo: new Float64Array(0),
  gapShown: 0,
};

/** Turns times into places on the axis and back; both monotone. */
export class TimeAxis {
  readonly #scale: TimeScale;
  /** Time that the gaps before this one have lost. */
  readonly #lostBefore: Float64Array;

  constructor(scale: TimeScale) {
    this.#scale = scale;
    const { gapFrom, gapTo, gapShown } = scale;
    this.#lostBefore = new Float64Array(gapFrom.length + 1);
    for (let gap = 0; gap < gapFrom.length; gap++) {
      const lost = Math.max(0, gapAt(gapTo, gap) - gapAt(gapFrom, gap) - gapShown);
      this.#lostBefore[gap + 1] = gapAt(this.#lostBefore, gap) + lost;
    }
  }

  /** Where a time lies on the axis. */
  place(time: number): number {
    const { gapFrom, gapTo, gapShown } = this.#scale;
    const gap = lastAtOrBefore(gapFrom, time);
    if (gap < 0) return time;
    const from = gapAt(gapFrom, gap);
    const to = gapAt(gapTo, gap);
    if (time >= to) return time - gapAt(this.#lostBefore, gap + 1);
    const shown = Math.min(gapShown, to - from);
    return from - gapAt(this.#lostBefore, gap) + ((time - from) / (to - from)) * shown;
  }

  /** The time at a place of the axis. */
  time(place: number): number {
    const { gapFrom, gapTo, gapShown } = this.#scale;
    let low = 0;
    let high = gapFrom.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (gapAt(gapFrom, middle) - gapAt(this.#lostBefore, middle) <= place) low = middle + 1;
      else high = middle;
    }
    const gap = low - 1;
    if (gap < 0) return place;
    const from = gapAt(gapFrom, gap);
    const to = gapAt(gapTo, gap);
    const shown = Math.min(gapShown, to - from);
    const into = place - (from - gapAt(this.#lostBefore, gap));
    return into >= shown ? to + (into - shown) : from + (into / shown) * (to - from);
  }
}

/** Index of the last value that is not greater; -1 when all are. */
function lastAtOrBefore(values: Float64Array, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (gapAt(values, middle) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function gapAt(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
