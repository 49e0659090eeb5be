import * as vscode from 'vscode';
import type { FlameTarget } from '../../protocol/flame.ts';
import { isFlameTarget } from '../../protocol/flame.ts';
import { commands } from '../ids.ts';
import type { CommandTable, Services } from './services.ts';

/** Opens the flame chart of a trace or span: of a tree's row, of what is selected, or else of the newest trace. */
export function flameCommands(services: Services): CommandTable {
  return {
    [commands.openFlameChart]: async (argument) => {
      const target = targetOf(argument) ?? selected(services) ?? (await newest(services));
      if (!target) {
        void vscode.window.showInformationMessage(vscode.l10n.t('There is no trace to show yet.'));
        return;
      }
      const spanId = target.spanId ?? (await firstRoot(services, target.traceId));
      services.charts.open({ traceId: target.traceId, spanId });
      if (spanId !== undefined) services.details.show({ traceId: target.traceId, spanId });
    },
  };
}

/** A row of one of the trees, or ids. */
function targetOf(argument: unknown): FlameTarget | undefined {
  if (isFlameTarget(argument)) return argument;
  if (typeof argument !== 'object' || argument === null || !('row' in argument)) return undefined;
  const { traceId, spanId } = argument.row as Partial<FlameTarget>;
  const target = { traceId, ...(spanId === undefined ? {} : { spanId }) };
  return isFlameTarget(target) ? target : undefined;
}

function selected({ selection, traces }: Services): FlameTarget | undefined {
  const { current } = selection;
  return targetOf(traces.selection) ?? (current && { traceId: current.traceId, spanId: current.spanId });
}

async function newest({ engine }: Services): Promise<FlameTarget | undefined> {
  const { rows } = await engine.call('traces/list', { filter: {}, sort: 'newest', page: { limit: 1 } });
  return rows[0] && { traceId: rows[0].traceId };
}

async function firstRoot({ engine }: Services, traceId: string): Promise<string | undefined> {
  const { rows } = await engine.call('spans/children', { traceId, parentSpanId: '', page: { limit: 1 } });
  return rows[0]?.spanId;
}
