import net from 'node:net';

export interface BoundServer<S> {
  readonly server: S;
  readonly host: string;
  readonly port: number;
}

export interface BindFailure {
  readonly host: string;
  readonly port: number;
  /** The system's error code. */
  readonly code: string;
}

export interface Binding<S> {
  readonly bound: readonly BoundServer<S>[];
  readonly failures: readonly BindFailure[];
}

const freePortAttempts = 20;

/**
 * Listens on one port on every host, each with a server of its own. Never throws: what cannot be had is in `failures`.
 * Port 0 takes a port that is free on all hosts. A machine without IPv6 is not a failure.
 */
export async function bindHosts<S extends net.Server>(
  create: () => S,
  hosts: readonly string[],
  port: number,
): Promise<Binding<S>> {
  let binding = await bindOnce(create, hosts, port);
  for (let attempt = 1; port === 0 && binding.failures.length > 0 && attempt < freePortAttempts; attempt++) {
    if (!binding.failures.every(({ code }) => code === 'EADDRINUSE')) break;
    await Promise.all(binding.bound.map(({ server }) => closed(server)));
    binding = await bindOnce(create, hosts, port);
  }
  return binding;
}

async function bindOnce<S extends net.Server>(
  create: () => S,
  hosts: readonly string[],
  port: number,
): Promise<Binding<S>> {
  const bound: BoundServer<S>[] = [];
  const failures: BindFailure[] = [];
  let wanted = port;
  for (const host of hosts) {
    const server = create();
    const code = (await isShadowed(host, wanted)) ? 'EADDRINUSE' : await listen(server, host, wanted);
    if (code === undefined) {
      wanted = (server.address() as net.AddressInfo).port;
      bound.push({ server, host, port: wanted });
    } else if (!(host.includes(':') && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'))) {
      failures.push({ host, port: wanted, code });
    }
  }
  return { bound, failures };
}

/** The error's code, or undefined once listening. */
function listen(server: net.Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Stays: a connection that could not be accepted (too many open files) is an error event as well.
    const onError = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.name);
    server.on('error', onError);
    try {
      server.listen({ host, port, ipv6Only: host.includes(':') }, () => resolve(undefined));
    } catch (error) {
      onError(error as NodeJS.ErrnoException);
    }
  });
}

/**
 * macOS and Windows let us bind 127.0.0.1 while another program has the port on all addresses, and we would take its
 * clients away unasked. Linux refuses by itself.
 */
async function isShadowed(
  host: string,
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (port === 0 || (platform !== 'darwin' && platform !== 'win32')) return false;
  return answers(host, port, 300);
}

/** Whether something accepts connections there. */
export function answers(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: timeoutMs });
    const done = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}

function closed(server: net.Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
