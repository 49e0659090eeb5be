import * as otlp from '../otlp/response.ts';
import type { ResponseEncoding } from '../otlp/response.ts';
import type { Signal } from '../otlp/types.ts';
import type { Accepted } from './ingest.ts';
import type { Refusal } from './refusal.ts';

export const mediaTypes: Readonly<Record<ResponseEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** The export response: empty unless records were rejected. */
export function encodeAccepted(signal: Signal, accepted: Accepted, encoding: ResponseEncoding): Uint8Array {
  const { rejected, rejectionMessage: message = '' } = accepted;
  return otlp.encodeExportResponse(signal, encoding, rejected > 0 ? { rejected, message } : undefined);
}

/** The refusal as a google.rpc.Status, with RetryInfo when it is worth another attempt. */
export function encodeStatus(refusal: Refusal, encoding: ResponseEncoding): Uint8Array {
  const { grpcCode: code, message, retryAfterMs: retryDelayMs } = refusal;
  return otlp.encodeStatus({ code, message, retryDelayMs }, encoding);
}
