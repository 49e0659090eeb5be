import type { IncomingMessage } from 'node:http';
import type { ByteLease } from './byteBudget.ts';
import { busy, tooLarge } from './inflate.ts';
import type { Refusal } from './refusal.ts';

/**
 * Reads a body of at most `limit` bytes, counted in `lease`. Undefined when the client went away before its end.
 * After a refusal the request flows on unread; see `discard`.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  lease: ByteLease,
): Promise<Uint8Array | Refusal | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(tooLarge(limit));
  return new Promise((resolve) => {
    let parts: Buffer[] = [];
    let length = 0;
    const done = (result: Uint8Array | Refusal | undefined): void => {
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      parts = [];
      resolve(result);
    };
    const onData = (part: Buffer): void => {
      if (length + part.length > limit) return done(tooLarge(limit));
      if (!lease.take(part.length)) return done(busy());
      length += part.length;
      parts.push(part);
    };
    const onEnd = (): void => done(parts.length === 1 ? parts[0] : Buffer.concat(parts, length));
    const onGone = (): void => done(undefined);
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

/**
 * Lets the rest of a refused body flow away for a moment, so that the client can read its answer (a connection closed
 * on unread data is reset, and the answer lost), then cuts the connection.
 */
export function discard(request: IncomingMessage, lingerMs: number): void {
  if (request.complete) return;
  request.on('error', () => undefined);
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
}
