import protobuf from 'protobufjs';
import { buildSpanRequests } from '../../../bench/payloads.ts';

/** An export request (traces) of `spans` small spans. */
export function traceRequest(spans = 8): Uint8Array {
  const [first] = buildSpanRequests({ spans, bytesPerSpan: 'small', spansPerRequest: spans });
  if (!first) throw new Error('no spans asked for');
  return first;
}

/** The library's reading of what the receiver answers. */
const answers = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message ExportResponse { Partial partial_success = 1; }
`).root;

export interface DecodedStatus {
  readonly code: number;
  readonly message: string;
  /** Milliseconds of its RetryInfo. */
  readonly retryAfterMs: number | undefined;
}

export function decodeStatus(bytes: Uint8Array): DecodedStatus {
  const status = answers.lookupType('Status').decode(bytes) as unknown as {
    code: number;
    message: string;
    details: { type_url?: string; typeUrl?: string; value: Uint8Array }[];
  };
  const info = status.details.find(
    (any) => (any.typeUrl ?? any.type_url) === 'type.googleapis.com/google.rpc.RetryInfo',
  );
  let retryAfterMs: number | undefined;
  if (info) {
    const type = answers.lookupType('RetryInfo');
    const object = type.toObject(type.decode(info.value), { longs: Number, defaults: true }) as {
      retryDelay: { seconds: number; nanos: number };
    };
    retryAfterMs = object.retryDelay.seconds * 1000 + object.retryDelay.nanos / 1e6;
  }
  return { code: status.code, message: status.message, retryAfterMs };
}

/** Undefined where `partial_success` is unset. */
export function decodePartialSuccess(bytes: Uint8Array): { rejected: number; message: string } | undefined {
  const type = answers.lookupType('ExportResponse');
  const object = type.toObject(type.decode(bytes), { longs: Number }) as {
    partialSuccess?: { rejected?: number; errorMessage?: string };
  };
  const partial = object.partialSuccess;
  return partial && { rejected: partial.rejected ?? 0, message: partial.errorMessage ?? '' };
}
