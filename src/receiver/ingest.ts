import { OtlpError } from '../otlp/otlpError.ts';
import type { Signal } from '../otlp/types.ts';
import { validateRequest } from '../otlp/validate.ts';
import { ByteBudget } from './byteBudget.ts';
import type { ByteLease } from './byteBudget.ts';
import { BackpressureError, StorageError } from './errors.ts';
import type { GuardSettings } from './guards.ts';
import { Refusal } from './refusal.ts';
import type { DropReason } from './refusal.ts';
import type { ReceiverLimits, Sink } from './types.ts';

/** A request whose bytes are durable; `rejected` of its records were not taken. */
export interface Accepted {
  readonly rejected: number;
  readonly rejectionMessage?: string | undefined;
}

export interface IngestOptions {
  readonly sink: Sink;
  readonly onDropped: (reason: DropReason, count: number) => void;
  readonly guards: GuardSettings;
  readonly limits: ReceiverLimits;
  readonly maxRequestBytes: number;
}

/** What both servers share: the limits, the guards, the budget, and the way of a request's bytes into the sink. */
export class Ingest {
  readonly limits: ReceiverLimits;
  readonly guards: GuardSettings;
  readonly maxRequestBytes: number;
  /** While true, new requests are refused as retryable. */
  closing = false;
  readonly #sink: Sink;
  readonly #onDropped: (reason: DropReason, count: number) => void;
  readonly #budget: ByteBudget;

  constructor(options: IngestOptions) {
    this.limits = options.limits;
    this.guards = options.guards;
    this.maxRequestBytes = options.maxRequestBytes;
    this.#sink = options.sink;
    this.#onDropped = options.onDropped;
    this.#budget = new ByteBudget(options.limits.maxBytesInFlight);
  }

  lease(): ByteLease {
    return this.#budget.lease();
  }

  /** Tells of a refusal once it is decided. */
  dropped(reason: DropReason, count = 1): void {
    this.#onDropped(reason, count);
  }

  /**
   * Checks a request and hands it to the sink; resolves when it is durable. Never rejects: whatever goes wrong that is
   * not the client's fault is a refusal that makes the client send again.
   */
  async accept(signal: Signal, payload: Uint8Array): Promise<Accepted | Refusal> {
    try {
      const { records, rejected, rejectionMessage } = validateRequest(signal, payload);
      if (records > rejected) await this.#sink.append(signal, payload, { records: records - rejected });
      if (rejected > 0) this.dropped('invalid-ids', rejected);
      return { rejected, rejectionMessage };
    } catch (error) {
      return refusalOf(error);
    }
  }
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof OtlpError) return new Refusal('malformed', error.message);
  if (error instanceof BackpressureError)
    return new Refusal('backpressure', error.message, error.retryAfterMs);
  if (error instanceof StorageError) return new Refusal('storage', error.message, storageRetryMs);
  return new Refusal('internal', 'the receiver could not write the request; send again later');
}

/** A full disk does not mend within a second. */
const storageRetryMs = 5_000;
