import path from 'node:path';
import type { CodeSettings } from '../../protocol/code.ts';
import { PathMap, type MappedPath } from '../../source/pathMap.ts';

/** Paths of this machine as keys: forward slashes, the drive's letter in small. */
export function keyOfPath(file: string): string {
  const key = path.sep === '\\' ? file.replaceAll('\\', '/') : file;
  return /^[A-Z]:\//.test(key) ? key.charAt(0).toLowerCase() + key.slice(1) : key;
}

/** The machine's own form of a key. */
export function pathOfKey(key: string): string {
  return path.sep === '\\' ? key.replaceAll('/', '\\') : key;
}

const ignoreCase = process.platform === 'win32' || process.platform === 'darwin';

/** Finds the workspace's file for a path as a program told it, by the list of the workspace's sources. */
export class WorkspacePaths {
  readonly #roots: readonly string[];
  readonly #mappings: readonly { readonly from: string; readonly to: string }[];
  #files: () => Iterable<string> = () => [];
  /** Made when first asked for after a change. */
  #map: PathMap | undefined;

  constructor(settings: Pick<CodeSettings, 'folders' | 'pathMappings'>) {
    this.#roots = settings.folders.map((folder) => trimmed(keyOfPath(folder)));
    this.#mappings = settings.pathMappings.map(({ from, to }) => ({ from, to: trimmed(keyOfPath(to)) }));
  }

  /** The workspace's sources are these now. */
  setFiles(files: () => Iterable<string>): void {
    this.#files = files;
    this.#map = undefined;
  }

  map(told: string): MappedPath | undefined {
    this.#map ??= new PathMap(this.#files(), {
      roots: this.#roots,
      mappings: this.#mappings,
      ignoreCase,
      absoluteKeys: true,
    });
    return this.#map.map(told);
  }

  isInside(key: string): boolean {
    return this.#roots.some((root) => key.startsWith(`${root}/`));
  }
}

function trimmed(folder: string): string {
  return folder.length > 1 && folder.endsWith('/') ? folder.slice(0, -1) : folder;
}
