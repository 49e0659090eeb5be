import type { LogInput } from '../conventions/input.ts';
import { callFromLog, type LogCall } from '../conventions/logCalls.ts';
import type { SpanKey } from '../model/span.ts';
import type { StoredRange } from '../store/api.ts';
import type { LogCallQueries } from '../store/logCallQueries.ts';
import { interpret, type Interpreted } from './row.ts';

/** A call that a log record tells of, and how spans of the same call are found. */
export interface LogCallItem extends Pick<LogCall, 'parent' | 'callId' | 'sessionId'> {
  readonly item: Interpreted;
}

/** Spans of a batch by trace, then span. */
export type ArrivedSpans = ReadonlyMap<string, ReadonlyMap<string, { readonly item: Interpreted }>>;

/** The call that only this record tells of, if it tells of one; `range` is the record's. */
export function readLogCall(input: LogInput, range: StoredRange): LogCallItem | undefined {
  const call = callFromLog(input);
  if (!call) return undefined;
  const { facts, parent, callId, sessionId } = call;
  return { item: interpret(call.input, facts, { ...range, signal: 'logs' }), parent, callId, sessionId };
}

/**
 * Which stand-ins the index is to have, whatever comes first: the record, or spans of the same call. Nothing is
 * remembered here; what a batch does not bring is looked up in the index.
 */
export class LogCallChoice {
  readonly #index: LogCallQueries;
  readonly #spans: ArrivedSpans;
  readonly #responses = new Set<string>();
  /** Sessions whose model calls were received as spans; looked up ones too, with what was found. */
  readonly #sessions = new Map<string, boolean>();

  constructor(index: LogCallQueries, spans: ArrivedSpans) {
    this.#index = index;
    this.#spans = spans;
    for (const [traceId, items] of spans) this.#note(traceId, items);
  }

  #note(traceId: string, items: ReadonlyMap<string, { readonly item: Interpreted }>): void {
    const sessions = new Set<string>();
    let called = false;
    for (const { facts } of valuesOf(items)) {
      if (facts.disposition === 'patch') continue;
      if (facts.responseId !== undefined) this.#responses.add(facts.responseId);
      if (facts.sessionId !== undefined) sessions.add(facts.sessionId);
      if (facts.kind === 'llm') called = true;
    }
    if (!called && sessions.size === 0) return;
    // The session may be named by one span of a trace and the call made by another.
    const known = this.#index.trace(traceId);
    if (!called && !known?.hasModelCall) return;
    if (known?.session !== undefined) sessions.add(known.session);
    for (const session of sessions) this.#sessions.set(session, true);
  }

  /** Stand-ins in the index whose call the batch's spans tell of. */
  superfluous(): SpanKey[] {
    const found = new Map<string, SpanKey>();
    const add = (keys: readonly SpanKey[]): void => {
      for (const key of keys) found.set(`${key.traceId}/${key.spanId}`, key);
    };
    for (const items of this.#spans.values()) {
      for (const { traceId, spanId, facts } of valuesOf(items))
        if (facts.kind !== 'other') add(this.#index.standInsBelow({ traceId, spanId }, facts.kind));
    }
    for (const response of this.#responses) add(this.#index.standInsOfResponse(response));
    for (const [session, isSpanned] of this.#sessions)
      if (isSpanned) add(this.#index.standInsOfSession(session));
    return [...found.values()];
  }

  /** Whether no span tells of the call. */
  isNeeded({ item, parent, callId, sessionId }: LogCallItem): boolean {
    if (parent) {
      const arrived = this.#spans.get(parent.traceId)?.get(parent.spanId)?.item.facts.kind;
      if ((arrived ?? this.#index.receivedKind(parent)) === item.facts.kind) return false;
    }
    if (callId !== undefined && (this.#responses.has(callId) || this.#index.hasResponse(callId)))
      return false;
    return sessionId === undefined || !this.#isSpanned(sessionId);
  }

  #isSpanned(sessionId: string): boolean {
    const known = this.#sessions.get(sessionId);
    if (known !== undefined) return known;
    const found = this.#index.hasModelCall(sessionId);
    this.#sessions.set(sessionId, found);
    return found;
  }
}

function* valuesOf(items: ReadonlyMap<string, { readonly item: Interpreted }>): Generator<Interpreted> {
  for (const { item } of items.values()) yield item;
}
