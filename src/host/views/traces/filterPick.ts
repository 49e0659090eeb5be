import * as vscode from 'vscode';
import { formatDuration, formatMoney, plural } from '../../../protocol/format.ts';
import type { TraceFilter } from '../../../protocol/query.ts';
import { visiblePickLabel } from '../../../base/visibleText.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Range } from './filter.ts';
import { durationUnits, isEmptyFilter, moneyUnits, parseRange, without, withValues } from './filter.ts';
import { flagName } from './rowText.ts';
import type { TracesView } from './tracesView.ts';

type ListField = 'models' | 'services' | 'sessions' | 'flags';
const valuesOf = { models: 'model', services: 'service', sessions: 'session', flags: 'flag' } as const;
const typingPauseMs = 250;

interface FilterItem extends vscode.QuickPickItem {
  readonly run?: () => Promise<TraceFilter | undefined>;
}

/** Searches as the user types; Escape brings back what was there. */
export async function searchText(traces: TracesView): Promise<void> {
  const before = traces.state.filter;
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t('Search Traces');
  box.placeholder = vscode.l10n.t('Names, models, services, errors, messages');
  box.value = before.text ?? '';
  const apply = (): void => {
    const text = box.value.trim();
    if (text !== (traces.state.filter.text ?? ''))
      traces.setFilter(text === '' ? without(before, 'text') : { ...before, text });
  };
  let timer: NodeJS.Timeout | undefined;
  const isAccepted = await new Promise<boolean>((resolve) => {
    box.onDidChangeValue(() => {
      clearTimeout(timer);
      timer = setTimeout(apply, typingPauseMs);
    });
    box.onDidAccept(() => {
      apply();
      resolve(true);
      box.hide();
    });
    box.onDidHide(() => resolve(false));
    box.show();
  });
  clearTimeout(timer);
  if (!isAccepted && before.text !== traces.state.filter.text) traces.setFilter(before);
  box.dispose();
}

/** A menu of all restrictions, shown again after each choice until it is closed. */
export async function editFilter(traces: TracesView, engine: EngineClient): Promise<void> {
  for (;;) {
    const picked = await vscode.window.showQuickPick(menu(traces.state.filter, engine), {
      title: vscode.l10n.t('Filter Traces'),
      placeHolder: vscode.l10n.t('Choose what to filter by; Escape when done'),
    });
    if (!picked?.run) return;
    const filter = await picked.run();
    if (!filter) continue;
    traces.setFilter(filter);
    if (isEmptyFilter(filter)) return;
  }
}

function menu(filter: TraceFilter, engine: EngineClient): FilterItem[] {
  const list = (field: ListField, icon: string, label: string): FilterItem => ({
    label: `$(${icon}) ${label}`,
    description: (filter[field] ?? []).map((value) => visiblePickLabel(value, 40) || '(none)').join(', '),
    run: () => pickValues(filter, field, label, engine),
  });
  const isFiltered = !isEmptyFilter(filter);
  return [
    {
      label: `$(error) ${vscode.l10n.t('Only with Errors')}`,
      description: filter.onlyErrors ? vscode.l10n.t('on') : '',
      run: () =>
        Promise.resolve(filter.onlyErrors ? without(filter, 'onlyErrors') : { ...filter, onlyErrors: true }),
    },
    list('models', 'sparkle', vscode.l10n.t('Model…')),
    list('services', 'server', vscode.l10n.t('Service…')),
    list('sessions', 'comment-discussion', vscode.l10n.t('Session…')),
    list('flags', 'warning', vscode.l10n.t('Flags…')),
    {
      label: `$(tag) ${vscode.l10n.t('Cost…')}`,
      description: rangeText({ min: filter.minCost, max: filter.maxCost }, formatMoney),
      run: async () => {
        const range = await askRange(vscode.l10n.t('Cost in USD'), '> 0.01', moneyUnits);
        return range && { ...without(filter, 'minCost', 'maxCost'), ...ends(range, 'minCost', 'maxCost') };
      },
    },
    {
      label: `$(watch) ${vscode.l10n.t('Duration…')}`,
      description: rangeText({ min: filter.minDurationMs, max: filter.maxDurationMs }, formatDuration),
      run: async () => {
        const range = await askRange(vscode.l10n.t('Duration'), '> 2s', durationUnits);
        return (
          range && {
            ...without(filter, 'minDurationMs', 'maxDurationMs'),
            ...ends(range, 'minDurationMs', 'maxDurationMs'),
          }
        );
      },
    },
    {
      label: `$(calendar) ${vscode.l10n.t('Time…')}`,
      description: filter.since === undefined ? '' : new Date(filter.since).toLocaleString(),
      run: () => pickTime(filter),
    },
    ...(isFiltered
      ? [
          { label: '', kind: vscode.QuickPickItemKind.Separator },
          { label: `$(clear-all) ${vscode.l10n.t('Clear Filter')}`, run: () => Promise.resolve({}) },
        ]
      : []),
  ];
}

async function pickValues(
  filter: TraceFilter,
  field: ListField,
  title: string,
  engine: EngineClient,
): Promise<TraceFilter | undefined> {
  const values = await engine.call('filters/values', { field: valuesOf[field] });
  const chosen = new Set(filter[field]);
  const known = new Set(values.map(({ value }) => value));
  const all = [
    ...values,
    ...[...chosen].filter((value) => !known.has(value)).map((value) => ({ value, traces: 0 })),
  ];
  const items = all.map(({ value, traces }) => ({
    value,
    label: visiblePickLabel(field === 'flags' ? flagName(value) : value, 120) || vscode.l10n.t('(none)'),
    description: plural(traces, 'trace'),
    picked: chosen.has(value),
  }));
  const placeHolder =
    items.length > 0 ? vscode.l10n.t('Traces with any of these') : vscode.l10n.t('None seen so far');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  return (
    picked &&
    withValues(
      filter,
      field,
      picked.map(({ value }) => value),
    )
  );
}

async function askRange(
  title: string,
  example: string,
  units: ReadonlyMap<string, number>,
): Promise<Range | undefined> {
  const hint = vscode.l10n.t('For example “{0}”, “< 5” or “1 - 3”; empty for no restriction', example);
  const text = await vscode.window.showInputBox({
    title,
    prompt: hint,
    placeHolder: example,
    validateInput: (value) => (parseRange(value, units) ? undefined : hint),
  });
  return text === undefined ? undefined : parseRange(text, units);
}

async function pickTime(filter: TraceFilter): Promise<TraceFilter | undefined> {
  const now = new Date();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const items: (vscode.QuickPickItem & { since?: number })[] = [
    { label: vscode.l10n.t('Last 15 minutes'), since: now.getTime() - 15 * 60_000 },
    { label: vscode.l10n.t('Last hour'), since: now.getTime() - 3_600_000 },
    { label: vscode.l10n.t('Today'), since: midnight },
    { label: vscode.l10n.t('Last 7 days'), since: now.getTime() - 7 * 86_400_000 },
    { label: vscode.l10n.t('Any time') },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Traces that started in'),
  });
  if (!picked) return undefined;
  const rest = without(filter, 'since', 'until');
  return picked.since === undefined ? rest : { ...rest, since: picked.since };
}

function rangeText(
  range: { min: number | undefined; max: number | undefined },
  format: (value: number) => string,
): string {
  if (range.min === undefined) return range.max === undefined ? '' : `≤ ${format(range.max)}`;
  return range.max === undefined ? `≥ ${format(range.min)}` : `${format(range.min)} – ${format(range.max)}`;
}

function ends(range: Range, min: keyof TraceFilter, max: keyof TraceFilter): TraceFilter {
  return {
    ...(range.min === undefined ? {} : { [min]: range.min }),
    ...(range.max === undefined ? {} : { [max]: range.max }),
  };
}
