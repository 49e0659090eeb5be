import path from 'node:path';
import type { CodeSettings } from '../../protocol/code.ts';

/** Paths of this machine as keys: forward slashes, the drive's letter in small. */
export function keyOfPath(file: string): string {
  const key = path.sep === '\\' ? file.replaceAll('\\', '/') : file;
  return /^[A-Z]:\//.test(key) ? key.charAt(0).toLowerCase() + key.slice(1) : key;
}

/** The machine's own form of a key. */
export function pathOfKey(key: string): string {
  return path.sep === '\\' ? key.replaceAll('/', '\\') : key;
}

const remembered = 10_000;

/** Finds the workspace's file for a path as a program told it: of this machine, of a container, or relative. */
export class WorkspacePaths {
  readonly #folders: readonly string[];
  readonly #mappings: readonly { readonly from: string; readonly to: string }[];
  /** Whether there is a file of that key. */
  readonly #exists: (key: string) => boolean;
  readonly #known = new Map<string, string>();

  constructor(settings: Pick<CodeSettings, 'folders' | 'pathMappings'>, exists: (key: string) => boolean) {
    this.#folders = settings.folders.map((folder) => trimmed(keyOfPath(folder)));
    this.#mappings = settings.pathMappings
      .map(({ from, to }) => ({ from: trimmed(from.replaceAll('\\', '/')), to: trimmed(keyOfPath(to)) }))
      .filter(({ from }) => from !== '');
    this.#exists = exists;
  }

  /** The key of the file that is meant; where there is none here, the path as it was told, with forward slashes. */
  keyOf(told: string): string {
    let key = this.#known.get(told);
    if (key !== undefined) return key;
    key = this.#find(told);
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(told, key);
    return key;
  }

  isInside(key: string): boolean {
    return this.#folders.some((folder) => isWithin(key, folder));
  }

  #find(told: string): string {
    const isWindows = /^[A-Za-z]:[\\/]/.test(told) || (told.includes('\\') && !told.includes('/'));
    const text = normalised(isWindows ? told.replaceAll('\\', '/') : told);
    const isAbsolute = text.startsWith('/') || isWindows;
    if (!isAbsolute) {
      const candidates = this.#folders.map((folder) => normalised(`${folder}/${text}`));
      return candidates.find((key) => this.isInside(key) && this.#exists(key)) ?? text;
    }
    for (const { from, to } of this.#mappings) {
      if (isWithin(text, from)) return normalised(to + text.slice(from.length));
    }
    return keyOfPath(text);
  }
}

/** Without `.` and `..`, as far as there is something to go up from. */
function normalised(file: string): string {
  return path.posix.normalize(file);
}

function trimmed(folder: string): string {
  return folder.length > 1 && folder.endsWith('/') ? folder.slice(0, -1) : folder;
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || (file.startsWith(folder) && (folder === '/' || file[folder.length] === '/'));
}
