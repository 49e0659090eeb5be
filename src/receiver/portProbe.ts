import http from 'node:http';
import net from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly poweredBy: string;
  /** The first 8 kB, as Latin-1. */
  readonly body: string;
}

const bodyLimit = 8 * 1024;

/** GETs a path; undefined when what is there does not answer in HTTP/1 before `stop`. */
export function probeHttp(
  host: string,
  port: number,
  path: string,
  stop: AbortSignal,
): Promise<HttpAnswer | undefined> {
  return new Promise((resolve) => {
    const request = http.get(
      { host, port, path, agent: false, signal: stop, maxHeaderSize: 16 * 1024 },
      (response) => {
        let body = '';
        const done = (): void => {
          resolve({
            status: response.statusCode ?? 0,
            poweredBy: String(response.headers['x-powered-by'] ?? ''),
            body: body.slice(0, bodyLimit),
          });
          request.destroy();
        };
        response.setEncoding('latin1');
        response.on('data', (text: string) => {
          body += text;
          if (body.length >= bodyLimit) done();
        });
        response.on('end', done);
        response.on('error', done);
      },
    );
    request.on('error', () => resolve(undefined));
  });
}

/** Whether what is there answers an HTTP/2 preface with settings, as gRPC servers do. */
export function speaksHttp2(host: string, port: number, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const done = (answer: boolean): void => {
      stop.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(answer);
    };
    const onAbort = (): void => done(false);
    let received = Buffer.alloc(0);
    const emptySettings = '\0\0\0\x04\0\0\0\0\0';
    socket.once('connect', () => socket.write(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${emptySettings}`, 'latin1'));
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      // A frame's head: 3 bytes of length, then the type, 4 for settings.
      if (received.length >= 4) done(received[0] === 0 && received[3] === 4);
    });
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    if (stop.aborted) done(false);
    else stop.addEventListener('abort', onAbort, { once: true });
  });
}
