import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const cli = path.resolve(import.meta.dirname, '../../../dist/cli.js');

export interface Serving {
  readonly process: ChildProcess;
  readonly grpc: { host: string; port: number };
  readonly http: { host: string; port: number };
  readonly db: string;
  readonly url: string;
  /** What it has written to standard error so far. */
  errors(): string;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder of a test's own, removed with everything in it, also while an engine still writes its last there. */
export function temporaryFolder(): { path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }) };
}

/** Starts `cli.js serve` on free ports and waits for its ready line. */
export async function serve(db: string, ...more: string[]): Promise<Serving> {
  const child = spawn(
    process.execPath,
    [cli, 'serve', '--db', db, '--grpc-port', '0', '--http-port', '0', ...more],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    exited.then(([code]) => assert.fail(`serve ended with ${code}: ${errors}`)),
  ]);
  const ready = JSON.parse(line) as Pick<Serving, 'grpc' | 'http' | 'db'>;
  return {
    process: child,
    ...ready,
    url: `http://${ready.http.host}:${ready.http.port}`,
    errors: () => errors,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return (await exited)[0];
    },
  };
}

/** Runs the command line to its end. */
export async function run(...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

export async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await run(...args);
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

/** One JSON object a line. */
export async function jsonLines<T>(...args: string[]): Promise<T[]> {
  const { code, out, err } = await run(...args);
  assert.equal(code, 0, err);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export async function post(
  url: string,
  pathName: string,
  body: Uint8Array | string,
  contentType: string,
): Promise<Response> {
  return fetch(url + pathName, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: body as BodyInit,
  });
}
