import path from 'node:path';
import type { CodeScope, CodeSettings } from '../../protocol/code.ts';
import type { SettingKey } from '../ids.ts';
import { settings } from '../ids.ts';
import type { HintPart } from './lineText.ts';
import { hintParts } from './lineText.ts';

/** What of the calls is shown beside the code. */
export interface CodeDisplay {
  readonly isOn: boolean;
  /** Parts of the hint at a line's end; none: no hints. */
  readonly hints: ReadonlySet<HintPart>;
  readonly hasLenses: boolean;
  readonly hasGutterMarks: boolean;
  readonly hasOverviewRuler: boolean;
  readonly hasHovers: boolean;
  readonly hasFileBadges: boolean;
  /** Flag id (with `_`) → how the Problems panel shows it. */
  readonly problems: ReadonlyMap<string, ProblemSeverity>;
  readonly scope: CodeScope;
}

export type ProblemSeverity = 'error' | 'warning' | 'information' | 'hint' | 'off';
const severities: readonly ProblemSeverity[] = ['error', 'warning', 'information', 'hint', 'off'];
const scopes: readonly CodeScope[] = ['lastRun', 'session', 'all'];

type Get = (key: SettingKey) => unknown;

/** The editor does not enforce the settings' schema: what makes no sense counts as not set. */
export function readCodeDisplay(get: Get): CodeDisplay {
  const shown = get(settings.codeHintParts);
  const hints = Array.isArray(shown) ? hintParts.filter((part) => shown.includes(part)) : hintParts;
  return {
    isOn: get(settings.codeEnabled) !== false,
    hints: new Set(get(settings.codeHints) === false ? [] : hints),
    hasLenses: get(settings.codeLenses) === true,
    hasGutterMarks: get(settings.codeGutterMarks) !== false,
    hasOverviewRuler: get(settings.codeOverviewRuler) !== false,
    hasHovers: get(settings.codeHovers) !== false,
    hasFileBadges: get(settings.codeFileBadges) !== false,
    problems: readProblems(get(settings.codeProblems)),
    scope: scopes.find((scope) => scope === get(settings.codeScope)) ?? 'lastRun',
  };
}

function readProblems(value: unknown): ReadonlyMap<string, ProblemSeverity> {
  const problems = new Map<string, ProblemSeverity>();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return problems;
  for (const [flag, wanted] of Object.entries(value).slice(0, 200)) {
    const severity = severities.find((one) => one === wanted);
    if (severity) problems.set(flag.replaceAll('-', '_'), severity);
  }
  return problems;
}

const workspaceFolder = '${workspaceFolder}';

/**
 * What the engine's code thread is told. `folders` are the workspace's (absolute; none where it is not trusted), from
 * the first of which relative folders of the mappings start. `storagePath` is a folder of this window's own.
 */
export function readCodeSettings(
  get: Get,
  folders: readonly string[],
  storagePath: string | undefined,
): CodeSettings {
  const [first] = folders;
  const excluded = get(settings.codeExcludedFolders);
  return {
    folders,
    scope: readCodeDisplay(get).scope,
    pathMappings: first === undefined ? [] : readMappings(get(settings.codePathMappings), first),
    storagePath: folders.length === 0 ? undefined : storagePath,
    excludedFolders: Array.isArray(excluded) ? excluded.filter(isFolderName).slice(0, 200) : [],
  };
}

function readMappings(value: unknown, folder: string): CodeSettings['pathMappings'] {
  if (!Array.isArray(value)) return [];
  const mappings = value.slice(0, 200).flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const { from, to } = item as { from?: unknown; to?: unknown };
    if (typeof from !== 'string' || typeof to !== 'string' || from === '' || to === '') return [];
    if (hasControl(from) || hasControl(to)) return [];
    return [
      {
        from,
        to: path.resolve(
          folder,
          to.replaceAll(workspaceFolder, () => folder),
        ),
      },
    ];
  });
  return mappings.sort((a, b) => b.from.length - a.from.length);
}

function isFolderName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 255 && !/[\\/*?]/.test(value);
}

function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
