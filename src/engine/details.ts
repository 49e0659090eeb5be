import type { AttributeMap } from '../otlp/types.ts';
import type { SpanDetails } from '../protocol/details.ts';
import type { SpanRow } from '../protocol/rows.ts';
import type { IndexedSpan } from '../store/api.ts';
import { attributeRows, valueText } from './attributeRows.ts';
import { cutConversation } from './cutConversation.ts';
import { isRepeatable } from './recordedRequest.ts';
import { micros, type Interpreted } from './row.ts';

const shownEvents = 500;

/** Everything a panel shows of one span: the index's row with what is read from the journal again. */
export function spanDetails(row: SpanRow, indexed: IndexedSpan, item: Interpreted): SpanDetails {
  const { facts, input } = item;
  const { conversation, cutTexts } = cutConversation(facts.conversation());
  return {
    row,
    dialect: facts.dialect,
    guessed: facts.guessed,
    scope: scopeText(input.scope.name, input.scope.version),
    provider: facts.provider,
    requestModel: facts.requestModel,
    responseModel: facts.responseModel,
    operation: facts.operation,
    sessionId: facts.sessionId,
    userId: facts.userId,
    agentName: facts.agentName,
    promptName: facts.promptName,
    promptVersion: facts.promptVersion,
    finishReasons: facts.finishReasons,
    streaming: facts.streaming,
    timeToFirstTokenMs: facts.timeToFirstTokenMs,
    retries: indexed.retries,
    rateLimited: facts.rateLimited,
    ownUsage: facts.usage,
    cost: indexed.cost,
    countRule: indexed.countRule,
    countedIn: indexed.countedIn,
    conversation,
    cutTexts,
    isRepeatable: isRepeatable(facts),
    toolDefinitions: facts.toolDefinitions(),
    documents: facts.documents(),
    tool: facts.tool,
    error: facts.error,
    evaluations: facts.evaluations,
    parameters: [...facts.parameters].map(([name, value]) => ({ name, value })),
    attributes: attributeRows(input.span.attributes),
    resource: attributeRows(input.resource.attributes),
    events: input.span.events.slice(0, shownEvents).map((event) => ({
      timeMicros: micros(event.timeUnixNano),
      name: event.name,
      attributes: attributeRows(event.attributes),
    })),
    links: input.span.links.slice(0, shownEvents).map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: attributeRows(attributes),
    })),
    logs: input.logs.slice(0, shownEvents).map(({ record }) => ({
      timeMicros: micros(record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano),
      name: record.eventName || eventName(record.attributes),
      body: valueText(record.body).slice(0, 20_000),
      attributes: attributeRows(record.attributes),
    })),
  };
}

function scopeText(name: string, version: string): string {
  return version === '' ? name : `${name} ${version}`;
}

function eventName(attributes: AttributeMap): string {
  const name = attributes.get('event.name');
  return typeof name === 'string' ? name : '';
}
