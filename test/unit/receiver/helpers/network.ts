import net from 'node:net';

/** Whether this machine can listen on ::1. */
export function ipv6Here(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '::1', () => server.close(() => resolve(true)));
  });
}
