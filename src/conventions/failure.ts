import type { SpanError, SpanKind, SpanStatus } from '../model/span.ts';
import type { RawEvent } from '../otlp/types.ts';
import { eventName } from './logEvents.ts';
import type { SpanView } from './spanView.ts';
import { asNumber, asText } from './values.ts';

/** What is known of a span's failure before its status is decided. */
export interface FailureSigns {
  readonly kind: SpanKind;
  /** The dialect's own word for it. */
  readonly failed: boolean;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  readonly errorStack: string | undefined;
  readonly httpStatus: number | undefined;
  /** True when the span has an answer: usage or a finish reason. */
  readonly answered: boolean;
  readonly finishReasons: readonly string[];
}

export interface Failure {
  readonly status: SpanStatus;
  readonly error: SpanError | undefined;
  readonly rateLimited: boolean;
}

const unset: SpanStatus = { code: 'unset', message: '' };
const ok: SpanStatus = { code: 'ok', message: '' };
const fine: Failure = { status: unset, error: undefined, rateLimited: false };
const fineOk: Failure = { status: ok, error: undefined, rateLimited: false };

/**
 * The effective status, the error and whether it was a rate limit. A span has failed when its status says so, when
 * the dialect does, or when a call without an answer has an error type, an exception or the finish reason `error`.
 */
export function readFailure(view: SpanView, signs: FailureSigns): Failure {
  const { span, logs } = view.input;
  const exception = span.events.length > 0 || logs.length > 0 ? findException(view) : undefined;
  const wire = span.statusCode;
  const limitedByStatus = isRateLimit(signs.httpStatus);
  if (wire !== 2 && !signs.failed && !exception && signs.errorType === undefined && !limitedByStatus) {
    if (!signs.finishReasons.includes('error')) {
      return span.statusMessage !== '' ? plain(wire, span.statusMessage) : wire === 1 ? fineOk : fine;
    }
  }
  if (!hasFailed(wire, signs, exception)) {
    return { ...plain(wire, span.statusMessage), rateLimited: limitedByStatus };
  }
  const type = signs.errorType ?? exception?.type;
  const text = span.statusMessage || signs.errorMessage || exception?.message;
  const httpStatus = signs.httpStatus ?? statusInText(type, text);
  const error: SpanError = {
    ...(type === undefined ? {} : { type: cleanType(type) }),
    ...(text === undefined ? {} : { message: text }),
    ...(exception?.stack === undefined && signs.errorStack === undefined
      ? {}
      : { stack: signs.errorStack ?? exception?.stack }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
  };
  return {
    status: { code: 'error', message: text ?? '' },
    error,
    rateLimited: isRateLimit(httpStatus) || looksRateLimited(type) || looksRateLimited(text?.slice(0, 2000)),
  };
}

function plain(wire: number, message: string): Failure {
  return {
    status: { code: wire === 1 ? 'ok' : wire === 2 ? 'error' : 'unset', message },
    error: undefined,
    rateLimited: false,
  };
}

function hasFailed(wire: number, signs: FailureSigns, exception: Exception | undefined): boolean {
  if (wire === 2 || signs.failed) return true;
  if (wire === 1) return false;
  const working = calls.has(signs.kind);
  if (signs.errorType !== undefined && (working || signs.kind === 'agent')) return true;
  if (signs.finishReasons.includes('error') && signs.kind === 'llm') return true;
  return working && exception !== undefined && !signs.answered;
}

const calls: ReadonlySet<SpanKind> = new Set([
  'llm',
  'embedding',
  'rerank',
  'retrieval',
  'tool',
  'mcp',
  'guardrail',
]);

interface Exception {
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

/** The last exception of the span, from its events or, as newer SDKs do, from log records. */
function findException(view: SpanView): Exception | undefined {
  const { events } = view.input.span;
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i] as RawEvent;
    if (event.name === 'exception') return exceptionOf(event.attributes);
  }
  for (let i = view.input.logs.length - 1; i >= 0; i--) {
    const record = view.input.logs[i]?.record;
    if (record === undefined) continue;
    const named = /^(?:exception|gen_ai\.client\.operation\.exception)$/.test(eventName(record));
    if (named || (record.severityNumber >= 17 && record.attributes.has('exception.type'))) {
      return exceptionOf(record.attributes);
    }
  }
  return undefined;
}

function exceptionOf(attributes: RawEvent['attributes']): Exception {
  return {
    type: asText(attributes.get('exception.type')),
    message: asText(attributes.get('exception.message')),
    stack: asText(attributes.get('exception.stacktrace')),
  };
}

/** `<class 'openai.RateLimitError'>` is how Python prints a class. */
function cleanType(type: string): string {
  return /^<class '([\w.]+)'>$/.exec(type)?.[1] ?? type;
}

/** 429 and Anthropic's 529 (overloaded). */
export function isRateLimit(status: number | undefined): boolean {
  return status === 429 || status === 529;
}

const rateLimitWords =
  /rate.?limit|resource.?exhausted|too.?many.?requests|throttl|quota.{0,20}exceeded|exceeded.{0,40}quota|overloaded_error|\b429\b/i;

export function looksRateLimited(text: string | undefined): boolean {
  return text !== undefined && rateLimitWords.test(text);
}

/** HTTP status in an error's type (`429`) or at the start of its message (`Error code: 429 - …`, `500 The …`). */
function statusInText(type: string | undefined, text: string | undefined): number | undefined {
  const number = asNumber(type);
  if (number !== undefined && number >= 400 && number < 600) return number;
  const found = /(?:error code:? |status(?: code)?:? |http |^(?:\w+: )?|code['"]?: ?)([45]\d\d)\b/i.exec(
    (text ?? '').slice(0, 300),
  );
  return found ? Number(found[1]) : undefined;
}
