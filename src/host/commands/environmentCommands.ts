import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { EnvironmentVariable } from '../../environment/programEnvironment.ts';
import { applied } from '../../environment/programEnvironment.ts';
import type { Shell } from '../../environment/shellText.ts';
import { shellOf, statements } from '../../environment/shellText.ts';
import type { Target } from '../environment/copyable.ts';
import { copyable } from '../environment/copyable.ts';
import { commands } from '../ids.ts';
import { endpointUrl } from '../services/engineState.ts';
import type { CommandTable, Services } from './services.ts';

/** What a program needs to find the receiver, and a program that has it. */
export function environmentCommands(services: Services): CommandTable {
  const ownShell = (): Shell => shellOf(vscode.env.shell, process.platform);
  const copyFor = (target: Target) => () => copyEnvironment(services, target, ownShell());
  return {
    [commands.copyGrpcEndpoint]: () => copyEndpoint(services, 'grpc'),
    [commands.copyHttpEndpoint]: () => copyEndpoint(services, 'http'),
    [commands.copyEnvironmentPython]: copyFor('python'),
    [commands.copyEnvironmentNode]: copyFor('node'),
    [commands.copyEnvironmentShell]: async () => {
      const shell = await pickShell(ownShell());
      if (shell) await copyEnvironment(services, 'any', shell);
    },
    [commands.copyEnvironment]: async () => {
      const target = await pickTarget();
      const shell = target && (await pickShell(ownShell()));
      if (target && shell) await copyEnvironment(services, target, shell);
    },
    [commands.runSampleAgent]: () => runSampleAgent(services),
  };
}

function urls({ engine }: Services): { grpc?: string; http?: string } {
  const { grpc, http } = engine.status ?? {};
  return { ...(grpc ? { grpc: endpointUrl(grpc) } : {}), ...(http ? { http: endpointUrl(http) } : {}) };
}

function variablesFor({ environments }: Services, target: Target): EnvironmentVariable[] | undefined {
  const variables = environments.variables(homeOrWorkspace().cwd);
  return variables && copyable(variables, target);
}

async function copyEndpoint(services: Services, protocol: 'grpc' | 'http'): Promise<void> {
  const url = urls(services)[protocol];
  if (url === undefined) return notListening();
  await vscode.env.clipboard.writeText(url);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', url), 4000);
}

async function copyEnvironment(services: Services, target: Target, shell: Shell): Promise<void> {
  const variables = variablesFor(services, target);
  if (!variables) return notListening();
  await vscode.env.clipboard.writeText(statements(variables, shell));
  const open = vscode.l10n.t('Open Terminal');
  const message = vscode.l10n.t(
    'The environment is in the clipboard: paste it into a terminal and start your program there.',
  );
  const answer = await vscode.window.showInformationMessage(message, open);
  if (answer === open) await vscode.commands.executeCommand('workbench.action.terminal.focus');
}

async function notListening(): Promise<void> {
  const start = vscode.l10n.t('Start Receiver');
  const answer = await vscode.window.showWarningMessage(vscode.l10n.t('LLM Traces is not listening.'), start);
  if (answer === start) await vscode.commands.executeCommand(commands.startReceiver);
}

async function pickTarget(): Promise<Target | undefined> {
  const items: (vscode.QuickPickItem & { target: Target })[] = [
    { label: 'Python', description: 'OTLP/gRPC', target: 'python' },
    { label: 'Node.js', description: 'OTLP/HTTP', target: 'node' },
    { label: vscode.l10n.t('Other'), description: 'OTLP/HTTP', target: 'any' },
  ];
  return (
    await vscode.window.showQuickPick(items, {
      placeHolder: vscode.l10n.t('What is the program written in?'),
    })
  )?.target;
}

async function pickShell(own: Shell): Promise<Shell | undefined> {
  const items: (vscode.QuickPickItem & { shell: Shell })[] = [
    { label: 'sh, bash, zsh', shell: 'sh' },
    { label: 'fish', shell: 'fish' },
    { label: 'PowerShell', shell: 'powershell' },
    { label: 'cmd', shell: 'cmd' },
    { label: '.env', description: vscode.l10n.t('a file of variables'), shell: 'dotenv' },
  ];
  const sorted = [
    ...items.filter((item) => item.shell === own),
    ...items.filter((item) => item.shell !== own),
  ];
  return (await vscode.window.showQuickPick(sorted, { placeHolder: vscode.l10n.t('For which shell?') }))
    ?.shell;
}

/** Starts the sample with the editor's own Node.js, in a terminal that stays open to be read. */
async function runSampleAgent(services: Services): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(vscode.l10n.t('The sample agent runs in trusted workspaces only.'));
    return;
  }
  const variables = variablesFor(services, 'node');
  if (!variables) return notListening();
  const agent = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'sample', 'agent.mjs').fsPath;
  await access(agent);
  const values = applied(variables, process.env, process.platform);
  const env = { ...Object.fromEntries(values), OTEL_SERVICE_NAME: 'sample-agent', ELECTRON_RUN_AS_NODE: '1' };
  const task = new vscode.Task(
    { type: 'llmTraces.sampleAgent' },
    vscode.TaskScope.Global,
    vscode.l10n.t('Sample Agent'),
    'LLM Traces',
    new vscode.ProcessExecution(process.execPath, [agent], { env, ...homeOrWorkspace() }),
    [],
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    focus: false,
    panel: vscode.TaskPanelKind.Dedicated,
  };
  await vscode.tasks.executeTask(task);
  await vscode.commands.executeCommand('llmTraces.traces.focus');
}

function homeOrWorkspace(): { cwd?: string } {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return folder ? { cwd: folder.uri.fsPath } : {};
}
