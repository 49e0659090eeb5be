import type { Conversation, Message, MessagePart, ToolDefinition } from '../model/message.ts';
import type { SpanFacts } from '../model/span.ts';

/** Longest text that is judged; answers are judged by their beginning. */
const longestText = 64 * 1024;

export type ToolCallPart = Extract<MessagePart, { type: 'tool_call' }>;

const noConversation: Conversation = { system: [], input: [], output: [] };

/** A call's messages, parsed at most once and only when a rule asks: parsing is the costly part. */
export class AnswerReader {
  readonly #facts: SpanFacts;
  readonly #repeatedBy: (() => SpanFacts | undefined) | undefined;
  #conversation: Conversation | undefined;
  #output: readonly Message[] | undefined;
  #text: string | undefined;
  #messageTexts: readonly string[] | undefined;
  #toolCalls: readonly ToolCallPart[] | undefined;
  #tools: readonly ToolDefinition[] | undefined;

  /** `repeatedBy` gives a span that repeats the call; it is asked only where `facts` hold no messages. */
  constructor(facts: SpanFacts, repeatedBy?: () => SpanFacts | undefined) {
    this.#facts = facts;
    this.#repeatedBy = repeatedBy;
  }

  /** The answer's messages; the prompt is left unparsed where they are there. */
  output(): readonly Message[] {
    if (this.#output) return this.#output;
    const own = this.#conversation ? [] : (attempt(() => this.#facts.output()) ?? []);
    this.#output = own.length > 0 ? own : this.conversation().output;
    return this.#output;
  }

  conversation(): Conversation {
    if (this.#conversation) return this.#conversation;
    // A span whose messages cannot be read is judged by what else it says.
    const own = attempt(() => this.#facts.conversation()) ?? noConversation;
    if (this.#repeatedBy && own.input.length === 0 && own.output.length === 0) {
      this.#conversation = attempt(() => this.#repeatedBy?.()?.conversation()) ?? own;
    } else {
      this.#conversation = own;
    }
    return this.#conversation;
  }

  toolDefinitions(): readonly ToolDefinition[] {
    if (this.#tools) return this.#tools;
    this.#tools = attempt(() => this.#facts.toolDefinitions()) ?? [];
    if (this.#tools.length === 0)
      this.#tools = attempt(() => this.#repeatedBy?.()?.toolDefinitions()) ?? this.#tools;
    return this.#tools;
  }

  /** The text of the answer, tool calls and reasoning left out; '' when there is none or it was not captured. */
  text(): string {
    this.#text ??= textOf(this.output());
    return this.#text;
  }

  /** The text of each message of the answer that has any, its parts joined without gaps. */
  messageTexts(): readonly string[] {
    this.#messageTexts ??= this.output()
      .map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''))
      .filter((text) => text.trim() !== '');
    return this.#messageTexts;
  }

  toolCalls(): readonly ToolCallPart[] {
    this.#toolCalls ??= this.output()
      .flatMap((message) => message.parts)
      .filter((part) => part.type === 'tool_call');
    return this.#toolCalls;
  }

  /** What the model says it declined, where the provider marks it. */
  refusal(): string | undefined {
    for (const message of this.output()) {
      for (const part of message.parts) if (part.type === 'refusal') return part.text;
    }
    return undefined;
  }

  /** Did the emitter capture what was said? An input with content says so. */
  captured(): boolean {
    const { input, system } = this.conversation();
    return input.some(hasContent) || system.some(hasContent);
  }
}

export function hasContent(message: Message): boolean {
  return message.parts.some((part) => {
    switch (part.type) {
      case 'tool_call':
      case 'media':
        return true;
      case 'tool_result':
        return part.result !== '';
      default:
        return part.text.trim() !== '';
    }
  });
}

function textOf(messages: readonly Message[]): string {
  let text = '';
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.type !== 'text') continue;
      text += text === '' ? part.text : `\n${part.text}`;
      if (text.length >= longestText) return text.slice(0, longestText);
    }
  }
  return text;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
