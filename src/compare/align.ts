import { sequenceDiff } from './sequenceDiff.ts';

/** Positions that belong together; one side is undefined where the other stands alone. */
export type Aligned = readonly [left: number | undefined, right: number | undefined];

/** Above it, only the parts between equal keys are aligned by score. */
const mostCells = 1_000_000;

/**
 * Aligns two sequences without changing the order of either: of all ways, one whose pairs' scores add up to the most.
 * A score of 0 or less means that two items never belong together. Sequences too long for that are first aligned by
 * their equal keys. Every position of both sides comes up exactly once.
 */
export function align<T>(
  left: readonly T[],
  right: readonly T[],
  options: { readonly key: (item: T) => string; readonly score: (left: T, right: T) => number },
): Aligned[] {
  if (left.length * right.length <= mostCells) return byScore(left, right, 0, 0, options.score);
  const symbols = new Map<string, number>();
  const number = (item: T): number => {
    const key = options.key(item);
    const known = symbols.get(key) ?? symbols.size;
    symbols.set(key, known);
    return known;
  };
  const result: Aligned[] = [];
  let [l, r] = [0, 0];
  const between = (toLeft: number, toRight: number): void => {
    const [some, others] = [left.slice(l, toLeft), right.slice(r, toRight)];
    if (some.length * others.length <= mostCells) result.push(...byScore(some, others, l, r, options.score));
    else {
      for (const index of some.keys()) result.push([l + index, undefined]);
      for (const index of others.keys()) result.push([undefined, r + index]);
    }
    [l, r] = [toLeft, toRight];
  };
  for (const run of sequenceDiff(left.map(number), right.map(number))) {
    if (run.kind !== 'same') continue;
    between(run.left, run.right);
    for (let index = 0; index < run.length; index++) result.push([run.left + index, run.right + index]);
    [l, r] = [run.left + run.length, run.right + run.length];
  }
  between(left.length, right.length);
  return result;
}

/** Dynamic programming over all pairs (Needleman and Wunsch, gaps free). */
function byScore<T>(
  left: readonly T[],
  right: readonly T[],
  leftOffset: number,
  rightOffset: number,
  score: (left: T, right: T) => number,
): Aligned[] {
  const width = right.length + 1;
  const best = new Float64Array((left.length + 1) * width);
  const pairs = new Float64Array(left.length * right.length);
  for (let l = left.length - 1; l >= 0; l--) {
    for (let r = right.length - 1; r >= 0; r--) {
      const pair = Math.max(0, score(left[l] as T, right[r] as T));
      pairs[l * right.length + r] = pair;
      const skipped = Math.max(best[(l + 1) * width + r] ?? 0, best[l * width + r + 1] ?? 0);
      const together = pair > 0 ? pair + (best[(l + 1) * width + r + 1] ?? 0) : 0;
      best[l * width + r] = Math.max(skipped, together);
    }
  }
  const result: Aligned[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    const here = best[l * width + r] ?? 0;
    const pair = pairs[l * right.length + r] ?? 0;
    if (pair > 0 && here === pair + (best[(l + 1) * width + r + 1] ?? 0)) {
      result.push([leftOffset + l++, rightOffset + r++]);
    } else if (here === best[(l + 1) * width + r]) result.push([leftOffset + l++, undefined]);
    else result.push([undefined, rightOffset + r++]);
  }
  while (l < left.length) result.push([leftOffset + l++, undefined]);
  while (r < right.length) result.push([undefined, rightOffset + r++]);
  return result;
}
