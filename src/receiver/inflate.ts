import zlib from 'node:zlib';
import type { ByteLease } from './byteBudget.ts';
import { Refusal } from './refusal.ts';

export type Compression = 'gzip' | 'deflate';

/** Up to here a call on this thread is cheaper than a trip to the pool, and short whatever the input expands to. */
const inlineInput = 16 * 1024;
const inlineOutput = 512 * 1024;
const chunkSize = 128 * 1024;

/**
 * Decompresses a body. Never holds more than `limit` bytes (then `too-large`) nor more than `lease` allows (then
 * `backpressure`); broken, truncated or trailing data is `malformed`. Concatenated gzip members are one body (RFC 1952).
 * `deflate` is the zlib format (RFC 9110 8.4.1.2). The result is counted in `lease`.
 */
export async function inflate(
  bytes: Uint8Array,
  compression: Compression,
  limit: number,
  lease: ByteLease,
): Promise<Uint8Array | Refusal> {
  if (bytes.length <= inlineInput) {
    const result = inflateInline(bytes, compression, Math.min(limit, inlineOutput));
    if (result instanceof Refusal) return result;
    if (result) return lease.take(result.length) ? result : busy();
  }
  return inflateStreamed(bytes, compression, limit, lease);
}

/** Undefined when the result is larger than `limit`. */
function inflateInline(
  bytes: Uint8Array,
  compression: Compression,
  limit: number,
): Uint8Array | Refusal | undefined {
  try {
    const options = { maxOutputLength: limit };
    return compression === 'gzip' ? zlib.gunzipSync(bytes, options) : zlib.inflateSync(bytes, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    return broken(compression, error);
  }
}

function inflateStreamed(
  bytes: Uint8Array,
  compression: Compression,
  limit: number,
  lease: ByteLease,
): Promise<Uint8Array | Refusal> {
  return new Promise((resolve) => {
    const inflater =
      compression === 'gzip' ? zlib.createGunzip({ chunkSize }) : zlib.createInflate({ chunkSize });
    const parts: Uint8Array[] = [];
    let length = 0;
    const stop = (refusal: Refusal): void => {
      inflater.destroy();
      lease.giveBack(length);
      parts.length = 0;
      resolve(refusal);
    };
    inflater.on('data', (part: Buffer) => {
      if (length + part.length > limit) return stop(tooLarge(limit));
      if (!lease.take(part.length)) return stop(busy());
      length += part.length;
      parts.push(part);
    });
    inflater.on('error', (error) => stop(broken(compression, error)));
    inflater.on('end', () => resolve(Buffer.concat(parts, length)));
    inflater.end(bytes);
  });
}

export function tooLarge(limit: number): Refusal {
  return new Refusal(
    'too-large',
    `the request is larger than ${limit} bytes (counted before and after decompression)`,
  );
}

export function busy(): Refusal {
  return new Refusal(
    'backpressure',
    'too many bytes of other requests are waiting to be written; send again later',
  );
}

function broken(compression: Compression, error: unknown): Refusal {
  return new Refusal('malformed', `the body is not valid ${compression}: ${(error as Error).message}`);
}
