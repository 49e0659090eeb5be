import net from 'node:net';

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** One HTTP/2 frame (RFC 9113 section 4.1). */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const frames = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** A header block without compression (RFC 7541 section 6.2.2, names and values below 127 bytes). */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const text = (value: string): Buffer =>
    Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]),
  );
}

export const exportHeaders = {
  ':method': 'POST',
  ':scheme': 'http',
  ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  ':authority': 'localhost:4317',
  'content-type': 'application/grpc',
  te: 'trailers',
};

/** Writes chunk after chunk, minding backpressure, until all is written or the other side closes; true when it did. */
export function flood(port: number, chunk: (index: number) => Buffer, count: number): Promise<boolean> {
  return new Promise((resolve) => {
    let next = 0;
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(Buffer.concat([preface, frame(frames.settings, 0, 0)]));
      pump();
    });
    const pump = (): void => {
      while (next < count && !socket.destroyed) {
        if (!socket.write(chunk(next++))) {
          socket.once('drain', pump);
          return;
        }
      }
      // Time for the answer: the other side has read all this when it has read the end.
      if (next >= count) socket.end();
    };
    let cut = false;
    socket.on('error', () => (cut = true));
    socket.resume();
    socket.on('end', () => (cut ||= next < count));
    socket.on('close', () => resolve(cut || next < count));
  });
}
