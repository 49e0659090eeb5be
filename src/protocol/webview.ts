/**
 * Messages between a panel and the host. A panel shows what strangers wrote, so the host trusts nothing it says:
 * every parameter is checked here before a handler sees it, and the panel checks what reaches it in the same way.
 */
import type { Handlers } from '../base/channel.ts';
import type { Check } from './checks.ts';
import { checkedHandlers, finite, id, longestText, optional, shape, spanKey, text } from './checks.ts';
import type { CostEstimate, SpanDetails, SpanExplanation } from './details.ts';

/** What the details panel shows; the whole of what it remembers over a reload. */
export interface DetailsTarget {
  readonly traceId: string;
  readonly spanId: string;
}

/** From the details panel to the host. */
export interface DetailsRequests {
  /** The page is up: answers with what to show. */
  'details/ready': { params: Record<string, never>; result: DetailsTarget | null };
  'details/load': { params: DetailsTarget; result: SpanDetails | null };
  'details/explain': { params: DetailsTarget; result: SpanExplanation | null };
  /** A guess at the cost of a call without usage, when the user asks for one. */
  'details/estimate': { params: DetailsTarget; result: CostEstimate | null };
  /** Shows another span in this panel. */
  'details/show': { params: DetailsTarget; result: null };
  'tree/reveal': { params: DetailsTarget; result: null };
  'clipboard/write': { params: { readonly text: string }; result: null };
  'source/open': {
    params: { readonly file: string; readonly line: number; readonly column?: number };
    result: null;
  };
  /** Asks the user, then opens a web page in the browser. */
  'link/open': { params: { readonly url: string }; result: null };
  'price/set': { params: { readonly model: string; readonly provider?: string }; result: null };
}

/** From the host to the details panel. */
export interface DetailsEvents {
  /** Another span is to be shown. */
  'details/target': DetailsTarget;
  /** The shown span's trace has changed: ask again. */
  'details/changed': { readonly traceId: string };
}

const target = spanKey;

const requestChecks: Readonly<Record<keyof DetailsRequests, Check>> = {
  'details/ready': shape({}),
  'details/load': target,
  'details/explain': target,
  'details/estimate': target,
  'details/show': target,
  'tree/reveal': target,
  'clipboard/write': shape({ text: text(longestText) }),
  'source/open': shape({ file: text(4096), line: finite, column: optional(finite) }),
  'link/open': shape({ url: text(8192) }),
  'price/set': shape({ model: text(1000), provider: optional(text(1000)) }),
};

const eventChecks: Readonly<Record<keyof DetailsEvents, Check>> = {
  'details/target': target,
  'details/changed': shape({ traceId: id(32) }),
};

export const isDetailsTarget = (value: unknown): value is DetailsTarget => target(value);

export function isDetailsEvent<E extends keyof DetailsEvents>(
  event: E,
  body: unknown,
): body is DetailsEvents[E] {
  return eventChecks[event](body);
}

/** The handlers, each behind the check of its parameters. */
export function checkedDetailsHandlers(
  handlers: Required<Handlers<DetailsRequests>>,
): Handlers<DetailsRequests> {
  return checkedHandlers<DetailsRequests>(requestChecks, handlers);
}

/** Whether the answer looks like the details of a span, as far as the panel relies on it. */
export function isSpanDetails(value: unknown): value is SpanDetails {
  if (typeof value !== 'object' || value === null) return false;
  const details = value as Partial<SpanDetails>;
  const lists = [
    details.finishReasons,
    details.toolDefinitions,
    details.documents,
    details.evaluations,
    details.parameters,
    details.attributes,
    details.resource,
    details.events,
    details.links,
    details.logs,
  ];
  const conversation: Partial<SpanDetails['conversation']> = details.conversation ?? {};
  const messages = [conversation.system, conversation.input, conversation.output];
  return typeof details.row?.name === 'string' && [...lists, ...messages].every(Array.isArray);
}

/** Whether the answer looks like an estimate, as far as the panel relies on it. */
export function isCostEstimate(value: unknown): value is CostEstimate {
  if (typeof value !== 'object' || value === null) return false;
  const { result, inputTokens, outputTokens } = value as Partial<CostEstimate>;
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return false;
  if (typeof result !== 'object' || (result as unknown) === null) return false;
  return 'amount' in result ? typeof result.amount === 'number' : typeof result.reason === 'string';
}
