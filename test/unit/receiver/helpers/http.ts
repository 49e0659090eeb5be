import http from 'node:http';
import net from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RequestOptions {
  readonly method?: string;
  readonly host?: string;
  readonly agent?: http.Agent;
  readonly headers?: http.OutgoingHttpHeaders;
}

/** Sends one request to 127.0.0.1 (unless told) and reads the whole answer; POST unless told. */
export function request(
  port: number,
  path: string,
  body: Uint8Array | string,
  options: RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'POST', host = '127.0.0.1', agent, headers = {} } = options;
    const sent = http.request({ host, port, path, method, headers, agent: agent ?? false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const protobuf = { 'Content-Type': 'application/x-protobuf' };
export const json = { 'Content-Type': 'application/json' };

/** Writes bytes to a port and reads until the other side closes; what it sent, as Latin-1. */
export function exchange(port: number, bytes: string | Uint8Array, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = net.connect({ host, port }, () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    // A reset is a way of closing.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}
