import type { Message, MessagePart } from '../../model/message.ts';

/** Messages in order; parts that come alone are gathered into messages of their own. */
export class MessageList {
  readonly messages: Message[] = [];
  readonly #role: string;
  #open: { role: string; parts: MessagePart[]; finishReason: string | undefined } | undefined;

  constructor(role: string) {
    this.#role = role;
  }

  addPart(part: MessagePart, role = this.#role): void {
    if (this.#open && this.#open.role !== role) this.#flush();
    this.#open ??= { role, parts: [], finishReason: undefined };
    this.#open.parts.push(part);
  }

  /** @param join whether the message continues open parts of its own role */
  addMessage(added: Message, join = false): void {
    if (join && (!this.#open || this.#open.role === added.role)) {
      this.#open ??= { role: added.role, parts: [], finishReason: undefined };
      this.#open.parts.push(...added.parts);
      this.#open.finishReason = added.finishReason ?? this.#open.finishReason;
      return;
    }
    this.#flush();
    this.messages.push(added);
  }

  addMessages(added: readonly Message[]): void {
    for (const one of added) this.addMessage(one);
  }

  finish(): Message[] {
    this.#flush();
    return this.messages;
  }

  #flush(): void {
    if (!this.#open) return;
    const { role, parts, finishReason } = this.#open;
    const allResults = parts.length > 0 && parts.every((part) => part.type === 'tool_result');
    this.messages.push({
      role: role === 'user' && allResults ? 'tool' : role,
      parts,
      ...(finishReason === undefined ? {} : { finishReason }),
    });
    this.#open = undefined;
  }
}
