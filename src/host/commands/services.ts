import * as vscode from 'vscode';
import { ChannelError } from '../../base/channel.ts';
import type { CodeAnnotations } from '../annotations/codeAnnotations.ts';
import type { ProgramEnvironments } from '../environment/programEnvironments.ts';
import type { CommandId } from '../ids.ts';
import type { ComparePanel } from '../panels/compare/comparePanel.ts';
import type { DetailsPanel } from '../panels/details/detailsPanel.ts';
import type { FlamePanels } from '../panels/flame/flamePanels.ts';
import type { Replay } from '../replay/replay.ts';
import type { ContextKeys } from '../services/contextKeys.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { EngineState } from '../services/engineState.ts';
import type { Log } from '../services/log.ts';
import type { SelectionService } from '../services/selection.ts';
import type { Settings } from '../services/settings.ts';
import type { CallSitesView } from '../views/callSites/callSitesView.ts';
import type { TracesView } from '../views/traces/tracesView.ts';

/** What commands work with. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly settings: Settings;
  readonly environments: ProgramEnvironments;
  readonly engine: EngineClient;
  readonly traces: TracesView;
  readonly callSites: CallSitesView;
  readonly code: CodeAnnotations;
  readonly details: DetailsPanel;
  readonly compare: ComparePanel;
  readonly replay: Replay;
  readonly contextKeys: ContextKeys;
  readonly selection: SelectionService;
  readonly charts: FlamePanels;
  state(): EngineState;
}

export type CommandTable = { readonly [id in CommandId]?: (argument?: unknown) => unknown };

/** Registers commands. What goes wrong in one is logged, and told to the user, who asked for it. */
export function registerCommands(table: CommandTable, log: Log): vscode.Disposable[] {
  return Object.entries(table).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (argument?: unknown) => {
      try {
        return await run(argument);
      } catch (error) {
        if (error instanceof ChannelError && error.code === 'aborted') return undefined;
        log.error(`The command ${id} failed`, error);
        const message = error instanceof Error ? error.message : String(error);
        const showLog = vscode.l10n.t('Show Log');
        void vscode.window
          .showErrorMessage(`LLM Traces: ${message}`, showLog)
          .then((answer) => answer && log.show());
        return undefined;
      }
    }),
  );
}
