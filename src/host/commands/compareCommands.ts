import * as vscode from 'vscode';
import type { CompareSide } from '../../protocol/compare.ts';
import { isComparePair } from '../../protocol/comparePage.ts';
import { commands } from '../ids.ts';
import { itemOf } from './items.ts';
import type { CommandTable, Services } from './services.ts';

/** Two calls or two runs side by side: selected one after the other, or with what came before. */
export function compareCommands(services: Services): CommandTable {
  const { compare, contextKeys, engine } = services;
  let selected: CompareSide | undefined;
  const withSelected = (argument: unknown): void => {
    const right = itemOf(services, argument);
    const pair = { left: selected, right };
    if (isComparePair(pair)) compare.show(pair);
    else tellHow();
  };
  const withPrevious = async (argument: unknown, what: 'run' | 'call'): Promise<void> => {
    const side = itemOf(services, argument);
    if (!side) return tellHow();
    const before = await engine.call('compare/previous', { what, side });
    const pair = { left: before, right: side };
    if (isComparePair(pair)) compare.show(pair);
    else
      void vscode.window.showInformationMessage(
        what === 'run'
          ? vscode.l10n.t('There is no earlier run of this program that it could be compared with.')
          : vscode.l10n.t('There is no earlier call like this one.'),
      );
  };
  return {
    [commands.selectForCompare]: (argument) => {
      selected = itemOf(services, argument);
      contextKeys.set(
        'selectedForCompare',
        selected === undefined ? '' : selected.spanId === undefined ? 'trace' : 'span',
      );
    },
    [commands.compareWithSelected]: withSelected,
    [commands.compareCalls]: (argument) => {
      if (isComparePair(argument)) compare.show({ left: argument.left, right: argument.right });
      else withSelected(undefined);
    },
    [commands.comparePreviousRun]: (argument) => withPrevious(argument, 'run'),
    [commands.comparePreviousCall]: (argument) => withPrevious(argument, 'call'),
  };
}

function tellHow(): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Choose “Select for Compare” on one call or trace, then “Compare with Selected” on another of its kind.',
    ),
  );
}
