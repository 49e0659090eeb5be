import type { CompareSide } from '../../protocol/compare.ts';
import { isDetailsTarget } from '../../protocol/webview.ts';
import type { Services } from './services.ts';

/**
 * The trace or span that a command is about: of a tree's row, of a panel's target, or else what is selected. Rows come
 * from our own trees, but any extension can run a command: everything is checked.
 */
export function itemOf({ selection, traces }: Services, argument: unknown): CompareSide | undefined {
  const given = sideOf(argument);
  if (given || argument !== undefined) return given;
  return selection.current ? sideOf(selection.current) : sideOf(traces.selection);
}

function sideOf(value: unknown): CompareSide | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, row, traceId, spanId } = value as Readonly<Record<string, unknown>>;
  if (type === 'trace' || type === 'span') {
    const side = sideOf(row);
    return side && type === 'trace' ? { traceId: side.traceId } : side;
  }
  const span = { traceId, spanId };
  if (isDetailsTarget(span)) return span;
  return typeof traceId === 'string' && /^[0-9a-f]{32}$/.test(traceId) && spanId === undefined
    ? { traceId }
    : undefined;
}
