/** Stable names of why a request, or records of it, were not taken. */
export type DropReason = RefusalReason | 'invalid-ids';

export type RefusalReason = keyof typeof codes;

/**
 * HTTP status and gRPC code per reason. OTLP clients retry 503 and UNAVAILABLE and drop the data on anything else,
 * so that whatever is not the client's fault is one of these two, never a 500.
 */
const codes = {
  malformed: { http: 400, grpc: 3 },
  'bad-request': { http: 400, grpc: 3 },
  'too-large': { http: 413, grpc: 8 },
  'forbidden-host': { http: 403, grpc: 7 },
  'forbidden-origin': { http: 403, grpc: 7 },
  'unknown-path': { http: 404, grpc: 12 },
  'method-not-allowed': { http: 405, grpc: 12 },
  'unsupported-media-type': { http: 415, grpc: 12 },
  'wrong-protocol': { http: 400, grpc: 12 },
  timeout: { http: 408, grpc: 14 },
  backpressure: { http: 503, grpc: 14 },
  storage: { http: 503, grpc: 14 },
  internal: { http: 503, grpc: 14 },
  closing: { http: 503, grpc: 14 },
} as const satisfies Record<string, { http: number; grpc: number }>;

const defaultRetryMs = 1_000;

/** A request that is not taken, with what the client is told. A value, not an exception: refusing is ordinary work. */
export class Refusal {
  readonly reason: RefusalReason;
  /** English, one line, well-formed and without control characters. */
  readonly message: string;
  /** Present exactly when the client should send the same again. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: RefusalReason, message: string, retryAfterMs?: number) {
    this.reason = reason;
    this.message = oneLine(message);
    this.retryAfterMs = codes[reason].grpc === 14 ? (retryAfterMs ?? defaultRetryMs) : undefined;
  }

  get httpStatus(): number {
    return codes[this.reason].http;
  }

  get grpcCode(): number {
    return codes[this.reason].grpc;
  }
}

/** Fit for a header: a message may quote what the client sent. */
function oneLine(text: string): string {
  return text
    .slice(0, 500)
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
