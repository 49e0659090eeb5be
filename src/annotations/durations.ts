/** Up to so many values are kept as they are, and quantiles are exact. */
const exactValues = 64;
/** Beyond, values share buckets that grow by 2 %: quantiles are within 1 % of a value that was there. */
const growth = 1.02;
const logGrowth = Math.log(growth);
/** Microseconds; what is shorter counts as this long, which is no duration anybody reads. */
const shortest = 0.001;

/** How long calls took: a multiset of milliseconds in bounded memory (some 2 kB) from which values can be taken away. */
export class Durations {
  #exact: number[] | undefined = [];
  #buckets = new Uint32Array(0);
  /** Number of the first bucket. */
  #first = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    this.#count++;
    if (this.#exact) {
      this.#exact.push(ms);
      if (this.#exact.length > exactValues) this.#toBuckets();
    } else this.#bump(bucketOf(ms), 1);
  }

  /** Takes away a value that was added. */
  remove(ms: number): void {
    if (this.#exact) {
      const at = this.#exact.indexOf(ms);
      if (at < 0) return;
      this.#exact[at] = this.#exact.at(-1) as number;
      this.#exact.pop();
    } else this.#bump(bucketOf(ms), -1);
    this.#count--;
  }

  addAll(other: Durations): void {
    if (other.#exact) {
      for (const ms of other.#exact) this.add(ms);
      return;
    }
    this.#toBuckets();
    other.#buckets.forEach((n, i) => n > 0 && this.#bump(other.#first + i, n));
    this.#count += other.#count;
  }

  /** The value below which the share `q` lies (nearest rank); undefined when there is none. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    if (this.#exact) return this.#exact.toSorted((a, b) => a - b)[rank - 1];
    let seen = 0;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i] as number;
      if (seen >= rank) return middleOf(this.#first + i);
    }
    return undefined;
  }

  #toBuckets(): void {
    const values = this.#exact;
    if (!values) return;
    this.#exact = undefined;
    for (const ms of values) this.#bump(bucketOf(ms), 1);
  }

  #bump(bucket: number, by: number): void {
    if (this.#buckets.length === 0) {
      this.#buckets = new Uint32Array(32);
      this.#first = bucket - 16;
    }
    const last = this.#first + this.#buckets.length - 1;
    if (bucket < this.#first || bucket > last) {
      const first = Math.min(this.#first, bucket - 16);
      const wider = new Uint32Array(Math.max(last, bucket + 16) - first + 1);
      wider.set(this.#buckets, this.#first - first);
      this.#buckets = wider;
      this.#first = first;
    }
    const at = bucket - this.#first;
    this.#buckets[at] = (this.#buckets[at] as number) + by;
  }
}

/** Between the bounds of a double there are some 3,000 buckets. */
function bucketOf(ms: number): number {
  return Math.ceil(Math.log(Math.max(shortest, ms)) / logGrowth);
}

/** The value whose relative distance to both ends of the bucket is the same. */
function middleOf(bucket: number): number {
  return (2 * growth ** bucket) / (1 + growth);
}
