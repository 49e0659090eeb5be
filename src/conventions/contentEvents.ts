import type { Message } from '../model/message.ts';
import type { AttributeMap, AttributeValue } from '../otlp/types.ts';
import { eventName } from './logEvents.ts';
import { parseMessages } from './messages/parseMessages.ts';
import { field, isRecord, type JsonRecord, members } from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { parseJson } from './values.ts';

/** Messages from span events and log records. */
export interface EventMessages {
  readonly system: readonly Message[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
}

/** Most events and records of one span that are looked at. */
const maxEvents = 20_000;

export function hasContentEvents(view: SpanView): boolean {
  return view.input.span.events.length > 0 || view.input.logs.length > 0;
}

/**
 * Messages in the three forms that events took: one record with all messages
 * (`gen_ai.client.inference.operation.details`, possibly in pieces), one record per message
 * (`gen_ai.user.message`, `gen_ai.choice`), one with all as text (`gen_ai.content.prompt`). Details go first.
 */
export function contentEvents(view: SpanView): EventMessages {
  const reader = new EventReader();
  for (const event of view.input.span.events.slice(0, maxEvents))
    reader.add(event.name, event.attributes, undefined);
  const spanEvents = reader.take();
  for (const { record } of view.input.logs.slice(0, maxEvents)) {
    reader.add(eventName(record), record.attributes, record.body);
  }
  const logs = reader.take();
  return {
    system: first(spanEvents.system, logs.system),
    input: first(spanEvents.input, logs.input),
    output: first(spanEvents.output, logs.output),
  };
}

function first(a: readonly Message[], b: readonly Message[]): readonly Message[] {
  return a.length > 0 ? a : b;
}

class EventReader {
  #details = { system: [] as Message[], input: [] as Message[], output: [] as Message[] };
  #single = { system: [] as Message[], input: [] as Message[], output: [] as Message[] };

  add(name: string, attributes: AttributeMap, body: AttributeValue | undefined): void {
    if (name === 'gen_ai.client.inference.operation.details') return this.#addDetails(attributes, body);
    const role = roles.get(name);
    if (role !== undefined) {
      const messages = messagesOf(content(attributes, body), role);
      this.#single.input.push(...messages);
    } else if (name === 'gen_ai.choice') this.#single.output.push(...choices(attributes, body));
    else if (name === 'gen_ai.content.prompt') {
      this.#single.input.push(
        ...parseMessages(attributes.get('gen_ai.prompt') ?? body, { defaultRole: 'user' }),
      );
    } else if (name === 'gen_ai.content.completion') {
      const text = attributes.get('gen_ai.completion') ?? body;
      this.#single.output.push(...parseMessages(text, { defaultRole: 'assistant' }));
    }
  }

  take(): EventMessages {
    const taken = {
      system: this.#details.system,
      input: first(this.#details.input, this.#single.input),
      output: first(this.#details.output, this.#single.output),
    };
    this.#details = { system: [], input: [], output: [] };
    this.#single = { system: [], input: [], output: [] };
    return taken;
  }

  /** Strands sends several such events, each with a part. */
  #addDetails(attributes: AttributeMap, body: AttributeValue | undefined): void {
    const inner = isRecord(body) ? body : undefined;
    const read = (key: string): unknown => attributes.get(key) ?? (inner && field(inner, key));
    const { system, input, output } = this.#details;
    system.push(...parseMessages(read('gen_ai.system_instructions'), { defaultRole: 'system' }));
    input.push(...parseMessages(read('gen_ai.input.messages'), { defaultRole: 'user' }));
    output.push(...parseMessages(read('gen_ai.output.messages'), { defaultRole: 'assistant' }));
  }
}

type Role = 'system' | 'user' | 'assistant' | 'tool';

const roles = new Map<string, Role>([
  ['gen_ai.system.message', 'system'],
  ['gen_ai.developer.message', 'system'],
  ['gen_ai.tool.developer', 'system'],
  ['gen_ai.user.message', 'user'],
  ['gen_ai.assistant.message', 'assistant'],
  ['gen_ai.tool.message', 'tool'],
]);

/** The event's content: a log body, Azure's and Semantic Kernel's JSON attribute, or Strands' attributes. */
function content(attributes: AttributeMap, body: AttributeValue | undefined): unknown {
  const json = attributes.get('gen_ai.event.content');
  if (json !== undefined) return json;
  if (body !== undefined && body !== null && body !== '') return body;
  return attributes.has('content') || attributes.has('tool_calls') ? attributes : undefined;
}

/** A message without a role of its own gets the event's. */
function messagesOf(value: unknown, role: Role): readonly Message[] {
  const record = recordOf(value);
  if (!record) return parseMessages(value, { defaultRole: role });
  const inner = field(record, 'content');
  const blocks = typeof inner === 'string' ? parseJson(inner) : undefined;
  const message = new Map<string, unknown>(members(record));
  if (Array.isArray(blocks)) message.set('content', blocks);
  if (field(record, 'role') === undefined) message.set('role', role);
  if (role === 'tool' && field(record, 'tool_call_id') === undefined)
    message.set('tool_call_id', field(record, 'id'));
  return parseMessages([message], { defaultRole: role });
}

function choices(attributes: AttributeMap, body: AttributeValue | undefined): readonly Message[] {
  const json = attributes.get('gen_ai.event.content') ?? body;
  const record = recordOf(json);
  if (record) {
    const message = field(record, 'message');
    const reason = field(record, 'finish_reason');
    const inner = isRecord(message) ? new Map<string, unknown>(members(message)) : undefined;
    if (inner) {
      if (!inner.has('role')) inner.set('role', 'assistant');
      if (reason !== undefined && !inner.has('finish_reason')) inner.set('finish_reason', reason);
      return parseMessages([inner], { defaultRole: 'assistant' });
    }
    return parseMessages(message ?? record, { defaultRole: 'assistant' });
  }
  return parseMessages(attributes.get('message') ?? json, { defaultRole: 'assistant' });
}

function recordOf(value: unknown): JsonRecord | undefined {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return isRecord(parsed) ? parsed : undefined;
}

/** Pydantic AI's first format: the events as a JSON list in an attribute. */
export function eventsOfList(value: unknown): EventMessages {
  const reader = new EventReader();
  if (Array.isArray(value)) {
    for (const item of value.slice(0, maxEvents) as readonly unknown[]) {
      if (!isRecord(item)) continue;
      const name = field(item, 'event.name');
      if (typeof name === 'string') reader.add(name, emptyMap, item as AttributeValue);
    }
  }
  return reader.take();
}

const emptyMap: AttributeMap = new Map();
