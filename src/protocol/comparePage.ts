/** Messages between the comparison's page and the host. */
import type { Handlers } from '../base/channel.ts';
import type { Check } from './checks.ts';
import { checkedHandlers, id, longestText, optional, shape, spanKey, text } from './checks.ts';
import type { CallComparison, CompareSide, TraceComparison } from './compare.ts';
import type { DetailsTarget } from './webview.ts';

/** What is compared: two calls (both with a span), or two runs. */
export interface ComparePair {
  readonly left: CompareSide;
  readonly right: CompareSide;
}

export type Comparison =
  | { readonly kind: 'calls'; readonly calls: CallComparison }
  | { readonly kind: 'traces'; readonly traces: TraceComparison };

export interface ComparePageRequests {
  'compare/ready': { params: Record<string, never>; result: ComparePair | null };
  'compare/load': { params: ComparePair; result: Comparison | null };
  /** Compares others in this panel. */
  'compare/open': { params: ComparePair; result: null };
  'details/show': { params: DetailsTarget; result: null };
  'clipboard/write': { params: { readonly text: string }; result: null };
}

export interface ComparePageEvents {
  'compare/pair': ComparePair;
  /** One of the two has changed: ask again. */
  'compare/changed': Record<string, never>;
}

const side = shape({ traceId: id(32), spanId: optional(id(16)) });
const pairShape = shape({ left: side, right: side });

/** Two calls, or two runs; never one of each. */
export const isComparePair = (value: unknown): value is ComparePair => {
  if (!pairShape(value)) return false;
  const { left, right } = value as ComparePair;
  return (left.spanId === undefined) === (right.spanId === undefined);
};

const checks: Readonly<Record<keyof ComparePageRequests, Check>> = {
  'compare/ready': shape({}),
  'compare/load': isComparePair,
  'compare/open': isComparePair,
  'details/show': spanKey,
  'clipboard/write': shape({ text: text(longestText) }),
};

export function checkedCompareHandlers(
  handlers: Required<Handlers<ComparePageRequests>>,
): Handlers<ComparePageRequests> {
  return checkedHandlers<ComparePageRequests>(checks, handlers);
}

/** Whether an answer looks like a comparison, as far as the page relies on it. */
export function isComparison(value: unknown): value is Comparison {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, calls, traces } = value as {
    kind?: unknown;
    calls?: Partial<CallComparison>;
    traces?: Partial<TraceComparison>;
  };
  if (kind === 'traces')
    return Array.isArray(traces?.pairs) && traces.left !== undefined && traces.right !== undefined;
  const lists = [calls?.parameters, calls?.tools, calls?.prompt, calls?.answer];
  const isWhole = calls?.left?.row !== undefined && calls.right?.row !== undefined;
  return kind === 'calls' && isWhole && lists.every(Array.isArray);
}
