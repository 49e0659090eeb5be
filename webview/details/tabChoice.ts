import type { SpanDetails } from '../../src/protocol/details.ts';
import { isModelCall } from '../../src/protocol/kinds.ts';

export interface TabHead {
  readonly id: string;
  readonly label: string;
  readonly badge?: string | undefined;
}

/** The tabs a span has something for, in their order. */
export function tabsOf(details: SpanDetails): TabHead[] {
  const messages = countMessages(details);
  const hasUsage =
    details.cost !== undefined || details.ownUsage !== undefined || details.row.usage !== undefined;
  const isCall = isModelCall(details.row.kind);
  return [
    ...(hasError(details) ? [{ id: 'error', label: 'Error' }] : []),
    ...(messages > 0 || isCall || details.documents.length > 0
      ? [{ id: 'conversation', label: 'Conversation', badge: messages > 0 ? String(messages) : undefined }]
      : []),
    ...(details.tool ? [{ id: 'tool', label: 'Tool' }] : []),
    ...(hasUsage || isCall ? [{ id: 'cost', label: 'Cost & tokens' }] : []),
    { id: 'request', label: 'Context' },
    { id: 'attributes', label: 'Attributes', badge: String(details.attributes.length) },
    { id: 'raw', label: 'Raw' },
    { id: 'explain', label: 'Explain' },
    ...(canReplay(details) ? [{ id: 'replay', label: 'Replay' }] : []),
  ];
}

/** The tab the user chose, where the span has it; else the error of a span without an answer, else the first that tells most. */
export function chooseTab(
  details: SpanDetails,
  tabs: readonly TabHead[],
  wanted: string | undefined,
): string {
  const has = (id: string | undefined): id is string => tabs.some((tab) => tab.id === id);
  if (has(wanted)) return wanted;
  if (hasError(details) && details.conversation.output.length === 0) return 'error';
  const order = [
    countMessages(details) > 0 || details.documents.length > 0 ? 'conversation' : undefined,
    'tool',
    'error',
    'conversation',
    'cost',
    'attributes',
  ];
  return order.find(has) ?? 'attributes';
}

/** Calls of models for text; embeddings can be copied, but there is nothing to read in their answer. */
export function canReplay({ isRepeatable, row }: SpanDetails): boolean {
  return isRepeatable === true && row.kind === 'llm';
}

function hasError({ error, row }: SpanDetails): boolean {
  return error !== undefined || row.status === 'error';
}

function countMessages({ conversation }: SpanDetails): number {
  return conversation.system.length + conversation.input.length + conversation.output.length;
}
