import type { PortConflict } from '../../protocol/status.ts';
import * as vscode from 'vscode';
import { commands, settings as keys } from '../ids.ts';
import { describeProblems, endpointUrl, stateName } from '../services/engineState.ts';
import { findFreePort } from '../services/freePort.ts';
import { openSettings } from './openSettings.ts';
import type { CommandTable, Services } from './services.ts';

/** Starting and stopping the receiver, its ports and its settings. */
export function receiverCommands(services: Services): CommandTable {
  const { engine, settings, log, context } = services;

  const start = async (): Promise<void> => {
    const state = services.state();
    if (state.kind === 'unsupported') throw new Error(describeProblems(state).join(' '));
    settings.overrideReceiver(true);
    if (state.kind === 'running') await engine.call('receiver/start', {});
    else engine.start();
  };
  const stop = async (): Promise<void> => {
    settings.overrideReceiver(false);
    await engine.call('receiver/stop', {});
  };

  return {
    [commands.startReceiver]: start,
    [commands.stopReceiver]: stop,
    [commands.restartReceiver]: async () => {
      if (services.state().kind === 'running') await engine.call('receiver/stop', {});
      await start();
    },
    [commands.restartEngine]: () => engine.restart(),
    [commands.usePort]: (told?: unknown) => useAnotherPort(services, told),
    [commands.openSettings]: () => openSettings(`@ext:${context.extension.id}`),
    [commands.showLog]: () => log.show(),
    [commands.openWalkthrough]: () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.id}#start`,
        false,
      ),
    [commands.showMenu]: () => showMenu(services),
  };
}

/**
 * Moves the ports that are taken (or, where none is, asks for both) to the next free ones. `told`: the conflicts of the
 * message whose button was pressed; the receiver may be trying again at that very moment and know of none.
 */
async function useAnotherPort({ engine, settings }: Services, told: unknown): Promise<void> {
  const { receiver } = settings.read();
  const known = engine.status?.conflicts ?? [];
  const conflicts = known.length > 0 || engine.status?.state === 'listening' ? known : conflictsOf(told);
  const used = [receiver.grpcPort, receiver.httpPort];
  const chosen: string[] = [];
  for (const protocol of new Set(conflicts.map((conflict) => conflict.protocol))) {
    const taken = protocol === 'grpc' ? receiver.grpcPort : receiver.httpPort;
    const port = await findFreePort(taken, used);
    if (port === undefined) throw new Error(vscode.l10n.t('No free port was found after {0}', taken));
    used.push(port);
    await settings.write(protocol === 'grpc' ? keys.grpcPort : keys.httpPort, port);
    chosen.push(`${protocol === 'grpc' ? 'gRPC' : 'HTTP'} ${port}`);
  }
  if (chosen.length === 0) {
    await vscode.commands.executeCommand(commands.openSettings);
    return;
  }
  const copy = vscode.l10n.t('Copy Environment…');
  const message = vscode.l10n.t(
    'LLM Traces now listens on {0}. Programs need the new endpoint.',
    chosen.join(', '),
  );
  const answer = await vscode.window.showInformationMessage(message, copy);
  if (answer === copy) await vscode.commands.executeCommand(commands.copyEnvironment);
}

/** An argument of a command comes from anywhere: only what is a conflict counts. */
function conflictsOf(told: unknown): readonly Pick<PortConflict, 'protocol'>[] {
  if (!Array.isArray(told)) return [];
  return told.filter((item: unknown): item is PortConflict => {
    const protocol = (item as Partial<PortConflict> | null)?.protocol;
    return protocol === 'grpc' || protocol === 'http';
  });
}

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
}

async function showMenu(services: Services): Promise<void> {
  const state = services.state();
  const name = stateName(state);
  const status = state.kind === 'running' ? state.status : undefined;
  const item = (icon: string, label: string, command: string, description = ''): MenuItem => ({
    label: `$(${icon}) ${label}`,
    command,
    description,
  });
  const separator: MenuItem = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const canStop = name === 'listening' || name === 'following' || name === 'problem';
  const items: MenuItem[] = [
    item('list-tree', vscode.l10n.t('Show Traces'), 'llmTraces.traces.focus'),
    ...(status?.grpc
      ? [
          item(
            'copy',
            vscode.l10n.t('Copy gRPC Endpoint'),
            commands.copyGrpcEndpoint,
            endpointUrl(status.grpc),
          ),
        ]
      : []),
    ...(status?.http
      ? [
          item(
            'copy',
            vscode.l10n.t('Copy HTTP Endpoint'),
            commands.copyHttpEndpoint,
            endpointUrl(status.http),
          ),
        ]
      : []),
    item('copy', vscode.l10n.t('Copy Environment…'), commands.copyEnvironment),
    item('beaker', vscode.l10n.t('Run Sample Agent'), commands.runSampleAgent),
    separator,
    ...(name === 'problem' ? [item('arrow-swap', vscode.l10n.t('Use Another Port'), commands.usePort)] : []),
    ...(canStop && status ? [item('debug-stop', vscode.l10n.t('Stop Receiver'), commands.stopReceiver)] : []),
    ...(canStop ? [] : [item('play', vscode.l10n.t('Start Receiver'), commands.startReceiver)]),
    item('debug-restart', vscode.l10n.t('Restart Receiver'), commands.restartReceiver),
    separator,
    item('gear', vscode.l10n.t('Open Settings'), commands.openSettings),
    item('output', vscode.l10n.t('Show Log'), commands.showLog),
    item('book', vscode.l10n.t('Open Walkthrough'), commands.openWalkthrough),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('LLM Traces'),
    placeHolder: menuHint(name),
  });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command);
}

function menuHint(name: ReturnType<typeof stateName>): string {
  return {
    starting: vscode.l10n.t('The receiver is starting'),
    listening: vscode.l10n.t('The receiver is listening'),
    following: vscode.l10n.t('Another window receives; this one shows the same traces'),
    off: vscode.l10n.t('The receiver is off'),
    problem: vscode.l10n.t('The receiver has a problem'),
    unsupported: vscode.l10n.t('This editor is too old for LLM Traces'),
  }[name];
}
