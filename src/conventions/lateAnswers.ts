import type { AccountingSpan } from './accountingTypes.ts';
import { isEarlier } from './forest.ts';

/**
 * Logfire ends a streamed call's span when the stream begins and puts answer and usage on a zero-length span beside
 * it. Each such span belongs to the last call of its model that ended under the same parent before it, without usage
 * and without an answer yet. Gives pairs of indices: the call, its answer.
 */
export function lateAnswers(spans: readonly AccountingSpan[]): readonly (readonly [number, number])[] {
  const answers: number[] = [];
  for (let i = 0; i < spans.length; i++) if (isLateAnswer(spans[i] as AccountingSpan)) answers.push(i);
  if (answers.length === 0) return [];
  const calls = new Map<string, Queue>();
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i] as AccountingSpan;
    if (span.kind !== 'llm' || span.usage || span.failed || span.dialect !== 'logfire') continue;
    const key = placeOf(span);
    const queue = calls.get(key) ?? new Queue();
    calls.set(key, queue.add(i));
  }
  for (const queue of calls.values()) queue.sort(spans);
  answers.sort((a, b) => order(spans[a] as AccountingSpan, spans[b] as AccountingSpan));
  const pairs: (readonly [number, number])[] = [];
  for (const answer of answers) {
    const span = spans[answer] as AccountingSpan;
    const call = calls.get(placeOf(span))?.takeBefore(span.startMicros, spans);
    if (call !== undefined) pairs.push([call, answer]);
  }
  return pairs;
}

export function isLateAnswer(span: AccountingSpan): boolean {
  if (span.kind !== 'event' || span.dialect !== 'logfire' || span.disposition === 'pending') return false;
  return span.usage !== undefined || span.name.startsWith('streaming response');
}

function placeOf(span: AccountingSpan): string {
  return `${span.parentSpanId}\u0000${span.service}\u0000${span.scope}\u0000${span.model ?? ''}`;
}

function order(a: AccountingSpan, b: AccountingSpan): number {
  return isEarlier(a, b) ? -1 : isEarlier(b, a) ? 1 : 0;
}

/** Calls by their end, from which the last free one before a time is taken. */
class Queue {
  readonly #calls: number[] = [];
  /** For a place in the list, the next free place at or before it (-1: none). */
  #free: Int32Array | undefined;

  add(call: number): this {
    this.#calls.push(call);
    return this;
  }

  sort(spans: readonly AccountingSpan[]): void {
    this.#calls.sort((a, b) => {
      const [first, second] = [spans[a] as AccountingSpan, spans[b] as AccountingSpan];
      return first.endMicros - second.endMicros || order(first, second);
    });
    this.#free = Int32Array.from(this.#calls, (_, place) => place);
  }

  takeBefore(time: number, spans: readonly AccountingSpan[]): number | undefined {
    let low = 0;
    let high = this.#calls.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[this.#calls[middle] as number] as AccountingSpan).endMicros <= time) low = middle + 1;
      else high = middle;
    }
    const place = this.#freeAt(low - 1);
    if (place < 0 || !this.#free) return undefined;
    this.#free[place] = place - 1;
    return this.#calls[place];
  }

  #freeAt(start: number): number {
    const free = this.#free;
    if (!free) return -1;
    let place = start;
    while (place >= 0 && free[place] !== place) place = free[place] as number;
    for (let i = start; i >= 0 && i !== place;) {
      const next = free[i] as number;
      free[i] = place;
      i = next;
    }
    return place;
  }
}
