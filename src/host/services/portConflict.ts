import * as vscode from 'vscode';
import type { PortConflict } from '../../protocol/status.ts';
import { visibleLabel } from '../../base/visibleText.ts';
import { commands } from '../ids.ts';
import type { EngineState } from './engineState.ts';
import { describeConflict } from './engineState.ts';
import type { Notices } from './notices.ts';

const prefix = 'port:';

/** Tells of a taken port, once for each conflict; a conflict that went away and came back is told again. */
export function announceConflicts(state: EngineState, notices: Notices): void {
  if (state.kind !== 'running') return;
  const { conflicts, state: name } = state.status;
  if (conflicts.length === 0) {
    // Not when it is off: a restart passes through that, and would tell of the same port again.
    if (name === 'listening' || name === 'following') notices.forget(prefix);
    return;
  }
  const run =
    (command: string, ...args: readonly unknown[]) =>
    (): Thenable<unknown> =>
      vscode.commands.executeCommand(command, ...args);
  void notices.show(conflictKey(conflicts), 'warning', conflictMessage(conflicts), [
    { title: vscode.l10n.t('Use Another Port'), run: run(commands.usePort, conflicts) },
    { title: vscode.l10n.t('Try Again'), run: run(commands.restartReceiver) },
    { title: vscode.l10n.t('Open Settings'), run: run(commands.openSettings) },
  ]);
}

function conflictKey(conflicts: readonly PortConflict[]): string {
  const each = conflicts.map(({ protocol, port, code }) => `${protocol}/${port}/${code}`);
  return prefix + [...new Set(each)].sort().join(',');
}

function conflictMessage(conflicts: readonly PortConflict[]): string {
  const sentences = new Set(conflicts.map((conflict) => visibleLabel(describeConflict(conflict), 200)));
  return `LLM Traces: ${[...sentences].join(' ')}`;
}
