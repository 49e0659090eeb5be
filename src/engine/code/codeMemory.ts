import fs from 'node:fs';
import path from 'node:path';
import type { Site, SiteMemory } from '../../annotations/sites.ts';
import type { Anchor } from '../../source/callSite.ts';
import type { Choice } from './choices.ts';

/** What is remembered of a workspace between two starts. */
export interface CodeMemory extends SiteMemory {
  readonly choices: readonly Choice[];
}

const version = 1;
const fileName = 'code-places.json';
/** Far above what the bounds of its parts make. */
const mostBytes = 32_000_000;
const nothing: CodeMemory = { sites: [], versions: [], renames: [], choices: [] };

/** Reads what was stored; what is damaged or of another version counts as nothing. */
export function readCodeMemory(folder: string): CodeMemory {
  try {
    const file = path.join(folder, fileName);
    if (fs.statSync(file).size > mostBytes) return nothing;
    const stored = record(JSON.parse(fs.readFileSync(file, 'utf8')));
    if (stored?.['version'] !== version) return nothing;
    return {
      sites: list(stored['sites']).flatMap((site) => siteOf(site) ?? []),
      versions: list(stored['versions']).flatMap((pair) => {
        const [name, since] = list(pair);
        return typeof name === 'string' && isNumber(since) ? [[name, since] as const] : [];
      }),
      renames: list(stored['renames']).flatMap((item) => {
        const { from, to, micros } = record(item) ?? {};
        return typeof from === 'string' && typeof to === 'string' && isNumber(micros)
          ? [{ from, to, micros }]
          : [];
      }),
      choices: list(stored['choices']).flatMap((item) => {
        const { look, file: chosen, line, micros } = record(item) ?? {};
        const isWhole =
          typeof look === 'string' && typeof chosen === 'string' && isLine(line) && isNumber(micros);
        return isWhole ? [{ look, file: chosen, line, micros }] : [];
      }),
    };
  } catch {
    return nothing;
  }
}

/** Writes it beside the old one, and puts it in its place: a crash leaves the one or the other. @throws when it cannot */
export function writeCodeMemory(folder: string, memory: CodeMemory): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, fileName);
  const beside = `${file}.${process.pid}.tmp`;
  try {
    fs.writeFileSync(beside, JSON.stringify({ version, ...memory }), { mode: 0o600 });
    fs.renameSync(beside, file);
  } finally {
    fs.rmSync(beside, { force: true });
  }
}

function siteOf(value: unknown): Site | undefined {
  const site = record(value);
  const told = record(site?.['told']);
  if (!site || !told) return undefined;
  const { from, until, file, line, endLine, state } = site;
  const isWhole =
    typeof told['file'] === 'string' &&
    isLine(told['line']) &&
    isNumber(from) &&
    isNumber(until) &&
    typeof file === 'string' &&
    isLine(line) &&
    (state === 'same' || state === 'changed' || state === 'gone');
  if (!isWhole) return undefined;
  const offset = record(site['offset']);
  return {
    told: {
      file: told['file'] as string,
      line: told['line'] as number,
      ...(isLine(told['column']) ? { column: told['column'] } : {}),
      ...(isLine(told['endLine']) ? { endLine: told['endLine'] } : {}),
      ...(typeof told['function'] === 'string' ? { function: told['function'] } : {}),
    },
    from,
    until,
    file,
    line,
    endLine: isLine(endLine) ? endLine : undefined,
    anchor: anchorOf(site['anchor']),
    offset:
      offset && typeof offset['function'] === 'string' && isNumber(offset['lines'])
        ? { function: offset['function'], lines: offset['lines'] }
        : undefined,
    state,
  };
}

function anchorOf(value: unknown): Anchor | undefined {
  const { text, callee, function: name, ordinal, calleeOrdinal, line } = record(value) ?? {};
  const isWhole =
    typeof text === 'string' &&
    typeof callee === 'string' &&
    typeof name === 'string' &&
    isNumber(ordinal) &&
    isNumber(calleeOrdinal) &&
    isLine(line);
  return isWhole ? { text, callee, function: name, ordinal, calleeOrdinal, line } : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isLine(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value) && value >= 1;
}
