import type { Signal } from '../otlp/types.ts';
import type { DropReason } from './refusal.ts';

/** Where accepted requests go. */
export interface Sink {
  /**
   * Resolves once the bytes are durable; only then is the request acknowledged. `payload` is the request as protobuf
   * and belongs to the sink from now on. Rejections are answered as retryable, see `BackpressureError`, `StorageError`.
   */
  append(signal: Signal, payload: Uint8Array, info: { readonly records: number }): Promise<void>;
}

export interface ReceiverSettings {
  /** Addresses to listen on, the first one is the one shown; 127.0.0.1 and ::1 unless told. */
  readonly hosts?: readonly string[] | undefined;
  /** 0: any free port, the same on all hosts. */
  readonly grpcPort: number;
  /** 0: any free port, the same on all hosts. */
  readonly httpPort: number;
  /** Largest request in bytes, before and after decompression; 64 MiB unless told. */
  readonly maxRequestBytes?: number | undefined;
  /** Web origins that may send, compared exactly, e.g. `http://localhost:3000`; none unless told. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Host names besides the loopback ones under which clients may call, e.g. `host.docker.internal`. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** Limits that no user needs to set; tests do. Times in milliseconds. */
export interface ReceiverLimits {
  /** Bytes of requests that are being read or written, all connections together. */
  readonly maxBytesInFlight: number;
  /** Per protocol; above it the longest idle connection is closed for a new one. */
  readonly maxConnections: number;
  /** From connection to complete headers; over gRPC to the client's HTTP/2 settings. */
  readonly headersTimeoutMs: number;
  /** From a request's start to its last byte. */
  readonly requestTimeoutMs: number;
  /** HTTP connections without a request. Longer than exporters' usual 5 s interval, which would race with it. */
  readonly keepAliveTimeoutMs: number;
  /** gRPC connections without a call. */
  readonly grpcIdleTimeoutMs: number;
  readonly maxConcurrentStreams: number;
  /** How often the timeouts are looked at. */
  readonly checkIntervalMs: number;
  /** How long a taken port is asked what it is. */
  readonly probeTimeoutMs: number;
}

export const defaultLimits: ReceiverLimits = {
  maxBytesInFlight: 256 * 1024 * 1024,
  maxConnections: 512,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  grpcIdleTimeoutMs: 600_000,
  maxConcurrentStreams: 128,
  checkIntervalMs: 2_000,
  probeTimeoutMs: 500,
};

export const defaultHosts: readonly string[] = ['127.0.0.1', '::1'];
export const defaultMaxRequestBytes = 64 * 1024 * 1024;

export interface ReceiverOptions {
  readonly settings: ReceiverSettings;
  readonly sink: Sink;
  /** Told of every refusal: a request (`count` 1), or the records of a request that were refused while the rest was taken. */
  readonly onDropped: (reason: DropReason, count: number) => void;
  readonly limits?: Partial<ReceiverLimits> | undefined;
}

export interface ReceiverEndpoint {
  readonly host: string;
  readonly port: number;
}

export type ReceiverProtocol = 'grpc' | 'http';

/** An address that could not be had. */
export interface ReceiverConflict extends ReceiverEndpoint {
  readonly protocol: ReceiverProtocol;
  /** The system's error code, e.g. `EADDRINUSE`, `EACCES`. */
  readonly code: string;
  /** What was found there, e.g. `Jaeger (process jaeger, pid 4711)`; absent when it could not be told. */
  readonly heldBy?: string | undefined;
}

export interface Receiver {
  /** A protocol is absent when it listens on none of the hosts. */
  readonly endpoints: { readonly grpc?: ReceiverEndpoint; readonly http?: ReceiverEndpoint };
  /** One entry per address that is taken; the protocol may still be served on the other ones. */
  readonly conflicts: readonly ReceiverConflict[];
  /** Stops accepting, lets running requests be acknowledged for `graceMs` (5,000 unless told), then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}
