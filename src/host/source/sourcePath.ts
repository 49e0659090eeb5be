/**
 * A path that a span names, before anything is opened: spans are written by strangers. The rules here look at the
 * text only; whether the file lies in the workspace is decided on real paths (see `openSource.ts`).
 */
import path from 'node:path';

export type PathVerdict =
  /** Absolute paths to try in turn, each within a workspace folder as far as its text says. */
  | { readonly kind: 'candidates'; readonly paths: readonly string[] }
  /** An absolute path outside of every workspace folder: to be opened only when the user agrees. */
  | { readonly kind: 'outside'; readonly path: string }
  | { readonly kind: 'refused'; readonly reason: string };

const longestPath = 4096;

/** Judges a path against the workspace's folders (absolute, of this machine). `style` is this machine's way of writing paths. */
export function judgePath(file: string, folders: readonly string[], style: 'posix' | 'win32'): PathVerdict {
  const refused = (reason: string): PathVerdict => ({ kind: 'refused', reason });
  const rules = style === 'win32' ? path.win32 : path.posix;
  const text = fromFileUrl(file, style);
  if (text === undefined) return refused('it is not a file of this machine');
  if (text === '' || text.length > longestPath) return refused('it has no usable length');

  if (/[\u0000-\u001f\u007f]/.test(text)) return refused('it contains control characters');
  if (/^[\\/]{2}/.test(text)) return refused('it names another machine');
  if (style === 'win32') {
    if (/^[a-z]:(?![\\/])/i.test(text)) return refused('it is relative to a drive');
    if (/(?:^|[\\/])(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|[\\/]|$)/i.test(text))
      return refused('it names a device');
    if (/:/.test(text.slice(2))) return refused('it names a stream');
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) return refused('it is not a file of this machine');
  if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(rules.normalize(text).replaceAll('\\', '/')))
    return refused('it names a device');

  if (rules.isAbsolute(text)) {
    const whole = rules.normalize(text);
    return folders.some((folder) => isInside(whole, folder, style))
      ? { kind: 'candidates', paths: [whole] }
      : { kind: 'outside', path: whole };
  }
  const paths = folders
    .map((folder) => rules.resolve(folder, text))
    .filter((full) => folders.some((folder) => isInside(full, folder, style)));
  if (paths.length > 0) return { kind: 'candidates', paths: [...new Set(paths)] };
  return refused(folders.length === 0 ? 'no folder is open' : 'it leads out of the workspace');
}

/** Whether a path is a folder or lies within it; both absolute and normalised. */
export function isInside(file: string, folder: string, style: 'posix' | 'win32'): boolean {
  const rules = style === 'win32' ? path.win32 : path.posix;
  const relative = rules.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith('..') && !rules.isAbsolute(relative)) ||
    /^\.\.[^\\/]/.test(relative)
  );
}

/** A line or column (1-based) as the editor counts it (0-based), drawn into `0…last`; `0` for what is no number. */
export function clampPosition(value: number | undefined, last: number): number {
  if (value === undefined || !Number.isFinite(value)) return 0;
  return Math.min(Math.max(0, last), Math.max(0, Math.trunc(value) - 1));
}

function fromFileUrl(text: string, style: 'posix' | 'win32'): string | undefined {
  if (!/^file:/i.test(text)) return text;
  try {
    const url = new URL(text);
    if (url.hostname !== '' && url.hostname !== 'localhost') return undefined;
    const decoded = decodeURIComponent(url.pathname);
    return style === 'win32' ? decoded.replace(/^\/(?=[a-z]:)/i, '') : decoded;
  } catch {
    return undefined;
  }
}
