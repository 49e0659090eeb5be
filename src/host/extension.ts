import { mkdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import { protocolVersion } from '../protocol/engine.ts';
import { CodeAnnotations } from './annotations/codeAnnotations.ts';
import { registerAllCommands } from './commands/allCommands.ts';
import type { Services } from './commands/services.ts';
import { explanationDocuments } from './explain/explanationDocuments.ts';
import { registerDebugConfigurations } from './environment/debugConfigurations.ts';
import { ProgramEnvironments } from './environment/programEnvironments.ts';
import { rawDocuments } from './otlp/rawDocuments.ts';
import { ComparePanel } from './panels/compare/comparePanel.ts';
import { DetailsPanel } from './panels/details/detailsPanel.ts';
import { EditorLink } from './panels/flame/editorLink.ts';
import { FlamePanels } from './panels/flame/flamePanels.ts';
import { Replay } from './replay/replay.ts';
import { ContextKeys } from './services/contextKeys.ts';
import { configureEngine } from './services/configureEngine.ts';
import { EngineClient } from './services/engineClient.ts';
import { FindingsWatch } from './services/findingsWatch.ts';
import { Log } from './services/log.ts';
import { Notices } from './services/notices.ts';
import { SelectionService } from './services/selection.ts';
import { Settings } from './services/settings.ts';
import { SpanDocuments } from './services/spanDocuments.ts';
import { StateKeeper } from './services/stateKeeper.ts';
import { StatusBar } from './services/statusBar.ts';
import { hasSqlite } from './services/support.ts';
import { CallSitesView } from './views/callSites/callSitesView.ts';
import { TracesView } from './views/traces/tracesView.ts';

let running: EngineClient | undefined;

/** What tests inside the editor see; no promise to other extensions. */
export interface ExtensionExports {
  /** Milliseconds that `activate` took. */
  readonly activationMs: number;
  readonly services: Services;
  readonly statusBar: StatusBar;
}

export function activate(context: vscode.ExtensionContext): ExtensionExports {
  const begun = performance.now();
  const add = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = add(new Log());
  const settings = add(new Settings(log));
  const notices = new Notices();
  const contextKeys = new ContextKeys();
  const statusBar = add(new StatusBar());
  const engine = new EngineClient({
    workerPath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
    start: async () => {
      await mkdir(context.globalStorageUri.fsPath, { recursive: true });
      const dbPath = vscode.Uri.joinPath(context.globalStorageUri, 'traces.db').fsPath;
      return { protocolVersion, dbPath, settings: settings.read() };
    },
    log: (level, message) => log.write(level, message),
  });
  running = engine;

  const selection = add(new SelectionService((error) => log.error('A listener failed', error)));
  const charts = add(new FlamePanels(context.extensionUri, engine, selection, log));
  add(new EditorLink(engine, selection, charts, log));
  const keeper = add(new StateKeeper(engine, statusBar, contextKeys, notices, log));
  const replay = new Replay(engine, context.secrets, log);
  const services: Services = {
    context,
    log,
    settings,
    engine,
    environments: add(new ProgramEnvironments(context, engine, settings, log)),
    traces: add(new TracesView(engine, log, contextKeys, context.workspaceState, selection)),
    callSites: add(new CallSitesView(engine, log, context.workspaceState)),
    code: add(new CodeAnnotations({ context, engine, log, contextKeys })),
    details: add(new DetailsPanel(context.extensionUri, engine, selection, replay, log)),
    compare: add(new ComparePanel(context.extensionUri, engine, log)),
    replay,
    contextKeys,
    selection,
    charts,
    state: () => keeper.state,
  };
  for (const registration of registerAllCommands(services)) add(registration);
  for (const kind of [explanationDocuments, rawDocuments]) add(SpanDocuments.register(kind, engine));
  add(new FindingsWatch(engine, statusBar, log));
  add(registerDebugConfigurations(services.environments));
  add(settings.onChanged((changed) => void configureEngine(engine, changed, log)));

  if (hasSqlite()) {
    keeper.enter({ kind: 'starting' });
    // Behind the activation: the thread's start costs time that the editor needs now.
    const soon = setImmediate(() => engine.start());
    add({ dispose: () => clearImmediate(soon) });
  } else {
    keeper.enter({ kind: 'unsupported', nodeVersion: process.versions.node });
  }
  return { activationMs: performance.now() - begun, services, statusBar };
}

/** The engine is given two seconds to commit and to free its ports for another window. */
export async function deactivate(): Promise<void> {
  await running?.close('The editor closes', 2000);
  running = undefined;
}
