import * as vscode from 'vscode';
import type { GroupBy, TraceSort } from '../../protocol/query.ts';
import { commands } from '../ids.ts';
import { editFilter, searchText } from '../views/traces/filterPick.ts';
import { sortNames } from '../views/traces/tracesView.ts';
import type { CommandTable, Services } from './services.ts';

/** How the tree of traces looks. */
export function viewCommands({ engine, traces, callSites }: Services): CommandTable {
  return {
    [commands.searchTraces]: () => searchText(traces),
    [commands.filterTraces]: () => editFilter(traces, engine),
    [commands.clearFilter]: () => traces.setFilter({}),
    [commands.groupTraces]: async () => {
      const by = await pick<GroupBy>(
        [
          ['none', vscode.l10n.t('No Grouping'), 'list-flat'],
          ['session', vscode.l10n.t('Session'), 'comment-discussion'],
          ['service', vscode.l10n.t('Service'), 'server'],
          ['model', vscode.l10n.t('Model'), 'sparkle'],
          ['day', vscode.l10n.t('Day'), 'calendar'],
        ],
        traces.state.groupBy,
        vscode.l10n.t('Group traces by'),
      );
      if (by) traces.setGrouping(by);
    },
    [commands.sortTraces]: async () => {
      const names = sortNames();
      const sort = await pick<TraceSort>(
        [
          ['newest', names.newest, 'clock'],
          ['cost', names.cost, 'tag'],
          ['duration', names.duration, 'watch'],
          ['tokens', names.tokens, 'symbol-numeric'],
        ],
        traces.state.sort,
        vscode.l10n.t('Sort traces by'),
      );
      if (sort) traces.setSort(sort);
    },
    [commands.refresh]: () => {
      traces.refresh();
      callSites.refresh();
    },
  };
}

async function pick<T extends string>(
  choices: readonly (readonly [value: T, label: string, icon: string])[],
  current: T,
  placeHolder: string,
): Promise<T | undefined> {
  const items = choices.map(([value, label, icon]) => ({
    value,
    label: `$(${icon}) ${label}`,
    description: value === current ? vscode.l10n.t('current') : '',
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.value;
}
