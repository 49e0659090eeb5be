import type { SpanFacts, SpanKey } from '../model/span.ts';
import type { AttributeMap, AttributeValue, RawLogRecord, RawSpan } from '../otlp/types.ts';
import type { LogInput, SpanInput } from './input.ts';
import { eventName } from './logEvents.ts';
import { syntheticId } from './syntheticId.ts';
import { understand } from './understand.ts';
import { asNumber, asText } from './values.ts';

/**
 * A call that only a log record tells of, as a span that stands in for the one that was never sent.
 *
 * It is to be ignored where spans tell of the same call: when the record names a span that was received and is a call
 * of the same kind (then the record enriches that span), when a received span has the same response or request id, or
 * when model-call spans of the same session were received.
 */
export interface LogCall {
  /** The stand-in: what is shown and stored as the span. */
  readonly input: SpanInput;
  readonly facts: SpanFacts;
  /** Deterministic: the same record gives the same ids, however often and in whatever order it arrives. */
  readonly key: SpanKey;
  readonly name: string;
  readonly startMicros: number;
  readonly endMicros: number;
  /** The span the record was written in, if any. */
  readonly parent?: SpanKey | undefined;
  /** Response or request id by which a span of the same call is found. */
  readonly callId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** Reads the records of Codex CLI, Claude Code, Gemini CLI and of OpenTelemetry's details event without a span. */
export function callFromLog(log: LogInput): LogCall | undefined {
  const { record } = log;
  const name = fullName(record, log.scope.name);
  const kind = readers.get(name);
  if (!kind) return undefined;
  const draft = kind(record);
  if (!draft) return undefined;
  const input = standIn(log, name, draft);
  const { span } = input;
  const facts = understand(input);
  const hasParent = record.traceId !== '' && record.spanId !== '';
  return {
    input,
    facts,
    key: { traceId: span.traceId, spanId: span.spanId },
    name: span.name,
    startMicros: Number(span.startTimeUnixNano / 1000n),
    endMicros: Number(span.endTimeUnixNano / 1000n),
    ...(hasParent ? { parent: { traceId: record.traceId, spanId: record.spanId } } : {}),
    callId: facts.responseId ?? asText(record.attributes.get('request_id')),
    sessionId: facts.sessionId,
  };
}

interface Draft {
  readonly name: string;
  readonly attributes: readonly (readonly [string, AttributeValue | undefined])[];
  readonly failed?: boolean | undefined;
  readonly message?: string | undefined;
}

/** Older records have the bare name in `event.name` and the prefix in the body. */
function fullName(record: RawLogRecord, scope: string): string {
  const name = eventName(record);
  if (name.includes('.')) return name;
  if (typeof record.body === 'string' && /^(?:claude_code|codex|gemini_cli)\.\w+$/.test(record.body))
    return record.body;
  return scope.startsWith('com.anthropic.claude_code') ? `claude_code.${name}` : name;
}

const readers = new Map<string, (record: RawLogRecord) => Draft | undefined>([
  ['codex.sse_event', codexAnswer],
  [
    'codex.tool_result',
    (record) => tool(record, 'tool_name', 'call_id', 'arguments', 'output', 'conversation.id'),
  ],
  ['claude_code.api_request', claudeAnswer],
  ['claude_code.api_error', (record) => failedCall(record, 'anthropic')],
  [
    'claude_code.tool_result',
    (record) => tool(record, 'tool_name', 'tool_use_id', 'tool_input', 'tool_output', 'session.id'),
  ],
  ['gemini_cli.api_response', geminiAnswer],
  ['gemini_cli.api_error', (record) => failedCall(record, 'gcp.gemini')],
  [
    'gemini_cli.tool_call',
    (record) => tool(record, 'function_name', 'call_id', 'function_args', 'output', 'session.id'),
  ],
  ['gen_ai.client.inference.operation.details', details],
]);

function codexAnswer({ attributes }: RawLogRecord): Draft | undefined {
  const event = asText(attributes.get('event.kind'));
  if (event !== 'response.completed' && event !== 'response.failed') return undefined;
  return {
    name: `chat ${asText(attributes.get('model')) ?? ''}`.trim(),
    failed: event === 'response.failed',
    message: asText(attributes.get('error.message')),
    attributes: [
      ['gen_ai.operation.name', 'chat'],
      ['gen_ai.provider.name', attributes.get('provider_name') ?? 'openai'],
      ['gen_ai.request.model', attributes.get('model') ?? attributes.get('slug')],
      ['gen_ai.conversation.id', attributes.get('conversation.id')],
      ['gen_ai.usage.input_tokens', attributes.get('input_token_count')],
      ['gen_ai.usage.output_tokens', attributes.get('output_token_count')],
      ['gen_ai.usage.cache_read.input_tokens', attributes.get('cached_token_count')],
      ['gen_ai.usage.reasoning.output_tokens', attributes.get('reasoning_token_count')],
    ],
  };
}

function claudeAnswer({ attributes }: RawLogRecord): Draft {
  const read = asNumber(attributes.get('cache_read_tokens')) ?? 0;
  const written = asNumber(attributes.get('cache_creation_tokens')) ?? 0;
  const input = asNumber(attributes.get('input_tokens'));
  return {
    name: `chat ${asText(attributes.get('model')) ?? ''}`.trim(),
    attributes: [
      ['gen_ai.operation.name', 'chat'],
      ['gen_ai.provider.name', 'anthropic'],
      ['gen_ai.request.model', attributes.get('model')],
      ['session.id', attributes.get('session.id')],
      ['user.id', attributes.get('user.id')],
      ['gen_ai.response.id', attributes.get('request_id')],
      // Claude Code counts cached tokens beside the input.
      ['gen_ai.usage.input_tokens', input === undefined ? undefined : input + read + written],
      ['gen_ai.usage.output_tokens', attributes.get('output_tokens')],
      ['gen_ai.usage.cache_read.input_tokens', attributes.get('cache_read_tokens')],
      ['gen_ai.usage.cache_creation.input_tokens', attributes.get('cache_creation_tokens')],
      ['gen_ai.usage.cost', attributes.get('cost_usd')],
      ['attempt', attributes.get('attempt')],
    ],
  };
}

function geminiAnswer({ attributes }: RawLogRecord): Draft {
  const output = asNumber(attributes.get('output_token_count'));
  const thoughts =
    asNumber(attributes.get('thoughts_token_count')) ?? asNumber(attributes.get('thoughts_tokens_count'));
  return {
    name: `chat ${asText(attributes.get('model')) ?? ''}`.trim(),
    attributes: [
      ['gen_ai.operation.name', 'chat'],
      ['gen_ai.provider.name', 'gcp.gemini'],
      ['gen_ai.request.model', attributes.get('model')],
      ['session.id', attributes.get('session.id')],
      ['gen_ai.usage.input_tokens', attributes.get('input_token_count')],
      // Gemini counts thoughts beside the candidates.
      ['gen_ai.usage.output_tokens', output === undefined ? undefined : output + (thoughts ?? 0)],
      ['gen_ai.usage.cache_read.input_tokens', attributes.get('cached_content_token_count')],
      ['gen_ai.usage.reasoning.output_tokens', thoughts],
      ['gen_ai.response.finish_reasons', attributes.get('finish_reasons')],
      ['gen_ai.output.messages', attributes.get('response_text')],
    ],
  };
}

/** An attempt that will be made again is no call of its own: overloads, rate limits, timeouts and server errors are. */
function failedCall({ attributes }: RawLogRecord, provider: string): Draft | undefined {
  const status = asNumber(attributes.get('status_code'));
  const isFinal = status !== undefined && status >= 400 && status < 500 && ![408, 409, 429].includes(status);
  if (!isFinal) return undefined;
  return {
    name: `chat ${asText(attributes.get('model')) ?? ''}`.trim(),
    failed: true,
    message: asText(attributes.get('error')) ?? asText(attributes.get('error.message')),
    attributes: [
      ['gen_ai.operation.name', 'chat'],
      ['gen_ai.provider.name', provider],
      ['gen_ai.request.model', attributes.get('model')],
      ['session.id', attributes.get('session.id')],
      ['http.response.status_code', status],
      ['error.type', attributes.get('error_type') ?? attributes.get('error.type') ?? String(status)],
      ['attempt', attributes.get('attempt')],
    ],
  };
}

function tool(
  record: RawLogRecord,
  name: string,
  id: string,
  args: string,
  result: string,
  session: string,
): Draft | undefined {
  const { attributes } = record;
  const toolName = asText(attributes.get(name));
  if (toolName === undefined) return undefined;
  return {
    name: `execute_tool ${toolName}`,
    failed: asText(attributes.get('success')) === 'false',
    message: asText(attributes.get('error')),
    attributes: [
      ['gen_ai.operation.name', 'execute_tool'],
      ['gen_ai.tool.name', toolName],
      ['gen_ai.tool.call.id', attributes.get(id)],
      ['gen_ai.tool.call.arguments', attributes.get(args)],
      ['gen_ai.tool.call.result', attributes.get(result)],
      ['session.id', attributes.get(session)],
    ],
  };
}

/** Records that belong to a span enrich it; this is for those that belong to none. */
function details(record: RawLogRecord): Draft | undefined {
  if (record.spanId !== '') return undefined;
  const operation = asText(record.attributes.get('gen_ai.operation.name')) ?? 'chat';
  const model = asText(record.attributes.get('gen_ai.request.model')) ?? '';
  return {
    name: `${operation} ${model}`.trim(),
    failed: record.attributes.has('error.type'),
    attributes: [['gen_ai.operation.name', operation], ...record.attributes],
  };
}

function standIn(log: LogInput, event: string, draft: Draft): SpanInput {
  const { record } = log;
  const end = record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano;
  const millis = asNumber(record.attributes.get('duration_ms')) ?? 0;
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of draft.attributes)
    if (value !== undefined && !attributes.has(key)) attributes.set(key, value);
  const session =
    asText(attributes.get('gen_ai.conversation.id')) ?? asText(attributes.get('session.id')) ?? '';
  const service = asText(log.resource.attributes.get('service.name')) ?? '';
  const span: RawSpan = {
    traceId:
      record.traceId !== '' ? record.traceId : syntheticId(`${service}|${session || identityOf(record)}`, 32),
    spanId: syntheticId(`${event}|${session}|${end}|${identityOf(record)}`, 16),
    parentSpanId: record.spanId,
    traceState: '',
    flags: 0,
    name: draft.name,
    kind: 1,
    startTimeUnixNano: millis > 0 ? end - BigInt(Math.round(millis * 1e6)) : end,
    endTimeUnixNano: end,
    attributes,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: draft.failed === true ? 2 : 0,
    statusMessage: draft.failed === true ? (draft.message ?? '') : '',
  };
  return { span, resource: log.resource, scope: log.scope, logs: [] };
}

const identifying = [
  'gen_ai.response.id',
  'request_id',
  'call_id',
  'tool_use_id',
  'event.sequence',
  'model',
  'tool_name',
  'function_name',
  'output_token_count',
  'output_tokens',
];

function identityOf({
  attributes,
  timeUnixNano,
}: {
  attributes: AttributeMap;
  timeUnixNano: bigint;
}): string {
  return identifying.map((key) => asText(attributes.get(key)) ?? '').join('|') + `|${timeUnixNano}`;
}
