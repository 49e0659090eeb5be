import type { Flag } from '../model/flag.ts';
import type { CodeScope } from '../protocol/code.ts';
import {
  halvesOf,
  noParent,
  packDuration,
  spanBits,
  SpanColumns,
  spanIdOf,
  unpackDuration,
} from './columns.ts';
import { FlagSets } from './flagSets.ts';
import { noPlace, Paths, type CallPath, type OwnPlace } from './paths.ts';
import { PathSums, type Summand } from './pathSums.ts';
import { Runs } from './runs.ts';
import { SlotMap } from './slotMap.ts';
import { WaitingChildren } from './waitingChildren.ts';

/** A span as the annotations take it, with its trace as the index numbers it. */
export interface CallRecord {
  readonly trace: number;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentId: string;
  readonly startMicros: number;
  /** Milliseconds; undefined while it runs. */
  readonly durationMs: number | undefined;
  /** It is a call at its line; other spans only lead from one to the next. */
  readonly isCall: boolean;
  /** Counts as a model call: its tokens are summed. */
  readonly isModel: boolean;
  /** A cost is to be expected. */
  readonly isPriced: boolean;
  readonly failed: boolean;
  /** As it counts: undefined when not known, or when another span tells of the same usage. */
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  /** USD. */
  readonly cost: number | undefined;
  readonly flags: readonly Pick<Flag, 'id' | 'severity'>[];
  /** From `Runs.of`. */
  readonly run: number;
  /** From `Paths.own`; undefined where its place is not known. */
  readonly place: OwnPlace | undefined;
}

interface TraceSlots {
  /** Spans, and the slots between which they lie. */
  count: number;
  first: number;
  last: number;
}

/**
 * The calls of the store, and their sums by the path on which each was reached. Spans come in any order and more than
 * once; the result depends only on the newest version of each. An update costs what it changes: of a trace whose
 * inner spans came first, once more a look at its spans.
 */
export class CallTable {
  readonly columns = new SpanColumns();
  readonly paths = new Paths();
  readonly runs = new Runs();
  readonly flagSets = new FlagSets();
  readonly #slots = new SlotMap(this.columns);
  readonly #traces = new Map<number, TraceSlots>();
  readonly #waiting = new WaitingChildren();
  readonly #sums = new Map<number, PathSums>();
  /** Paths whose sums changed since `takeTouched`. */
  readonly #touched = new Set<number>();
  #scope: CodeScope = 'all';
  #sessionMicros = Number.NEGATIVE_INFINITY;
  #revision = 0;

  /** Grows with each change of a sum. */
  get revision(): number {
    return this.#revision;
  }

  get spans(): number {
    return this.columns.count;
  }

  traceIds(): Iterable<number> {
    return this.#traces.keys();
  }

  spansOf(trace: number): number {
    return this.#traces.get(trace)?.count ?? 0;
  }

  /** The place that the span was last given. */
  placeOf(trace: number, spanId: string): OwnPlace | undefined {
    const slot = this.#slots.find(trace, ...halvesOf(spanId));
    return slot === undefined ? undefined : this.paths.at(this.columns.paths[slot] as number).own;
  }

  /** Which calls are summed; `sessionMicros`: when the session began. */
  setScope(scope: CodeScope, sessionMicros: number): void {
    if (scope === this.#scope && sessionMicros === this.#sessionMicros) return;
    this.#scope = scope;
    this.#sessionMicros = sessionMicros;
    this.#rescope();
  }

  sumsOf(path: number): PathSums | undefined {
    return this.#sums.get(path);
  }

  /** Paths whose sums changed since the last time. */
  takeTouched(): readonly number[] {
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  /** Adds spans, or their newer versions. */
  apply(records: readonly CallRecord[]): void {
    const dirty = new Set<number>();
    for (const record of records) this.#upsert(record, dirty);
    this.#settle(dirty);
  }

  /** Removes the trace's spans but those in `kept`. */
  retain(trace: number, kept: ReadonlySet<string>): void {
    const dirty = new Set<number>();
    for (const slot of this.#slotsOf(trace)) {
      if (!kept.has(this.spanIdAt(slot))) this.#remove(slot, dirty);
    }
    this.#settle(dirty);
  }

  removeTrace(trace: number): void {
    this.retain(trace, new Set());
  }

  spanIdAt(slot: number): string {
    return spanIdOf(this.columns.idHigh[slot] as number, this.columns.idLow[slot] as number);
  }

  /** The newest summed calls of some paths, newest first. Looks at every span: a few milliseconds for a million. */
  newestOf(paths: ReadonlySet<number>, limit: number): number[] {
    const { bits, paths: column, end } = this.columns;
    const found: number[] = [];
    for (let slot = 0; slot < end; slot++) {
      if (((bits[slot] as number) & spanBits.summed) !== 0 && paths.has(column[slot] as number))
        found.push(slot);
    }
    return found.sort((a, b) => (this.isNewer(a, b) ? -1 : 1)).slice(0, limit);
  }

  /** Summed calls that carry one of the flag sets. */
  *flagged(flagSets: ReadonlySet<number>): Generator<number> {
    const { bits, flagSets: column, end } = this.columns;
    for (let slot = 0; slot < end; slot++) {
      if (((bits[slot] as number) & spanBits.summed) !== 0 && flagSets.has(column[slot] as number))
        yield slot;
    }
  }

  /** Whether one call began after another; of two at once the one with the greater id. */
  readonly isNewer = (slot: number, than: number): boolean => {
    const { starts, idHigh, idLow } = this.columns;
    const difference =
      (starts[slot] as number) - (starts[than] as number) ||
      (idHigh[slot] as number) - (idHigh[than] as number) ||
      (idLow[slot] as number) - (idLow[than] as number);
    return difference > 0;
  };

  /** Finds the newest calls of paths from which they were taken away; before they are read. */
  findNewest(): void {
    const stale = new Map<number, PathSums>();
    for (const [path, sums] of this.#sums) {
      if (!sums.isNewestStale) continue;
      sums.forgetNewest();
      stale.set(path, sums);
    }
    if (stale.size === 0) return;
    const { bits, paths, end } = this.columns;
    for (let slot = 0; slot < end; slot++) {
      if (((bits[slot] as number) & spanBits.summed) === 0) continue;
      stale.get(paths[slot] as number)?.seeNewest(this.summandAt(slot), this.isNewer);
    }
  }

  summandAt(slot: number): Summand {
    const { columns } = this;
    const bits = columns.bits[slot] as number;
    return {
      slot,
      isModel: (bits & spanBits.model) !== 0,
      isPriced: (bits & spanBits.priced) !== 0,
      failed: (bits & spanBits.failed) !== 0,
      durationMs:
        (bits & spanBits.ended) !== 0 ? unpackDuration(columns.durations[slot] as number) : undefined,
      input: columns.inputs[slot] as number,
      output: columns.outputs[slot] as number,
      cacheRead: columns.cacheReads[slot] as number,
      cost: columns.costs[slot] as number,
      flagSet: columns.flagSets[slot] as number,
      run: columns.runs[slot] as number,
    };
  }

  #upsert(record: CallRecord, dirty: Set<number>): void {
    const { columns } = this;
    const [high, low] = halvesOf(record.spanId);
    let slot = this.#slots.find(record.trace, high, low);
    const isNew = slot === undefined;
    const own = record.place ?? noPlace;
    if (slot === undefined) slot = this.#insert(record.trace, high, low);
    else {
      if (this.#isSame(slot, record, own)) return;
      this.#unsum(slot);
      this.runs.count(columns.runs[slot] as number, -1);
    }
    columns.starts[slot] = record.startMicros;
    columns.durations[slot] = record.durationMs === undefined ? 0 : packDuration(record.durationMs);
    columns.inputs[slot] = record.input ?? Number.NaN;
    columns.outputs[slot] = record.output ?? Number.NaN;
    columns.cacheReads[slot] = record.cacheRead ?? Number.NaN;
    columns.costs[slot] = record.cost ?? Number.NaN;
    columns.flagSets[slot] = this.flagSets.idOf(record.flags);
    columns.runs[slot] = record.run;
    columns.bits[slot] = ((columns.bits[slot] as number) & spanBits.parent) | bitsOf(record);
    // The way to it is found once its parents are known.
    columns.paths[slot] = this.paths.of(own, record.isCall, undefined).id;
    this.runs.count(record.run, 1);
    this.#link(slot, record, isNew, dirty);
    dirty.add(slot);
  }

  #insert(trace: number, high: number, low: number): number {
    const { columns } = this;
    const slot = columns.take();
    columns.traces[slot] = trace;
    columns.idHigh[slot] = high;
    columns.idLow[slot] = low;
    columns.bits[slot] = 0;
    columns.parents[slot] = noParent;
    this.#slots.add(slot);
    const known = this.#traces.get(trace);
    if (!known) this.#traces.set(trace, { count: 1, first: slot, last: slot });
    else {
      known.count++;
      known.first = Math.min(known.first, slot);
      known.last = Math.max(known.last, slot);
    }
    return slot;
  }

  #link(slot: number, record: CallRecord, isNew: boolean, dirty: Set<number>): void {
    const { columns } = this;
    const { trace, spanId, parentId } = record;
    const isRoot = parentId === '' || parentId === spanId;
    const parent = isRoot ? undefined : this.#slots.find(trace, ...halvesOf(parentId));
    columns.parents[slot] = parent ?? noParent;
    if (parent !== undefined) columns.bits[parent] = (columns.bits[parent] as number) | spanBits.parent;
    if (parent === undefined && !isRoot) this.#waiting.wait(slot, trace, parentId);
    else this.#waiting.forget(slot);
    if (!isNew) return;
    for (const child of this.#waiting.take(trace, spanId)) {
      columns.bits[slot] = (columns.bits[slot] as number) | spanBits.parent;
      columns.parents[child] = slot;
      dirty.add(child);
    }
  }

  #isSame(slot: number, record: CallRecord, own: OwnPlace): boolean {
    const { columns } = this;
    const kept = spanBits.parent | spanBits.summed;
    const number = (value: number | undefined): number => value ?? Number.NaN;
    return (
      Object.is(columns.starts[slot], record.startMicros) &&
      columns.durations[slot] === (record.durationMs === undefined ? 0 : packDuration(record.durationMs)) &&
      Object.is(columns.inputs[slot], Math.fround(number(record.input))) &&
      Object.is(columns.outputs[slot], Math.fround(number(record.output))) &&
      Object.is(columns.cacheReads[slot], Math.fround(number(record.cacheRead))) &&
      Object.is(columns.costs[slot], number(record.cost)) &&
      columns.flagSets[slot] === this.flagSets.idOf(record.flags) &&
      columns.runs[slot] === record.run &&
      ((columns.bits[slot] as number) & ~kept) === bitsOf(record) &&
      this.paths.at(columns.paths[slot] as number).own === own &&
      this.#isSameParent(slot, record)
    );
  }

  #isSameParent(slot: number, { trace, spanId, parentId }: CallRecord): boolean {
    const parent = this.columns.parents[slot] as number;
    if (parent !== noParent) return this.spanIdAt(parent) === parentId;
    return parentId === '' || parentId === spanId || this.#waiting.isWaiting(slot, trace, parentId);
  }

  #remove(slot: number, dirty: Set<number>): void {
    const { columns } = this;
    const trace = columns.traces[slot] as number;
    this.#unsum(slot);
    dirty.delete(slot);
    this.runs.count(columns.runs[slot] as number, -1);
    if (((columns.bits[slot] as number) & spanBits.parent) !== 0) {
      const spanId = this.spanIdAt(slot);
      for (const child of this.#slotsOf(trace)) {
        if (columns.parents[child] !== slot) continue;
        columns.parents[child] = noParent;
        this.#waiting.wait(child, trace, spanId);
        dirty.add(child);
      }
    }
    this.#waiting.forget(slot);
    this.#slots.remove(slot);
    columns.give(slot);
    columns.traces[slot] = 0;
    const known = this.#traces.get(trace);
    if (known && --known.count === 0) this.#traces.delete(trace);
  }

  *#slotsOf(trace: number): Generator<number> {
    const known = this.#traces.get(trace);
    if (!known) return;
    const { traces } = this.columns;
    const { first, last } = known;
    for (let slot = first; slot <= last; slot++) if (traces[slot] === trace) yield slot;
  }

  /** Finds the paths of what changed and of everything below it, and adds it up. */
  #settle(dirty: Set<number>): void {
    const { columns } = this;
    const traces = new Set<number>();
    for (const slot of dirty) {
      if (((columns.bits[slot] as number) & spanBits.parent) !== 0)
        traces.add(columns.traces[slot] as number);
    }
    // Below a span that changed: whatever has a parent.
    for (const trace of traces) {
      for (const slot of this.#slotsOf(trace)) if (columns.parents[slot] !== noParent) dirty.add(slot);
    }
    const done = new Set<number>();
    for (const slot of dirty) this.#findPath(slot, dirty, done);
    for (const slot of dirty) this.#sum(slot);
    if (this.runs.settle() && this.#scope === 'lastRun') this.#rescope();
  }

  /** Parents first; a ring of parents is cut where it is met again. */
  #findPath(from: number, dirty: ReadonlySet<number>, done: Set<number>): void {
    const { columns, paths } = this;
    const open: number[] = [];
    for (let slot = from; slot !== noParent && dirty.has(slot) && !done.has(slot);) {
      done.add(slot);
      open.push(slot);
      slot = columns.parents[slot] as number;
    }
    for (let slot = open.pop(); slot !== undefined; slot = open.pop()) {
      const parent = columns.parents[slot] as number;
      const before = paths.at(columns.paths[slot] as number);
      const isCall = ((columns.bits[slot] as number) & spanBits.call) !== 0;
      const above = parent === noParent ? undefined : paths.at(columns.paths[parent] as number);
      const path: CallPath = paths.of(before.own, isCall, above);
      if (path.id === before.id) continue;
      this.#unsum(slot);
      columns.paths[slot] = path.id;
    }
  }

  #isInScope(slot: number): boolean {
    switch (this.#scope) {
      case 'all':
        return true;
      case 'session':
        return (this.columns.starts[slot] as number) >= this.#sessionMicros;
      case 'lastRun':
        return this.runs.isNewest(this.columns.runs[slot] as number);
    }
  }

  #sum(slot: number): void {
    const { columns } = this;
    const bits = columns.bits[slot] as number;
    if ((bits & spanBits.call) === 0 || (bits & spanBits.summed) !== 0 || !this.#isInScope(slot)) return;
    columns.bits[slot] = bits | spanBits.summed;
    this.#add(slot, 1);
  }

  #unsum(slot: number): void {
    const { columns } = this;
    const bits = columns.bits[slot] as number;
    if ((bits & spanBits.summed) === 0) return;
    columns.bits[slot] = bits & ~spanBits.summed;
    this.#add(slot, -1);
  }

  #add(slot: number, sign: 1 | -1): void {
    const path = this.columns.paths[slot] as number;
    let sums = this.#sums.get(path);
    if (!sums) this.#sums.set(path, (sums = new PathSums()));
    sums.add(this.summandAt(slot), sign, this.isNewer);
    if (sums.calls === 0) this.#sums.delete(path);
    this.#touched.add(path);
    this.#revision++;
  }

  /** Another scope, or other runs are the newest: a look at every span. */
  #rescope(): void {
    const { bits, end } = this.columns;
    for (let slot = 0; slot < end; slot++) {
      const bit = bits[slot] as number;
      if ((bit & spanBits.call) === 0) continue;
      if (this.#isInScope(slot)) this.#sum(slot);
      else this.#unsum(slot);
    }
  }
}

function bitsOf({ isCall, isModel, isPriced, failed, durationMs }: CallRecord): number {
  return (
    (isCall ? spanBits.call : 0) |
    (isModel ? spanBits.model : 0) |
    (isPriced ? spanBits.priced : 0) |
    (failed ? spanBits.failed : 0) |
    (durationMs === undefined ? 0 : spanBits.ended)
  );
}
