import fs from 'node:fs/promises';

export interface ListeningProcess {
  readonly pid: number;
  /** The short name, printable, at most 15 characters. */
  readonly name: string;
  /** For matching only: it may hold secrets. */
  readonly commandLine: string;
}

const procRoot = '/proc';
const listenState = '0A';

/**
 * The process that listens on a TCP port, on Linux and as far as this user may see; undefined elsewhere.
 * A listener on all addresses counts as one on `host`.
 */
export async function listeningProcess(
  host: string,
  port: number,
  stop: AbortSignal,
): Promise<ListeningProcess | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const inodes = new Set<string>();
    for (const table of ['tcp', 'tcp6']) {
      const text = await fs.readFile(`${procRoot}/net/${table}`, 'latin1').catch(() => '');
      for (const inode of listeningInodes(text, host, port)) inodes.add(`socket:[${inode}]`);
    }
    if (inodes.size === 0) return undefined;
    for (const pid of await fs.readdir(procRoot)) {
      if (stop.aborted) return undefined;
      if (/^\d+$/.test(pid) && (await holds(pid, inodes))) return await describe(pid);
    }
  } catch {
    // The table is not there, or the process has gone: it cannot be told.
  }
  return undefined;
}

/** Inodes of the sockets in a /proc/net/tcp table that listen on `host` or everywhere. */
export function listeningInodes(table: string, host: string, port: number): string[] {
  const wantedPort = port.toString(16).toUpperCase().padStart(4, '0');
  const addresses = new Set(
    host.includes(':') ? [loopback6, anywhere6] : [littleEndian(host), anywhere4, anywhere6, mapped4(host)],
  );
  const inodes: string[] = [];
  for (const line of table.split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = '', localPort] = local.split(':');
    if (state === listenState && localPort === wantedPort && addresses.has(address) && inode)
      inodes.push(inode);
  }
  return inodes;
}

const anywhere4 = '00000000';
const anywhere6 = '0'.repeat(32);
const loopback6 = '0'.repeat(24) + '01000000';

/** The kernel prints an address's 32-bit words as it holds them: the last byte first. */
function littleEndian(address: string): string {
  const bytes = address === 'localhost' ? [127, 0, 0, 1] : address.split('.').map(Number);
  return bytes
    .reverse()
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
    .join('');
}

function mapped4(address: string): string {
  return '0'.repeat(16) + 'FFFF0000' + littleEndian(address);
}

async function holds(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `${procRoot}/${pid}/fd`;
  // Other users' processes cannot be looked into.
  const descriptors = await fs.readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => fs.readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

async function describe(pid: string): Promise<ListeningProcess> {
  const name = await fs.readFile(`${procRoot}/${pid}/comm`, 'utf8');
  const commandLine = await fs.readFile(`${procRoot}/${pid}/cmdline`, 'utf8').catch(() => '');
  return {
    pid: Number(pid),
    name: name
      .trim()
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 15),
    commandLine: commandLine.slice(0, 4096).replaceAll('\0', ' '),
  };
}
