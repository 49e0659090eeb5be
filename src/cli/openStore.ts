import path from 'node:path';
import { catchUp, type CaughtUp } from '../engine/catchUp.ts';
import { defaultSettings } from '../engine/defaultSettings.ts';
import { required, wholeNumber, type Arguments } from './arguments.ts';
import { warn } from './output.ts';

/** Opens the store named by `--db`, waiting for its engine as `--wait` says. */
export async function openStore(args: Arguments, more: { rebuild?: boolean } = {}): Promise<CaughtUp> {
  const dbPath = path.resolve(required(args, 'db'));
  const waitMs = wholeNumber(args, 'wait', 30, 0, 86_400) * 1_000;
  return catchUp(dbPath, { settings: defaultSettings, waitMs, onProblem: warn, ...more });
}

/** Options that every reader takes. */
export const readerOptions = ['db', 'wait'] as const;
