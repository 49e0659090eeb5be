import { createServer } from 'node:net';

/** The first port after `taken` that can be opened on 127.0.0.1 and is not in `avoid`; undefined when none of the next hundred can. */
export async function findFreePort(
  taken: number,
  avoid: readonly number[] = [],
): Promise<number | undefined> {
  for (let port = taken + 1; port <= Math.min(taken + 100, 65_535); port++) {
    if (!avoid.includes(port) && (await canListen(port))) return port;
  }
  return undefined;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
