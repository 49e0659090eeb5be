import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultSettings } from '../engine/defaultSettings.ts';
import { Front } from '../engine/front.ts';
import type { EngineSettings } from '../protocol/engine.ts';
import { optional, parse, required, wholeNumber, type Arguments } from './arguments.ts';
import { warn, writeJson } from './output.ts';

/** How long the index may take, after the last request, to read what the journal already holds. */
const drainMs = 120_000;
/** How long another process may have the store before it is taken for an engine. */
const ownerMs = 5_000;

/** Receives until SIGTERM or SIGINT; then everything acknowledged is in the index, too. */
export async function serve(argv: readonly string[]): Promise<number> {
  const args = parse(argv, ['db', 'grpc-port', 'http-port', 'host']);
  const dbPath = path.resolve(required(args, 'db'));
  mkdirSync(path.dirname(dbPath), { recursive: true, mode: 0o700 });
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  const front = new Front({
    dbPath,
    settings: settings(args),
    indexerPath: path.join(__dirname, 'indexer.js'),
    emit: (event, body) => {
      if (event !== 'engine/log') return;
      const { level, message } = body as { level: string; message: string };
      if (level !== 'debug' && level !== 'info') warn(message);
    },
  });
  try {
    return await run(front, dbPath, stopped);
  } finally {
    await front.close();
  }
}

async function run(front: Front, dbPath: string, stopped: Promise<void>): Promise<number> {
  await front.start();
  // A reader that indexes for itself has the lock for a moment.
  for (const until = performance.now() + ownerMs; !front.owns && performance.now() < until;) {
    await sleep(100);
    await front.start();
  }
  const refusal = await whyNotReady(front, dbPath);
  if (refusal) {
    warn(refusal);
    return 1;
  }
  const endpoints = front.receiver?.endpoints;
  await writeJson({ grpc: endpoints?.grpc, http: endpoints?.http, db: dbPath, pid: process.pid });
  await stopped;
  await front.stopReceiving();
  const end = front.journalEnd;
  if (end) {
    const reached = await front.indexer.call(
      'indexer/reach',
      { position: end, timeoutMs: drainMs },
      { timeoutMs: 0 },
    );
    if (!reached) warn('The index has not read the whole journal; the next reader does the rest.');
  }
  return 0;
}

async function whyNotReady(front: Front, dbPath: string): Promise<string | undefined> {
  if (!front.owns) return `another engine serves the store at ${dbPath}`;
  const { conflicts, storeProblem } = await front.status();
  if (storeProblem) return storeProblem.message;
  const [conflict] = conflicts;
  if (!conflict) return undefined;
  const holder = conflict.heldBy ? `: ${conflict.heldBy} is there` : '';
  return `the ${conflict.protocol} port ${conflict.port} is not free (${conflict.code})${holder}; choose another with --${conflict.protocol}-port`;
}

function settings(args: Arguments): EngineSettings {
  const host = optional(args, 'host');
  return {
    ...defaultSettings,
    receiver: {
      ...defaultSettings.receiver,
      ...(host === undefined ? {} : { hosts: [host] }),
      grpcPort: wholeNumber(args, 'grpc-port', 4317, 0, 65_535),
      httpPort: wholeNumber(args, 'http-port', 4318, 0, 65_535),
    },
  };
}
