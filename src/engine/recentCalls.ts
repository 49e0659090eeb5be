import type { AccountingSpan } from '../conventions/accountingTypes.ts';
import { isLateAnswer } from '../conventions/lateAnswers.ts';
import { isNative } from '../conventions/sameCall.ts';

/** Model calls kept for comparison: what the batches of some seconds bring under load. */
const keptCalls = 10_000;
const keptProcesses = 256;
/** Of one process, how many of the newest calls are compared by time. */
const comparedByTime = 2_000;
/** Of all processes together. */
const keptByTime = 40_000;
/** Two spans of one call start and end together; instrumentations that make theirs later are off by little. */
const slackMicros = 5_000_000;
/** A streamed answer comes when the stream has ended. */
const lateSlackMicros = 300_000_000;

/** Spans of one response that are compared. */
const mostTwins = 16;

/** The calls of an earlier run. */
export interface StoredCalls {
  /** Of the newest `looked` stored spans, oldest first. */
  newestCalls(looked: number): readonly AccountingSpan[];
}

interface Process {
  calls: AccountingSpan[];
  /** Which kinds of spans that may pair it has sent. */
  native: boolean;
  other: boolean;
  late: boolean;
}

/** The newest model calls of all traces, to find the ones that two instrumentations reported in a trace each. */
export class RecentCalls {
  readonly #byResponse = new Map<string, AccountingSpan[]>();
  /** The response ids in order of arrival, as a ring: asking a map for its oldest key gets slow as keys are removed. */
  readonly #responses: string[] = [];
  #nextResponse = 0;
  #hasStored = false;
  #kept = 0;
  readonly #byProcess = new Map<string, Process>();

  add(call: AccountingSpan): void {
    if (call.responseId !== undefined) this.#fileResponse(call, call.responseId);
    let process = this.#byProcess.get(call.service);
    if (!process) {
      // Programs that come and go by the hundred: begin anew rather than keep them all.
      if (this.#byProcess.size >= keptProcesses) this.#forgetProcesses();
      process = { calls: [], native: false, other: false, late: false };
      this.#byProcess.set(call.service, process);
    }
    process.calls.push(call);
    this.#kept++;
    if (isLateAnswer(call)) process.late = true;
    else if (isNative(call)) process.native = true;
    else process.other = true;
    if (process.calls.length > 2 * comparedByTime) {
      process.calls = process.calls.slice(-comparedByTime);
      this.#kept -= comparedByTime + 1;
    }
    if (this.#kept > keptByTime) this.#forgetProcesses();
  }

  #forgetProcesses(): void {
    this.#byProcess.clear();
    this.#kept = 0;
  }

  #fileResponse(call: AccountingSpan, responseId: string): void {
    const same = this.#byResponse.get(responseId);
    if (same) {
      const known = same.some((other) => other.traceId === call.traceId && other.spanId === call.spanId);
      if (!known && same.length < mostTwins) same.push(call);
      return;
    }
    const oldest = this.#responses[this.#nextResponse];
    if (oldest !== undefined) this.#byResponse.delete(oldest);
    this.#responses[this.#nextResponse] = responseId;
    this.#nextResponse = (this.#nextResponse + 1) % keptCalls;
    this.#byResponse.set(responseId, [call]);
  }

  /** As if they had come in this run: once. */
  #fileStored(stored: StoredCalls): void {
    this.#hasStored = true;
    for (const call of stored.newestCalls(keptCalls)) {
      if (call.responseId !== undefined) this.#fileResponse(call, call.responseId);
    }
  }

  /** Whether another span of the trace may stand for the same call, beyond what lies above and below. */
  mayHave(call: AccountingSpan): boolean {
    const process = this.#byProcess.get(call.service);
    if (call.responseId !== undefined && (this.#byResponse.get(call.responseId)?.length ?? 0) > 0)
      return true;
    return process !== undefined && (process.late || (process.native && process.other));
  }

  /** Calls and late answers of the same trace that may pair with the given one. */
  inTrace(call: AccountingSpan): AccountingSpan[] {
    const same = call.responseId === undefined ? [] : (this.#byResponse.get(call.responseId) ?? []);
    const process = this.#byProcess.get(call.service);
    const slack = process?.late ? lateSlackMicros : slackMicros;
    const near = (process?.calls ?? []).filter(
      (other) => other.endMicros >= call.startMicros - slack && other.startMicros <= call.endMicros + slack,
    );
    return [...same, ...near].filter((other) => other.traceId === call.traceId);
  }

  /** The given calls with those of other traces that may be the same; empty when there is nothing to compare. */
  candidates(fresh: readonly AccountingSpan[], stored?: StoredCalls): AccountingSpan[] {
    const found = new Map<string, AccountingSpan>();
    if (stored && !this.#hasStored && fresh.length > 0) this.#fileStored(stored);
    for (const call of fresh) {
      const same = call.responseId === undefined ? undefined : this.#byResponse.get(call.responseId);
      if (same?.some((other) => other.traceId !== call.traceId))
        for (const other of same) found.set(keyOf(other), other);
    }
    for (const [service, process] of this.#byProcess) {
      if (!process.late && !(process.native && process.other)) continue;
      const own = fresh.filter((call) => call.service === service);
      if (own.length === 0) continue;
      const slack = process.late ? lateSlackMicros : slackMicros;
      const from = Math.min(...own.map((call) => call.startMicros)) - slack;
      const to = Math.max(...own.map((call) => call.endMicros)) + slack;
      for (const call of process.calls.slice(-comparedByTime)) {
        if (call.endMicros >= from && call.startMicros <= to) found.set(keyOf(call), call);
      }
    }
    return [...found.values()];
  }
}

function keyOf(call: AccountingSpan): string {
  return `${call.traceId}/${call.spanId}`;
}
