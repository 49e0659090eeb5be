/**
 * Messages between a panel and the host. A panel shows what strangers wrote, so the host trusts nothing it says:
 * every parameter is checked here before a handler sees it, and the panel checks what reaches it in the same way.
 */
import type { Handlers } from '../base/channel.ts';
import type { Check } from './checks.ts';
import {
  checkedHandlers,
  finite,
  flag,
  id,
  index,
  list,
  longestText,
  oneOf,
  optional,
  shape,
  spanKey,
  text,
} from './checks.ts';
import type {
  AttributePlace,
  CostEstimate,
  InlineImage,
  PartPlace,
  RawSpanText,
  SpanDetails,
  SpanExplanation,
} from './details.ts';
import type { ReplayDraft, ReplayEvents, ReplayRequests } from './replay.ts';

/** What the details panel shows; the whole of what it remembers over a reload. */
export interface DetailsTarget {
  readonly traceId: string;
  readonly spanId: string;
}

/** What a call can be copied as. */
export const copyKinds = ['curl', 'python', 'typescript', 'markdown'] as const;
export type CopyKind = (typeof copyKinds)[number];

/** From the details panel to the host. */
export interface DetailsRequests extends ReplayRequests {
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
  /** Opens the line that made the span, where it is now. */
  'source/goto': { params: DetailsTarget; result: null };
  /** Asks the user, then opens a web page in the browser. */
  'link/open': { params: { readonly url: string }; result: null };
  /** The whole of what was cut to be shown soon. */
  'details/text': { params: DetailsTarget & PartPlace; result: { readonly text: string } | null };
  'details/value': { params: DetailsTarget & AttributePlace; result: { readonly text: string } | null };
  'details/image': { params: DetailsTarget & PartPlace; result: InlineImage | null };
  'details/raw': { params: DetailsTarget; result: RawSpanText | null };
  /** Opens the span's OTLP as a document. */
  'raw/open': { params: DetailsTarget; result: null };
  'call/copy': { params: DetailsTarget & { readonly as: CopyKind }; result: null };
  /** Compares the call with the last one like it, or with the same one of the run before. */
  'call/compare': { params: DetailsTarget & { readonly what: 'run' | 'call' }; result: null };
  'price/set': { params: { readonly model: string; readonly provider?: string }; result: null };
}

/** From the host to the details panel. */
export interface DetailsEvents extends ReplayEvents {
  /** A part of the panel is to be shown, by its tab's id. */
  'details/tab': { readonly tab: string };
  /** Another span is to be shown. */
  'details/target': DetailsTarget;
  /** The shown span's trace has changed: ask again. */
  'details/changed': { readonly traceId: string };
}

const target = spanKey;
const key = { traceId: id(32), spanId: id(16) };
const place = { ...key, section: oneOf('system', 'input', 'output'), message: index(), part: index() };
const draftChecks: Readonly<Record<keyof ReplayDraft, Check>> = {
  target,
  to: text(2000),
  model: text(1000),
  edits: list(shape({ message: index(), part: index(), text: text(1_000_000) }), 10_000),
  removed: list(index(), 10_000),
  parameters: text(1_000_000),
  withTools: flag,
  run: index(),
};

const requestChecks: Readonly<Record<keyof DetailsRequests, Check>> = {
  'details/ready': shape({}),
  'details/load': target,
  'details/explain': target,
  'details/estimate': target,
  'details/show': target,
  'tree/reveal': target,
  'clipboard/write': shape({ text: text(longestText) }),
  'source/open': shape({ file: text(4096), line: finite, column: optional(finite) }),
  'source/goto': target,
  'link/open': shape({ url: text(8192) }),
  'details/text': shape(place),
  'details/image': shape(place),
  'details/value': shape({
    ...key,
    list: oneOf('attributes', 'resource', 'event', 'log'),
    index: index(),
    key: text(longestText),
  }),
  'details/raw': target,
  'raw/open': target,
  'call/copy': shape({ ...key, as: oneOf(...copyKinds) }),
  'call/compare': shape({ ...key, what: oneOf('run', 'call') }),
  'replay/options': shape({}),
  'replay/request': target,
  'replay/send': shape(draftChecks),
  'replay/configure': shape({}),
  'replay/setKey': shape({ to: text(2000) }),
  'price/set': shape({ model: text(1000), provider: optional(text(1000)) }),
};

const eventChecks: Readonly<Record<keyof DetailsEvents, Check>> = {
  'details/target': target,
  'details/changed': shape({ traceId: id(32) }),
  'details/tab': shape({ tab: text(40) }),
  'replay/progress': shape({ run: index(), text: text(longestText), reasoning: text(longestText) }),
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

/** Whether an answer is a text. */
export function isText(value: unknown): value is { readonly text: string } {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}

/** Whether an answer is a picture of a kind that holds nothing but pixels. */
export function isInlineImage(value: unknown): value is InlineImage {
  if (typeof value !== 'object' || value === null) return false;
  const { mimeType, data } = value as Partial<InlineImage>;
  const isPicture = typeof mimeType === 'string' && /^image\/(?:png|jpeg|gif|webp)$/.test(mimeType);
  return isPicture && typeof data === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}

/** Whether an answer is a span as OTLP. */
export function isRawSpanText(value: unknown): value is RawSpanText {
  if (typeof value !== 'object' || value === null) return false;
  const { spans, logs, bytes } = value as Partial<RawSpanText>;
  return typeof spans === 'string' && typeof logs === 'string' && typeof bytes === 'number';
}
