import fc from 'fast-check';
import { emptySource } from '../../../src/flame/spanSource.ts';
import type { SpanSource } from '../../../src/flame/spanSource.ts';

/** A span as tests write it: ids are small numbers, times microseconds. */
export interface Draft {
  readonly id: number;
  /** 0: none. */
  readonly parent?: number;
  readonly start?: number;
  /** Undefined: it has not ended. */
  readonly duration?: number | undefined;
  readonly service?: number;
  readonly cost?: number;
  readonly tokens?: number;
}

export function sourceOf(drafts: readonly Draft[]): SpanSource {
  const source = emptySource(drafts.length);
  drafts.forEach((draft, index) => {
    source.idLow[index] = draft.id;
    source.parentLow[index] = draft.parent ?? 0;
    source.start[index] = draft.start ?? 0;
    source.duration[index] = 'duration' in draft ? (draft.duration ?? NaN) : 1000;
    source.service[index] = draft.service ?? 0;
    source.cost[index] = draft.cost ?? NaN;
    source.tokens[index] = draft.tokens ?? NaN;
    source.firstToken[index] = NaN;
  });
  source.count = drafts.length;
  return source;
}

/** Spans of any shape: rings, missing and repeated ids, ends before starts, some without an end, any clock. */
export const anySpans: fc.Arbitrary<Draft[]> = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 40 }),
    parent: fc.integer({ min: 0, max: 45 }),
    start: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.double({ min: -1e15, max: 1e15, noNaN: true })),
    duration: fc.oneof(
      fc.integer({ min: -5, max: 50_000 }),
      fc.constant(undefined),
      fc.double({ min: 0, max: 1e12, noNaN: true }),
    ),
    service: fc.integer({ min: 0, max: 2 }),
    cost: fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constantFrom(NaN, -1, Infinity)),
    tokens: fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.constant(NaN)),
  }),
  { maxLength: 60 },
);
