import * as vscode from 'vscode';
import { ChannelError } from '../../base/channel.ts';
import type { EngineSettings } from '../../protocol/engine.ts';
import { commands } from '../ids.ts';
import type { EngineClient } from './engineClient.ts';
import type { Log } from './log.ts';

/** Gives a running engine the settings of now; one that does not take them is started again with them. */
export async function configureEngine(
  engine: EngineClient,
  settings: EngineSettings,
  log: Log,
): Promise<void> {
  try {
    await engine.call('engine/configure', settings);
  } catch (error) {
    // No engine runs: the next one is started with these settings.
    if (error instanceof ChannelError && error.code === 'closed') return;
    log.error('The settings could not be applied', error);
    void vscode.commands.executeCommand(commands.restartEngine);
  }
}
