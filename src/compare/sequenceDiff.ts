/** A run of positions that both sequences have, or only one of them. */
export interface SequenceRun {
  readonly kind: 'same' | 'removed' | 'added';
  /** Where it begins in each sequence. */
  readonly left: number;
  readonly right: number;
  readonly length: number;
}

/** Edits a part of the sequences may take before it is taken apart at what occurs once in both. */
const mostEdits = 600;
const deepest = 8;

/**
 * What changed from one sequence of symbols to another: few edits, found with Myers's algorithm; where there are too
 * many of them, around the symbols that occur once on each side (patience); what is left is replaced as a whole.
 * Time is bounded by about `mostEdits` times the length.
 *
 * Source: E. Myers, An O(ND) Difference Algorithm and Its Variations (1986).
 */
export function sequenceDiff(left: readonly number[], right: readonly number[]): SequenceRun[] {
  const runs: SequenceRun[] = [];
  const add = (kind: SequenceRun['kind'], l: number, r: number, length: number): void => {
    if (length === 0) return;
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { ...last, length: last.length + length };
    else runs.push({ kind, left: l, right: r, length });
  };
  const whole = { l0: 0, l1: left.length, r0: 0, r1: right.length };
  compare(left, right, whole, 0, add);
  return removedFirst(runs);
}

interface Area {
  readonly l0: number;
  readonly l1: number;
  readonly r0: number;
  readonly r1: number;
}
type Add = (kind: SequenceRun['kind'], left: number, right: number, length: number) => void;

function compare(
  left: readonly number[],
  right: readonly number[],
  area: Area,
  depth: number,
  add: Add,
): void {
  let { l0, l1, r0, r1 } = area;
  const begin = l0;
  while (l0 < l1 && r0 < r1 && left[l0] === right[r0]) {
    l0++;
    r0++;
  }
  add('same', begin, area.r0, l0 - begin);
  let tail = 0;
  while (l1 > l0 && r1 > r0 && left[l1 - 1] === right[r1 - 1]) {
    l1--;
    r1--;
    tail++;
  }
  middle(left, right, { l0, l1, r0, r1 }, depth, add);
  add('same', l1, r1, tail);
}

function middle(
  left: readonly number[],
  right: readonly number[],
  area: Area,
  depth: number,
  add: Add,
): void {
  const { l0, l1, r0, r1 } = area;
  if (l0 === l1 || r0 === r1) {
    add('removed', l0, r0, l1 - l0);
    add('added', l1, r0, r1 - r0);
    return;
  }
  const path = myers(left, right, area);
  if (path) {
    for (const [kind, l, r, length] of path) add(kind, l, r, length);
    return;
  }
  const anchors = depth < deepest ? uniqueAnchors(left, right, area) : [];
  if (anchors.length === 0) {
    add('removed', l0, r0, l1 - l0);
    add('added', l1, r0, r1 - r0);
    return;
  }
  let [l, r] = [l0, r0];
  for (const [anchorLeft, anchorRight] of [...anchors, [l1, r1] as const]) {
    compare(left, right, { l0: l, l1: anchorLeft, r0: r, r1: anchorRight }, depth + 1, add);
    if (anchorLeft < l1) add('same', anchorLeft, anchorRight, 1);
    [l, r] = [anchorLeft + 1, anchorRight + 1];
  }
}

type Step = readonly [kind: SequenceRun['kind'], left: number, right: number, length: number];

/** The shortest path of edits; undefined when it has more than `mostEdits`. */
function myers(
  left: readonly number[],
  right: readonly number[],
  { l0, l1, r0, r1 }: Area,
): Step[] | undefined {
  const n = l1 - l0;
  const m = r1 - r0;
  const most = Math.min(n + m, mostEdits);
  const ends = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const history: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (ends[middle + k - 1] ?? 0) < (ends[middle + k + 1] ?? 0));
      let x = down ? (ends[middle + k + 1] ?? 0) : (ends[middle + k - 1] ?? 0) + 1;
      let y = x - k;
      while (x < n && y < m && left[l0 + x] === right[r0 + y]) {
        x++;
        y++;
      }
      ends[middle + k] = x;
      if (x >= n && y >= m) {
        history.push(ends.slice(middle - d - 1, middle + d + 2));
        return walkBack(history, n, m, l0, r0);
      }
    }
    history.push(ends.slice(middle - d - 1, middle + d + 2));
  }
  return undefined;
}

function walkBack(history: readonly Int32Array[], n: number, m: number, l0: number, r0: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [n, m];
  for (let d = history.length - 1; d > 0; d--) {
    const before = history[d - 1];
    const at = (k: number): number => before?.[k + d] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = at(fromK);
    const fromY = fromX - fromK;
    const [midX, midY] = down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    if (x > midX) steps.push(['same', l0 + midX, r0 + midY, x - midX]);
    steps.push(down ? ['added', l0 + fromX, r0 + fromY, 1] : ['removed', l0 + fromX, r0 + fromY, 1]);
    [x, y] = [fromX, fromY];
  }
  if (x > 0) steps.push(['same', l0, r0, x]);
  return steps.reverse();
}

/** Symbols that occur once on each side, in an order both share: the longest such list. */
function uniqueAnchors(
  left: readonly number[],
  right: readonly number[],
  { l0, l1, r0, r1 }: Area,
): (readonly [number, number])[] {
  const seen = new Map<number, { l: number; r: number }>();
  for (let at = l0; at < l1; at++) {
    const symbol = left[at] ?? -1;
    const known = seen.get(symbol);
    if (known) known.l = -1;
    else seen.set(symbol, { l: at, r: -2 });
  }
  for (let at = r0; at < r1; at++) {
    const known = seen.get(right[at] ?? -1);
    if (known) known.r = known.r === -2 ? at : -1;
  }
  const both = [...seen.values()].filter(({ l, r }) => l >= 0 && r >= 0).sort((a, b) => a.l - b.l);
  return longestRising(both.map(({ l, r }) => [l, r] as const));
}

function longestRising(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const tails: number[] = [];
  const before: number[] = [];
  for (const [index, [, value]] of pairs.entries()) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const half = (low + high) >> 1;
      if ((pairs[tails[half] ?? 0]?.[1] ?? 0) < value) low = half + 1;
      else high = half;
    }
    before.push(low === 0 ? -1 : (tails[low - 1] ?? -1));
    tails[low] = index;
  }
  const result: (readonly [number, number])[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) {
    const pair = pairs[at];
    if (pair) result.push(pair);
  }
  return result.reverse();
}

/** Between two runs that are the same, what was removed stands before what was added, each as one run. */
function removedFirst(runs: readonly SequenceRun[]): SequenceRun[] {
  const result: SequenceRun[] = [];
  let removed: SequenceRun | undefined;
  let added: SequenceRun | undefined;
  const flush = (): void => {
    if (removed) result.push(removed);
    if (added) result.push(added);
    removed = added = undefined;
  };
  for (const run of runs) {
    if (run.kind === 'same') {
      flush();
      result.push(run);
    } else if (run.kind === 'removed')
      removed = removed
        ? { ...removed, length: removed.length + run.length }
        : { ...run, right: added?.right ?? run.right };
    else added = added ? { ...added, length: added.length + run.length } : run;
  }
  flush();
  return result;
}
