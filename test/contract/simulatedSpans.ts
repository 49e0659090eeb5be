import type { SpanInput } from '../../src/conventions/input.ts';
import type { AttributeValue } from '../../src/otlp/types.ts';

/** A span in the shape of a real instrumentation, and the marker of the line that made it. */
export interface SimulatedSpan {
  readonly name: string;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Index of its parent in the list. */
  readonly parent?: number;
  /** `@marker` in the sources; undefined: not asked for. */
  readonly at?: string;
  /** No line may be called sure. */
  readonly unsure?: boolean;
}

type Text = readonly [role: string, text: string];

/** OpenTelemetry's own instrumentations and those that follow them: `gen_ai.*`, messages as JSON. */
export function genAi(
  scope: string,
  model: string,
  texts: readonly Text[],
  more: Readonly<Record<string, AttributeValue>> = {},
  operation = 'chat',
): Pick<SimulatedSpan, 'name' | 'scope' | 'attributes'> {
  const messages = texts.map(([role, content]) => ({ role, parts: [{ type: 'text', content }] }));
  return {
    name: `${operation} ${model}`,
    scope,
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.request.model': model,
      'gen_ai.response.model': model,
      ...(texts.length > 0 ? { 'gen_ai.input.messages': JSON.stringify(messages) } : {}),
      ...more,
    },
  };
}

/** OpenInference: flattened messages. */
export function openInference(
  library: string,
  name: string,
  kind: string,
  model: string | undefined,
  texts: readonly Text[],
  more: Readonly<Record<string, AttributeValue>> = {},
): Pick<SimulatedSpan, 'name' | 'scope' | 'attributes'> {
  const messages = texts.flatMap(([role, content], i) => [
    [`llm.input_messages.${i}.message.role`, role],
    [`llm.input_messages.${i}.message.content`, content],
  ]);
  return {
    name,
    scope: `openinference.instrumentation.${library}`,
    attributes: {
      'openinference.span.kind': kind,
      ...(model === undefined ? {} : { 'llm.model_name': model }),
      ...(Object.fromEntries(messages) as Record<string, string>),
      ...more,
    },
  };
}

export function tool(scope: string, name: string): Pick<SimulatedSpan, 'name' | 'scope' | 'attributes'> {
  return {
    name: `execute_tool ${name}`,
    scope,
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name },
  };
}

export function http(name: string, route: string): Pick<SimulatedSpan, 'name' | 'scope' | 'attributes'> {
  return {
    name,
    scope: 'opentelemetry.instrumentation.asgi',
    attributes: { 'http.request.method': name.split(' ')[0] ?? '', 'http.route': route },
  };
}

/** The spans of one trace as they would be received. */
export function received(spans: readonly SimulatedSpan[]): Omit<SpanInput, 'logs'>[] {
  const id = (index: number): string => (index + 1).toString(16).padStart(16, '0');
  return spans.map(({ name, scope, attributes, parent }, index) => ({
    span: {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: id(index),
      parentSpanId: parent === undefined ? '' : id(parent),
      traceState: '',
      flags: 0,
      name,
      kind: 1,
      startTimeUnixNano: 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n,
      endTimeUnixNano: 1_700_000_000_900_000_000n + BigInt(index) * 1_000_000n,
      attributes: new Map(Object.entries(attributes)),
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      status: { code: 0, message: '' },
    },
    resource: { attributes: new Map([['service.name', 'held-out']]), droppedAttributesCount: 0 },
    scope: { name: scope, version: '', attributes: new Map() },
  })) as unknown as Omit<SpanInput, 'logs'>[];
}
