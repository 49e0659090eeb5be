import type { Socket } from 'node:net';

/** How an HTTP/2 connection begins (RFC 9113 section 3.4); no HTTP/1 request does. */
const preface = Buffer.from('PRI * HTTP/2.0');

/** `http1`: anything else, noise included. */
export interface FirstBytes {
  readonly protocol: 'http1' | 'http2';
  readonly bytes: Buffer;
}

/**
 * Looks at what a client says first, and puts it back. Calls `tell` once: `http2` when it is HTTP/2's preface. A client that says nothing for `timeoutMs` is cut.
 */
export function whenSpeaking(socket: Socket, timeoutMs: number, tell: (first: FirstBytes) => void): void {
  const cut = (): void => void socket.destroy();
  const timer = setTimeout(cut, timeoutMs);
  let heard: Buffer = Buffer.alloc(0);
  const listen = (bytes: Buffer): void => {
    heard = heard.length === 0 ? bytes : Buffer.concat([heard, bytes]);
    const known = Math.min(heard.length, preface.length);
    const isPreface = heard.subarray(0, known).equals(preface.subarray(0, known));
    // `P` alone may still become a POST.
    if (isPreface && known < preface.length) return;
    stop();
    socket.pause();
    socket.unshift(heard);
    tell({ protocol: isPreface ? 'http2' : 'http1', bytes: heard });
    // An HTTP/2 session takes what was put back by itself, if it still lies there.
    if (!isPreface) socket.resume();
  };
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('data', listen);
    socket.off('error', cut);
    socket.off('close', stop);
  };
  socket.on('data', listen);
  socket.on('error', cut);
  socket.on('close', stop);
}
