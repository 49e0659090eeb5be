/** A path that a program told, as a file of the workspace. */
export interface MappedPath {
  /** The index's key. */
  readonly file: string;
  /**
   * `inside`: the path lies in the workspace's folder, or an explicit mapping names it. `suffix`: the whole path of the
   * file within the workspace ends the told one, or the other way round. `part`: some folders and the name agree.
   */
  readonly how: 'inside' | 'suffix' | 'part';
}

export interface PathMapOptions {
  /** Folders that the keys are relative to, or below which absolute keys lie; forward slashes. */
  readonly roots: readonly string[];
  /** Folders of other machines and what they are here, as keys' beginnings; the longest `from` wins. */
  readonly mappings: readonly { readonly from: string; readonly to: string }[];
  /** Windows and macOS: letters' case does not tell files apart. */
  readonly ignoreCase: boolean;
  /** The keys are absolute paths, else relative to the (only) root. */
  readonly absoluteKeys: boolean;
}

/**
 * Finds the workspace's file for a path as told by a program: of this machine, a container, WSL, a remote host, or
 * relative to a working directory. By the list of files alone: no file is looked at because a span named it.
 */
export class PathMap {
  readonly #options: PathMapOptions;
  /** Folded key → key. */
  readonly #files = new Map<string, string>();
  readonly #byName = new Map<string, string[]>();
  readonly #known = new Map<string, MappedPath | undefined>();

  constructor(files: Iterable<string>, options: PathMapOptions) {
    this.#options = options;
    for (const file of files) {
      const folded = this.#fold(file);
      this.#files.set(folded, file);
      const name = folded.slice(folded.lastIndexOf('/') + 1);
      const known = this.#byName.get(name);
      if (known) known.push(folded);
      else this.#byName.set(name, [folded]);
    }
  }

  map(told: string): MappedPath | undefined {
    if (this.#known.has(told)) return this.#known.get(told);
    if (this.#known.size > 10_000) this.#known.clear();
    const found = this.#find(told);
    this.#known.set(told, found);
    return found;
  }

  #find(told: string): MappedPath | undefined {
    const path = normalPath(told);
    for (const { from, to } of [...this.#options.mappings].sort((a, b) => b.from.length - a.from.length)) {
      const rest = below(this.#fold(path), this.#fold(normalPath(from)));
      const key =
        rest === undefined
          ? undefined
          : this.#files.get(this.#fold(`${to}/${rest}`.replace(/^\/+(?=[^/]*$)/, '')));
      if (key !== undefined) return { file: key, how: 'inside' };
    }
    for (const root of this.#options.roots) {
      const rest = below(this.#fold(path), this.#fold(normalPath(root)));
      if (rest === undefined) continue;
      const key = this.#files.get(this.#options.absoluteKeys ? this.#fold(path) : rest);
      // A file of the folder that is not among the sources is nothing else either.
      return key === undefined ? undefined : { file: key, how: 'inside' };
    }
    return this.#bySuffix(this.#fold(path));
  }

  #bySuffix(path: string): MappedPath | undefined {
    const parts = path.split('/').filter((part) => part !== '');
    let best: string | undefined;
    let bestShared = 0;
    let isAlone = true;
    for (const folded of this.#byName.get(parts.at(-1) ?? '') ?? []) {
      const shared = sharedEnd(this.#relative(folded), parts);
      if (shared > bestShared) {
        best = folded;
        bestShared = shared;
        isAlone = true;
      } else if (shared === bestShared) isAlone = false;
    }
    if (best === undefined || !isAlone) return undefined;
    const file = this.#files.get(best);
    if (file === undefined) return undefined;
    const isWhole = bestShared === this.#relative(best).length || bestShared === parts.length;
    if (isWhole) return { file, how: 'suffix' };
    return bestShared >= 2 ? { file, how: 'part' } : undefined;
  }

  /** A key's parts below its root. */
  #relative(folded: string): readonly string[] {
    for (const root of this.#options.absoluteKeys ? this.#options.roots : []) {
      const rest = below(folded, this.#fold(normalPath(root)));
      if (rest !== undefined) return rest.split('/');
    }
    return folded.split('/').filter((part) => part !== '');
  }

  #fold(path: string): string {
    return this.#options.ignoreCase ? path.toLowerCase() : path;
  }
}

/** Forward slashes; WSL's and Windows' spellings of one path made one: `/mnt/c/x`, `C:\x`, `\\wsl$\Distro\home`. */
function normalPath(told: string): string {
  const isWindows =
    /^[A-Za-z]:[\\/]/.test(told) || told.startsWith('\\\\') || (told.includes('\\') && !told.includes('/'));
  let path = isWindows ? told.replaceAll('\\', '/') : told;
  path = path.replace(/^\/\/(?:wsl\$|wsl\.localhost)\/[^/]+/i, '').replace(/^\/mnt\/([a-z])\//i, '$1:/');
  if (/^[A-Z]:\//.test(path)) path = path.charAt(0).toLowerCase() + path.slice(1);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** The rest of a path below a folder. */
function below(path: string, folder: string): string | undefined {
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  return folder !== '' && path.startsWith(base) ? path.slice(base.length) : undefined;
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[a.length - 1 - shared] === b[b.length - 1 - shared])
    shared++;
  return shared;
}
