import type * as vscode from 'vscode';
import { callCommands } from './callCommands.ts';
import { codeCommands } from './codeCommands.ts';
import { compareCommands } from './compareCommands.ts';
import { environmentCommands } from './environmentCommands.ts';
import { flameCommands } from './flameCommands.ts';
import { receiverCommands } from './receiverCommands.ts';
import type { Services } from './services.ts';
import { registerCommands } from './services.ts';
import { setupCommands } from './setupCommands.ts';
import { spanCommands } from './spanCommands.ts';
import { storeCommands } from './storeCommands.ts';
import { viewCommands } from './viewCommands.ts';

const tables = [
  receiverCommands,
  environmentCommands,
  setupCommands,
  storeCommands,
  spanCommands,
  callCommands,
  compareCommands,
  codeCommands,
  flameCommands,
  viewCommands,
];

/** Registers every command of the extension. */
export function registerAllCommands(services: Services): vscode.Disposable[] {
  return tables.flatMap((make) => registerCommands(make(services), services.log));
}
