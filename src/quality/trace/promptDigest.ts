import type { Message, MessagePart } from '../../model/message.ts';
import type { SpanFacts } from '../../model/span.ts';
import { AnswerReader } from '../answer.ts';
import { Hasher } from './hash.ts';

/** A prompt in hashes: enough to see that two begin alike. */
export interface PromptDigest {
  /** The whole request: model, parameters, tools and messages; undefined when content that came inline is unknown. */
  readonly request: number | undefined;
  /** For each message, the hash of everything up to and with it. */
  readonly prefixes: readonly number[];
  /** Characters up to and with each message. */
  readonly characters: readonly number[];
}

/**
 * A prompt's digest, made when it is first asked for: most prompts are never compared, and making one means to parse
 * all messages.
 */
export class Prompt {
  /** What it is made of: the facts as long as they are at hand, then what reads them again. */
  #source: SpanFacts | (() => SpanFacts | undefined) | undefined;
  #digest: PromptDigest | undefined;

  constructor(facts: SpanFacts) {
    this.#source = facts;
  }

  /** Undefined where the span carries no prompt. */
  get digest(): PromptDigest | undefined {
    this.read();
    return this.#digest;
  }

  /** Makes the digest now. */
  read(): void {
    const source = this.#source;
    if (!source) return;
    this.#source = undefined;
    const facts = typeof source === 'function' ? source() : source;
    this.#digest = facts && digestPrompt(facts);
  }

  /** Lets go of the facts; `again` reads them anew, should they be asked for after all. */
  release(again: () => SpanFacts | undefined): void {
    if (this.#source) this.#source = again;
  }
}

/** Longest history that is digested; longer prompts are compared by their beginning. */
const mostMessages = 400;

/** Undefined where the span carries no prompt. Parses its messages. */
function digestPrompt(facts: SpanFacts): PromptDigest | undefined {
  const reader = new AnswerReader(facts);
  const { system, input } = reader.conversation();
  const messages = [...system, ...input];
  if (messages.length === 0) return undefined;
  const hasher = new Hasher().add(facts.requestModel ?? facts.responseModel ?? '');
  for (const tool of reader.toolDefinitions())
    hasher
      .add(tool.name)
      .add(tool.description ?? '')
      .add(tool.parameters ?? '');
  const prefixes: number[] = [];
  const characters: number[] = [];
  let total = 0;
  const whole = messages.length <= mostMessages && !messages.some(hasInlineMedia);
  for (const message of messages.slice(0, mostMessages)) {
    if (hasInlineMedia(message)) break;
    total += addMessage(hasher, message);
    prefixes.push(hasher.value());
    characters.push(total);
  }
  if (total === 0) return undefined;
  hasher.add(`${messages.length}`);
  for (const [key, value] of [...facts.parameters].sort(([left], [right]) => (left < right ? -1 : 1)))
    hasher.add(key).add(value);
  return { request: whole ? hasher.value() : undefined, prefixes, characters };
}

function addMessage(hasher: Hasher, message: Message): number {
  hasher.add(message.role);
  let characters = 0;
  for (const part of message.parts) {
    hasher.add(part.type);
    for (const text of textsOf(part)) {
      hasher.add(text);
      characters += text.length;
    }
  }
  return characters;
}

/** Media that came inline are known by type and size only, and two of a size may differ. */
function hasInlineMedia(message: Message): boolean {
  return message.parts.some((part) => part.type === 'media' && part.uri === undefined);
}

function textsOf(part: MessagePart): readonly string[] {
  switch (part.type) {
    case 'tool_call':
      return [part.id ?? '', part.name, part.arguments];
    case 'tool_result':
      return [part.id ?? '', part.result];
    case 'media':
      return [part.modality, part.mimeType ?? '', part.uri ?? ''];
    default:
      return [part.text];
  }
}
