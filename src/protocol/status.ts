import type { PartialSum } from './rows.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a busy port was found to be held by. */
export interface PortConflict {
  readonly protocol: 'grpc' | 'http';
  readonly port: number;
  /** E.g. `Jaeger`, `an OpenTelemetry Collector`; absent when it could not be told. */
  readonly heldBy?: string | undefined;
  /** The system's error code, e.g. `EADDRINUSE`, `EACCES`. */
  readonly code: string;
}

export interface EngineStatus {
  /** The engine's `protocolVersion`; the host refuses another than its own. */
  readonly protocolVersion?: number | undefined;
  /**
   * `listening`: this window owns the ports. `following`: another window does, and this one shows the same traces.
   * `problem`: the ports cannot be had (see `conflicts`) or the store cannot be written (see `storeProblem`).
   */
  readonly state: 'starting' | 'listening' | 'following' | 'off' | 'problem';
  readonly grpc?: Endpoint | undefined;
  readonly http?: Endpoint | undefined;
  readonly conflicts: readonly PortConflict[];
  readonly storeProblem?: { readonly code: 'full' | 'corrupt' | 'unwritable' | 'unsupported'; readonly message: string } | undefined;
  readonly store: {
    readonly path: string;
    readonly journalBytes: number;
    readonly indexBytes: number;
    readonly spans: number;
    readonly traces: number;
    /** Journal bytes that the index has not read yet. */
    readonly behindBytes: number;
    /** Spans removed by the limits since the store was made. */
    readonly prunedSpans: number;
    readonly prunedTraces: number;
  };
  /** Requests refused since the start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly today: { readonly modelCalls: number; readonly cost: PartialSum };
  /** Milliseconds since the epoch of the last span's arrival. */
  readonly lastReceivedAt?: number | undefined;
}
