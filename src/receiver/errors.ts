/** Thrown by a sink that cannot take more just now. Answered as retryable: the client keeps the data and sends it again. */
export class BackpressureError extends Error {
  /** Milliseconds after which another attempt makes sense. */
  readonly retryAfterMs: number;
  constructor(
    retryAfterMs: number,
    message = 'the receiver is busy; send again later',
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'BackpressureError';
    this.retryAfterMs = retryAfterMs;
  }
}

/** Why the store cannot be written. */
export type StorageErrorCode = 'full' | 'corrupt' | 'unwritable' | 'unsupported' | 'closed';

/** Thrown by a sink whose storage fails. Answered as retryable too: the data must not be lost. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
