import { ProtobufWriter } from './protobufWriter.ts';
import type { Signal } from './types.ts';

export type ResponseEncoding = 'protobuf' | 'json';

/** OTLP's partial success. `rejected` 0 with a message is a warning. */
export interface PartialSuccess {
  readonly rejected: number;
  /** English, for the developer. */
  readonly message: string;
}

/** google.rpc.Status. */
export interface RpcStatus {
  /** google.rpc.Code, e.g. 3 for INVALID_ARGUMENT, 14 for UNAVAILABLE. */
  readonly code: number;
  readonly message: string;
  /** Adds a google.rpc.RetryInfo detail; milliseconds. */
  readonly retryDelayMs?: number | undefined;
}

/** Characters of a message that are sent: far below the 4 MiB of a response, and fit for a gRPC trailer of 8 KiB. */
const maxMessageLength = 1000;

const rejectedNames: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo';

/** Export…ServiceResponse of any signal; without `partial` (full success) it is empty. */
export function encodeExportResponse(
  signal: Signal,
  encoding: ResponseEncoding,
  partial?: PartialSuccess,
): Uint8Array {
  if (encoding === 'json') {
    if (!partial) return toBytes({});
    const errorMessage = shorten(partial.message);
    const rejected = partial.rejected === 0 ? {} : { [rejectedNames[signal]]: String(partial.rejected) };
    return toBytes({ partialSuccess: { ...rejected, ...(errorMessage !== '' && { errorMessage }) } });
  }
  const writer = new ProtobufWriter();
  if (partial) {
    const mark = writer.begin(1);
    if (partial.rejected !== 0) writer.uint(1, partial.rejected);
    if (partial.message !== '') writer.string(2, shorten(partial.message));
    writer.end(mark);
  }
  return writer.finish();
}

/** google.rpc.Status, for error bodies over HTTP and for gRPC's `grpc-status-details-bin`. */
export function encodeStatus(status: RpcStatus, encoding: ResponseEncoding): Uint8Array {
  const message = shorten(status.message);
  const delay = status.retryDelayMs === undefined ? undefined : Math.max(0, Math.ceil(status.retryDelayMs));
  if (encoding === 'json') {
    const details =
      delay === undefined ? {} : { details: [{ '@type': retryInfoType, retryDelay: secondsText(delay) }] };
    return toBytes({ code: status.code, message, ...details });
  }
  const writer = new ProtobufWriter();
  if (status.code !== 0) writer.int64(1, status.code);
  if (message !== '') writer.string(2, message);
  if (delay !== undefined) writeRetryInfo(writer, delay);
  return writer.finish();
}

/** Status.details → Any → RetryInfo.retry_delay → Duration. */
function writeRetryInfo(writer: ProtobufWriter, delayMs: number): void {
  const any = writer.begin(3);
  writer.string(1, retryInfoType);
  const value = writer.begin(2);
  const duration = writer.begin(1);
  const seconds = Math.floor(delayMs / 1000);
  const nanos = (delayMs % 1000) * 1_000_000;
  if (seconds !== 0) writer.uint(1, seconds);
  if (nanos !== 0) writer.uint(2, nanos);
  writer.end(duration);
  writer.end(value);
  writer.end(any);
}

/** A Duration in proto3's JSON mapping: 0, 3, 6 or 9 decimals. */
function secondsText(delayMs: number): string {
  const millis = delayMs % 1000;
  return `${Math.floor(delayMs / 1000)}${millis === 0 ? '' : `.${String(millis).padStart(3, '0')}`}s`;
}

function shorten(message: string): string {
  return message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength)}…`;
}

function toBytes(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(value)));
}
