import type { CallSums, FileAnnotations, LineAnnotation } from '../../../../src/protocol/code.ts';

const known = (value: number) => ({ known: value, unknownCalls: 0 });

export function sums(part: Partial<CallSums> = {}): CallSums {
  return {
    calls: 1,
    modelCalls: 1,
    errors: 0,
    runs: 1,
    lastMs: 840,
    medianMs: 840,
    p95Ms: 840,
    inputTokens: known(1000),
    outputTokens: known(234),
    cacheReadTokens: 0,
    cost: known(0.0042),
    lastCost: 0.0042,
    flags: [],
    lastMicros: 1_700_000_000_000_000,
    ...part,
  };
}

export function line(part: Partial<LineAnnotation> = {}): LineAnnotation {
  return {
    line: 4,
    endLine: undefined,
    column: undefined,
    function: 'ask',
    self: sums(),
    through: undefined,
    confidence: 'exact',
    stale: undefined,
    ...part,
  };
}

export function annotations(lines: readonly LineAnnotation[], file = '/ws/app.py'): FileAnnotations {
  return { file, lines, functions: [] };
}
