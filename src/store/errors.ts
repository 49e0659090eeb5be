/**
 * `full`: no space left; `unwritable`: the disk refuses otherwise; `corrupt`: a file is not what it should
 * be; `backpressure`: too much is waiting, try again; `unsupported`: this Node or this version of us cannot
 * do it.
 */
export type StorageErrorCode = 'full' | 'unwritable' | 'corrupt' | 'backpressure' | 'unsupported';

/** Everything the store throws on purpose. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** With `backpressure`: when to try again. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: StorageErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StorageError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Wraps a file-system error; a `StorageError` stays as it is. */
export function storageErrorFrom(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const reason = error instanceof Error ? error.message : String(error);
  return new StorageError(
    typeof code === 'string' && fullCodes.has(code) ? 'full' : 'unwritable',
    `${doing}: ${reason}`,
    {
      cause: error,
    },
  );
}
