import type { SpanKey } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import type { AccountingSpan, CountDecision } from './accountingTypes.ts';
import { buildForest, type Forest, isEarlier } from './forest.ts';
import { lateAnswers } from './lateAnswers.ts';
import { lendUsage } from './lend.ts';
import { findTwins, twinRule } from './sameCall.ts';
import { groupToolCalls, isToolCall } from './toolCalls.ts';

/**
 * Decides for every span of one trace whether its work counts, so that each call counts once however many spans
 * repeat it. Pure, linear but for small sorts, and the same for every order of the spans.
 *
 * Rules, first match: start notices and late answers never count; a model call (`llm`, `embedding`, `rerank`) or
 * retrieval with another of its kind below it, not beyond a tool, agent or workflow, is a wrapper of that call; two
 * instrumentations on one call count once; spans of one tool call count once; an agent, workflow or chain with usage
 * counts only when nothing below it has usage.
 */
export function account(spans: readonly AccountingSpan[]): Map<string, CountDecision> {
  const forest = buildForest(spans);
  const book = new Book(forest);
  book.settleCalls();
  book.settleCarriers();
  book.settleTools();
  return book.decisions();
}

const callClasses = ['llm', 'embedding', 'rerank', 'retrieval'] as const;

/** 0 for spans that are no call, else 1 + the class. */
function classOf(span: AccountingSpan): number {
  return (callClasses as readonly string[]).indexOf(span.kind) + 1;
}

/** Spans below these are calls of their own. */
const boundaries = new Set<string>(['tool', 'agent', 'mcp', 'workflow', 'guardrail', 'evaluator']);

const notACall: CountDecision = { counted: false, rule: 'No call of a model or a tool.' };
export const noticeRule = 'A start notice: the span itself counts once it arrives.';
const pendingNotice: CountDecision = { counted: false, rule: noticeRule };
const patchSpan: CountDecision = {
  counted: false,
  rule: 'Says something about another span; no work of its own.',
};
const ordinary: Record<string, CountDecision> = {
  llm: { counted: true, rule: 'A call of a model; no span below it stands for the same call.' },
  embedding: { counted: true, rule: 'An embedding call; no span below it stands for the same call.' },
  rerank: { counted: true, rule: 'A reranking call; no span below it stands for the same call.' },
  retrieval: { counted: true, rule: 'A retrieval; no span below it stands for the same one.' },
};
const toolCall: CountDecision = { counted: true, rule: 'A tool call.' };
const aggregate: CountDecision = { counted: false, rule: 'Its usage repeats that of the calls below it.' };
const declaredAggregate: CountDecision = {
  counted: false,
  rule: 'The emitter marks its usage as the sum of the calls below it.',
};
export const answerRule = 'The late answer of a streamed call, which takes its usage.';
const carrier = 'The only span with usage: no model call below it has any.';

export function keyOf(span: AccountingSpan): SpanKey {
  return { traceId: span.traceId, spanId: span.spanId };
}

class Book {
  readonly #forest: Forest;
  readonly #decisions: (CountDecision | undefined)[];
  /** Per span and class: how many calls of the class count below it, boundaries not crossed. */
  readonly #leaves: Int32Array[];
  /** Per span and class: the call that stands for those, -1 when none. */
  readonly #leaf: Int32Array[];
  /** Model calls below at any depth, and the one that stands for them. */
  readonly #deepLeaves: Int32Array;
  readonly #deepLeaf: Int32Array;
  /** Another span of the same call, for its messages. */
  readonly #content = new Map<number, SpanKey>();
  readonly #lent = new Map<number, { usage?: Usage | undefined; cost?: number | undefined; by: SpanKey }>();

  constructor(forest: Forest) {
    this.#forest = forest;
    const size = forest.spans.length;
    this.#decisions = new Array<CountDecision | undefined>(size);
    this.#leaves = callClasses.map(() => new Int32Array(size));
    this.#leaf = callClasses.map(() => new Int32Array(size).fill(-1));
    this.#deepLeaves = new Int32Array(size);
    this.#deepLeaf = new Int32Array(size).fill(-1);
  }

  #span(index: number): AccountingSpan {
    return this.#forest.spans[index] as AccountingSpan;
  }

  settleCalls(): void {
    const { order, spans } = this.#forest;
    const counting: number[] = [];
    const wrappers: number[] = [];
    for (let k = order.length - 1; k >= 0; k--) {
      const i = order[k] as number;
      const span = spans[i] as AccountingSpan;
      const kind = this.#excluded(i, span) ? 0 : classOf(span);
      const isWrapper = kind > 0 && ((this.#leaves[kind - 1] as Int32Array)[i] as number) > 0;
      if (isWrapper) wrappers.push(i);
      else if (kind > 0) {
        this.#decisions[i] = ordinary[span.kind];
        if (span.kind !== 'retrieval') counting.push(i);
      }
      this.#passUp(i, span, kind, isWrapper);
    }
    // Outermost last, so that the nearest wrapper lends first.
    for (const i of wrappers) this.#settleWrapper(i);
    this.#settleTwins(counting);
    for (const [call, answer] of lateAnswers(spans)) this.#settleAnswer(call, answer);
    this.#countAttempts();
  }

  #excluded(i: number, span: AccountingSpan): boolean {
    if (span.disposition === 'pending') this.#decisions[i] = pendingNotice;
    else if (span.disposition === 'patch') this.#decisions[i] = patchSpan;
    else return false;
    return true;
  }

  #passUp(i: number, span: AccountingSpan, kind: number, isWrapper: boolean): void {
    const up = this.#forest.parent[i] as number;
    if (up < 0) return;
    for (let c = 0; c < callClasses.length; c++) {
      const leaves = this.#leaves[c] as Int32Array;
      const leaf = this.#leaf[c] as Int32Array;
      const own = c === kind - 1 && !isWrapper;
      if (own) this.#addLeaf(leaves, leaf, up, 1, i);
      else if (!boundaries.has(span.kind) && (leaves[i] as number) > 0) {
        this.#addLeaf(leaves, leaf, up, leaves[i] as number, leaf[i] as number);
      }
    }
    const deep = (this.#deepLeaves[i] as number) + (kind > 0 && kind <= 3 && !isWrapper ? 1 : 0);
    if (deep > 0) {
      const best = kind > 0 && kind <= 3 && !isWrapper ? i : (this.#deepLeaf[i] as number);
      this.#addLeaf(this.#deepLeaves, this.#deepLeaf, up, deep, best);
    }
  }

  #addLeaf(leaves: Int32Array, leaf: Int32Array, up: number, count: number, candidate: number): void {
    leaves[up] = (leaves[up] as number) + count;
    const known = leaf[up] as number;
    if (known < 0 || this.#standsBefore(candidate, known)) leaf[up] = candidate;
  }

  /** Of several calls the last one that went well stands for the wrapper's result. */
  #standsBefore(a: number, b: number): boolean {
    const spanA = this.#span(a);
    const spanB = this.#span(b);
    return spanA.failed !== spanB.failed ? !spanA.failed : isEarlier(spanB, spanA);
  }

  #settleWrapper(i: number): void {
    const span = this.#span(i);
    const kind = classOf(span) - 1;
    const leafIndex = (this.#leaf[kind] as Int32Array)[i] as number;
    const leaf = this.#span(leafIndex);
    const single = (this.#leaves[kind] as Int32Array)[i] === 1;
    if (single && span.failed && !leaf.failed && !leaf.usage && this.#decisions[leafIndex]?.counted) {
      // The call broke after the inner span had ended, as streams do.
      this.#decisions[i] = {
        counted: true,
        rule: 'The call failed here, after the span below it had ended.',
      };
      this.#decisions[leafIndex] = {
        counted: false,
        countedIn: keyOf(span),
        rule: 'The call goes on, and fails, in the span above.',
      };
      return;
    }
    const count = single ? 'the call' : 'calls';
    this.#decisions[i] = {
      counted: false,
      countedIn: keyOf(leaf),
      rule: `Wraps ${count} that a span below stands for.`,
    };
    if (single) {
      this.#lend(leafIndex, span);
      this.#content.set(leafIndex, keyOf(span));
    } else if (span.usage && !this.#anyUsageBelow(i, kind)) this.#lend(leafIndex, span);
  }

  /** Do any of the calls that a wrapper stands for have usage? Asked only for wrappers of several calls. */
  #anyUsageBelow(i: number, kind: number): boolean {
    this.#withUsage ??= this.#markUsage();
    return ((this.#withUsage[kind] as Int32Array)[i] as number) > 0;
  }

  #withUsage: Int32Array[] | undefined;

  #markUsage(): Int32Array[] {
    const { order, parent, spans } = this.#forest;
    const marks = callClasses.map(() => new Int32Array(spans.length));
    for (let k = order.length - 1; k >= 0; k--) {
      const i = order[k] as number;
      const span = spans[i] as AccountingSpan;
      const up = parent[i] as number;
      if (up < 0) continue;
      for (let c = 0; c < callClasses.length; c++) {
        const mark = marks[c] as Int32Array;
        const own = classOf(span) - 1 === c && span.usage !== undefined;
        if (own || (!boundaries.has(span.kind) && mark[i] === 1)) mark[up] = 1;
      }
    }
    return marks;
  }

  #settleAnswer(call: number, answer: number): void {
    this.#lend(call, this.#span(answer));
    this.#content.set(call, keyOf(this.#span(answer)));
    this.#decisions[answer] = { counted: false, countedIn: keyOf(this.#span(call)), rule: answerRule };
  }

  #settleTwins(counting: readonly number[]): void {
    const candidates = new Map<AccountingSpan, number>();
    for (const i of counting) if (this.#decisions[i]?.counted) candidates.set(this.#span(i), i);
    for (const twin of findTwins([...candidates.keys()])) {
      const duplicate = candidates.get(twin.duplicate) ?? -1;
      this.#decisions[duplicate] = { counted: false, countedIn: keyOf(twin.counts), rule: twinRule(twin) };
      this.#content.set(candidates.get(twin.counts) ?? -1, keyOf(twin.duplicate));
      this.#lend(candidates.get(twin.counts) ?? -1, { ...twin.duplicate, usage: this.#usageOf(duplicate) });
    }
  }

  #lend(to: number, from: AccountingSpan): void {
    if (to < 0) return;
    const span = this.#span(to);
    const known = this.#lent.get(to);
    const usage = lendUsage(known?.usage ?? span.usage, from.usage);
    const cost = known?.cost ?? span.reportedCost;
    const lentCost = cost === undefined ? from.reportedCost : undefined;
    if (!usage && lentCost === undefined) return;
    this.#lent.set(to, {
      usage: usage ?? known?.usage,
      cost: lentCost ?? known?.cost,
      by: known?.by ?? keyOf(from),
    });
  }

  /** Usage on agents, workflows, chains and the like. */
  settleCarriers(): void {
    const { order, parent, spans } = this.#forest;
    /** Per span: the earliest call below it whose usage counts, -1 when none. */
    const carried = new Int32Array(spans.length).fill(-1);
    for (let k = order.length - 1; k >= 0; k--) {
      const i = order[k] as number;
      const span = spans[i] as AccountingSpan;
      if (!this.#decisions[i] || isToolCall(span)) this.#settleCarrier(i, span, carried);
      const up = parent[i] as number;
      const own = this.#decisions[i]?.counted === true && this.#usageOf(i) !== undefined;
      const call = own ? i : (carried[i] as number);
      if (up < 0 || call < 0) continue;
      const known = carried[up] as number;
      if (known < 0 || isEarlier(spans[call] as AccountingSpan, spans[known] as AccountingSpan)) carried[up] = call;
    }
  }

  #settleCarrier(i: number, span: AccountingSpan, carried: Int32Array): void {
    if (!span.usage || span.kind === 'event') return;
    const leaves = this.#deepLeaves[i] as number;
    const leaf = this.#deepLeaf[i] as number;
    const fits = leaves === 1 && leaf >= 0 && this.#mayLend(span, leaf);
    const call = carried[i] as number;
    if (call >= 0) {
      const rule = span.usageIsAggregate ? declaredAggregate : aggregate;
      this.#decisions[i] = { ...rule, countedIn: keyOf(this.#span(call)) };
      if (fits) this.#lend(leaf, span);
    } else if (span.usageIsAggregate) this.#decisions[i] = declaredAggregate;
    else if (fits && !this.#span(leaf).failed) {
      this.#decisions[i] = {
        counted: false,
        countedIn: keyOf(this.#span(leaf)),
        rule: 'Stands for one call, which takes its usage.',
      };
      this.#lend(leaf, span);
      carried[i] = leaf;
    } else this.#decisions[i] = { counted: true, rule: carrier };
  }

  /** A lifetime total or a sum over more calls is not this call's usage. */
  #mayLend(span: AccountingSpan, leaf: number): boolean {
    const own = this.#usageOf(leaf);
    if (!own) return true;
    const { input, output } = span.usage ?? {};
    return (
      (own.input === undefined || own.input === input) && (own.output === undefined || own.output === output)
    );
  }

  #usageOf(i: number): Usage | undefined {
    return this.#lent.get(i)?.usage ?? this.#span(i).usage;
  }

  settleTools(): void {
    for (const [i, counting] of groupToolCalls(this.#forest)) {
      this.#decisions[i] =
        i === counting
          ? toolCall
          : {
              counted: false,
              countedIn: keyOf(this.#span(counting)),
              rule: 'Another span of the same tool call counts.',
            };
    }
  }

  readonly #attempts = new Map<number, { retries: number; rateLimited: boolean }>();

  /** Retries that a library hides show as several HTTP spans below one call. */
  #countAttempts(): void {
    const { order, parent, spans } = this.#forest;
    const call = new Int32Array(spans.length).fill(-1);
    const seen = new Map<number, { requests: number; resends: number; rateLimited: boolean }>();
    for (const i of order) {
      const span = spans[i] as AccountingSpan;
      const up = parent[i] as number;
      const above = up < 0 || boundaries.has(this.#span(up).kind) ? -1 : (call[up] as number);
      const own = classOf(span) > 0 && this.#decisions[i]?.counted === true;
      call[i] = own ? i : above;
      if (!isHttp(span) || above < 0 || (up >= 0 && isHttp(this.#span(up)))) continue;
      const tally = seen.get(above) ?? { requests: 0, resends: 0, rateLimited: false };
      tally.requests++;
      tally.resends = Math.max(tally.resends, span.http?.resendCount ?? 0);
      tally.rateLimited ||= span.http?.status === 429 || span.http?.status === 529;
      seen.set(above, tally);
    }
    for (const [i, { requests, resends, rateLimited }] of seen) {
      this.#attempts.set(i, { retries: Math.max(requests - 1, resends), rateLimited });
    }
  }

  decisions(): Map<string, CountDecision> {
    const result = new Map<string, CountDecision>();
    this.#forest.spans.forEach((span, i) => {
      result.set(span.spanId, this.#complete(i, span, this.#decisions[i] ?? notACall));
    });
    return result;
  }

  #complete(i: number, span: AccountingSpan, decision: CountDecision): CountDecision {
    if (!decision.counted) return decision;
    const lent = this.#lent.get(i);
    const usage = span.usageIsAggregate || isToolCall(span) ? undefined : (lent?.usage ?? span.usage);
    const cost = span.reportedCost ?? lent?.cost;
    const attempts = this.#attempts.get(i);
    const contentFrom = this.#content.get(i);
    if (!usage && cost === undefined && !attempts && !contentFrom) return decision;
    const complete: { -readonly [Part in keyof CountDecision]: CountDecision[Part] } = { ...decision };
    if (usage) complete.usage = usage;
    if (cost !== undefined) complete.reportedCost = cost;
    if (lent) complete.lentBy = lent.by;
    if (contentFrom) complete.contentFrom = contentFrom;
    if (attempts && attempts.retries > 0) complete.retries = attempts.retries;
    if (attempts?.rateLimited) complete.rateLimited = true;
    return complete;
  }
}

function isHttp(span: AccountingSpan): boolean {
  return span.kind === 'other' && (span.http !== undefined || span.dialect === 'http');
}
