/** What tells the processes of a program apart. */
export interface ProcessIdentity {
  readonly service: string;
  /** `service.instance.id`, else what the capture hooks say: one run, whatever the pauses. */
  readonly instance?: string | undefined;
  /** `process.pid` and the host's name, where there is no instance id: numbers are used again. */
  readonly pid?: string | undefined;
}

interface Run {
  readonly id: number;
  readonly program: Program;
  /** Microseconds: start of its first span, end of its last. */
  first: number;
  last: number;
  spans: number;
  newest: boolean;
  readonly isProcess: boolean;
}

interface Program {
  readonly runs: Set<Run>;
  changed: boolean;
}

/** Pauses that end a run where only a process id, or only the service's name, is known. */
const gapMicros = { pid: 30 * 60e6, service: 30e6 } as const;
const mostRuns = 65_535;

/**
 * The runs of programs. A run is a process, told by its `service.instance.id`; else by its process id, as long as
 * nothing pauses for half an hour; else what a service sends without a pause of 30 seconds. The newest runs of a
 * program (a service's name) are the one that began last and those that were active since: processes that work
 * side by side.
 */
export class Runs {
  readonly #programs = new Map<string, Program>();
  /** Runs of one process identity, by time; they do not overlap. */
  readonly #byProcess = new Map<string, Run[]>();
  /** By id; runs that were found to be one share an object. */
  readonly #byId: Run[] = [];
  /** Runs were united, of which one may have been the newest. */
  #united = false;

  /** The run a span belongs to; `end` is the start while it runs. Microseconds. */
  of(process: ProcessIdentity, start: number, end: number): number {
    const { service, instance, pid } = process;
    const kind = instance !== undefined ? 'instance' : pid !== undefined ? 'pid' : 'service';
    const gap = kind === 'instance' ? Number.POSITIVE_INFINITY : gapMicros[kind];
    const key = `${kind} ${service}\u0000${instance ?? pid ?? ''}`;
    let runs = this.#byProcess.get(key);
    if (!runs) this.#byProcess.set(key, (runs = []));
    const at = firstNotBefore(runs, start - gap);
    let run = runs[at];
    if (run && run.first - gap <= end) {
      this.#extend(run, start, end);
      for (let next = runs[at + 1]; next && next.first - gap <= run.last; next = runs[at + 1]) {
        run = this.#unite(run, next);
        runs.splice(at, 2, run);
      }
      return run.id;
    }
    // Beyond the bound, what is found last (the oldest, as the store is read) goes to the last run.
    if (this.#byId.length === mostRuns) return mostRuns - 1;
    run = this.#begin(service, start, end, kind !== 'service');
    runs.splice(at, 0, run);
    return run.id;
  }

  /** Counts a span of the run in (1) or out (-1). */
  count(id: number, by: 1 | -1): void {
    const run = this.#byId[id];
    if (!run) return;
    run.spans += by;
    if (run.spans <= 0 || (by === 1 && run.spans === 1)) run.program.changed = true;
  }

  /** The same number for all ids of one run. */
  canonical(id: number): number {
    return this.#byId[id]?.id ?? id;
  }

  isNewest(id: number): boolean {
    return this.#byId[id]?.newest ?? false;
  }

  /** Whether the run is known to be one process, not only what was sent without a pause. */
  isProcess(id: number): boolean {
    return this.#byId[id]?.isProcess ?? false;
  }

  /** Whether a process ran through one of these moments (microseconds, ascending). */
  isAnyAcross(moments: readonly number[]): boolean {
    return this.#byId.some(({ isProcess, first, last }) => {
      const next = moments.find((moment) => moment > first);
      return isProcess && next !== undefined && next <= last;
    });
  }

  /** When the run's first span began. */
  firstOf(id: number): number | undefined {
    return this.#byId[id]?.first;
  }

  /** Finds the newest runs anew; true when others are the newest now. */
  settle(): boolean {
    let flipped = this.#united;
    this.#united = false;
    for (const program of this.#programs.values()) {
      if (!program.changed) continue;
      program.changed = false;
      let latest = Number.NEGATIVE_INFINITY;
      for (const run of program.runs) if (run.spans > 0 && run.first > latest) latest = run.first;
      for (const run of program.runs) {
        const newest = run.spans > 0 && run.last >= latest;
        if (newest !== run.newest) flipped = true;
        run.newest = newest;
      }
    }
    return flipped;
  }

  #begin(service: string, start: number, end: number, isProcess: boolean): Run {
    let program = this.#programs.get(service);
    if (!program) this.#programs.set(service, (program = { runs: new Set(), changed: true }));
    const id = this.#byId.length;
    const run: Run = { id, program, first: start, last: end, spans: 0, newest: false, isProcess };
    this.#byId.push(run);
    program.runs.add(run);
    program.changed = true;
    return run;
  }

  #extend(run: Run, start: number, end: number): void {
    if (start >= run.first && end <= run.last) return;
    run.first = Math.min(run.first, start);
    run.last = Math.max(run.last, end);
    run.program.changed = true;
  }

  #unite(run: Run, other: Run): Run {
    const [kept, gone] = run.id < other.id ? [run, other] : [other, run];
    kept.first = Math.min(run.first, other.first);
    kept.last = Math.max(run.last, other.last);
    kept.spans += gone.spans;
    kept.program.runs.delete(gone);
    kept.program.changed = true;
    this.#united = true;
    for (let id = 0; id < this.#byId.length; id++) if (this.#byId[id] === gone) this.#byId[id] = kept;
    return kept;
  }
}

/** Where the first run is that is not wholly before `micros`. */
function firstNotBefore(runs: readonly Run[], micros: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle] as Run).last < micros) low = middle + 1;
    else high = middle;
  }
  return low;
}
