/**
 * Messages between a panel and the host. A panel shows what strangers wrote, so the host trusts nothing it says:
 * every parameter is checked here before a handler sees it, and the panel checks what reaches it in the same way.
 */
import type { Handlers } from '../base/channel.ts';
import { ChannelError } from '../base/channel.ts';
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

type Check = (value: unknown) => boolean;
const longestText = 64 * 1024 * 1024;

const text =
  (longest: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= longest;
const position: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const id =
  (digits: number): Check =>
  (value) =>
    typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);

/** An object with these members and no others. */
function shape(members: Readonly<Record<string, Check>>): Check {
  const known = new Map(Object.entries(members));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    if (Object.keys(value).some((key) => !known.has(key))) return false;
    const given = new Map(Object.entries(value));
    return [...known].every(([key, check]) => check(given.get(key)));
  };
}

const target = shape({ traceId: id(32), spanId: id(16) });

const requestChecks: Readonly<Record<keyof DetailsRequests, Check>> = {
  'details/ready': shape({}),
  'details/load': target,
  'details/explain': target,
  'details/estimate': target,
  'details/show': target,
  'tree/reveal': target,
  'clipboard/write': shape({ text: text(longestText) }),
  'source/open': shape({ file: text(4096), line: position, column: optional(position) }),
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

/** The handlers, each behind the check of its parameters; a wrong message is answered with the code `bad-message`. */
export function checkedDetailsHandlers(
  handlers: Required<Handlers<DetailsRequests>>,
): Handlers<DetailsRequests> {
  const checked = new Map<string, unknown>();
  for (const [method, handle] of Object.entries(handlers) as [
    keyof DetailsRequests,
    (...args: unknown[]) => unknown,
  ][]) {
    checked.set(method, (params: unknown, signal: AbortSignal) => {
      if (!requestChecks[method](params))
        throw new ChannelError('bad-message', `Wrong parameters of ${method}`);
      return handle(params, signal);
    });
  }
  return Object.fromEntries(checked);
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
