const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'] as const;

/** Finds the files that imports mean, from the list of files alone. */
export class ModuleFinder {
  readonly #files = new Set<string>();
  /** Last part of a path → the paths that end in it. */
  readonly #byName = new Map<string, Set<string>>();
  readonly #packages = new Map<string, string>();

  add(file: string): void {
    this.#files.add(file);
    const name = lastPart(file);
    const known = this.#byName.get(name);
    if (known) known.add(file);
    else this.#byName.set(name, new Set([file]));
  }

  delete(file: string): void {
    this.#files.delete(file);
    this.#byName.get(lastPart(file))?.delete(file);
  }

  setPackage(name: string, folder: string): void {
    this.#packages.set(name, folder);
  }

  /** `travel.client`, `.client`, `..` as written in the file. */
  python(from: string, specifier: string): string | undefined {
    const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
    const parts = specifier
      .slice(dots)
      .split('.')
      .filter((part) => part !== '');
    if (dots > 0) {
      let folder = parentOf(from);
      for (let i = 1; i < dots; i++) folder = parentOf(folder);
      return this.#firstOf(pythonFiles(joinPaths(folder, parts.join('/'))));
    }
    const suffix = parts.join('/');
    for (let folder = parentOf(from); ; folder = parentOf(folder)) {
      const found =
        this.#firstOf(pythonFiles(joinPaths(folder, suffix))) ??
        this.#firstOf(pythonFiles(joinPaths(folder, `src/${suffix}`)));
      if (found !== undefined || folder === '' || folder === '/') {
        if (found !== undefined) return found;
        break;
      }
    }
    // Elsewhere in the workspace: only a dotted name is telling enough.
    return parts.length > 1 ? this.#bySuffix(pythonFiles(suffix)) : undefined;
  }

  javascript(from: string, specifier: string): string | undefined {
    if (specifier.startsWith('.')) return this.#firstOf(scriptFiles(joinPaths(parentOf(from), specifier)));
    const alias = /^(?:@|~|#|\$lib|src)\/(.+)$/.exec(specifier)?.[1];
    if (alias !== undefined) {
      for (let folder = parentOf(from); ; folder = parentOf(folder)) {
        for (const base of ['', 'src', 'app', 'lib', 'src/lib']) {
          const found = this.#firstOf(scriptFiles(joinPaths(joinPaths(folder, base), alias)));
          if (found !== undefined) return found;
        }
        if (folder === '' || folder === '/') return undefined;
      }
    }
    return this.#ofPackage(specifier);
  }

  /** A package of the workspace: `@acme/llm`, `@acme/llm/prompts`. */
  #ofPackage(specifier: string): string | undefined {
    const parts = specifier.split('/');
    const size = specifier.startsWith('@') ? 2 : 1;
    const folder = this.#packages.get(parts.slice(0, size).join('/'));
    if (folder === undefined) return undefined;
    const rest = parts.slice(size).join('/');
    for (const base of ['src', '', 'lib', 'dist']) {
      const found = this.#firstOf(scriptFiles(joinPaths(joinPaths(folder, base), rest)));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #firstOf(candidates: Iterable<string>): string | undefined {
    for (const file of candidates) if (this.#files.has(file)) return file;
    return undefined;
  }

  /** The one file that ends so; none when there are several. */
  #bySuffix(candidates: Iterable<string>): string | undefined {
    for (const suffix of candidates) {
      const matches = [...(this.#byName.get(lastPart(suffix)) ?? [])].filter((file) =>
        file.endsWith(`/${suffix}`),
      );
      if (matches.length === 1) return matches[0];
    }
    return undefined;
  }
}

function* pythonFiles(path: string): Iterable<string> {
  if (path !== '' && !path.endsWith('/')) yield `${path}.py`;
  yield joinPaths(path, '__init__.py');
}

function* scriptFiles(path: string): Iterable<string> {
  yield path;
  for (const ending of endings) yield path + ending;
  // In TypeScript `./x.js` means x.ts.
  const script = /^(.+)\.([cm]?)js(x?)$/.exec(path);
  if (script) {
    yield `${script[1] ?? ''}.${script[2] ?? ''}ts${script[3] ?? ''}`;
    yield `${script[1] ?? ''}.tsx`;
  }
  for (const ending of endings) yield joinPaths(path, `index${ending}`);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : slash === 0 ? '/' : path.slice(0, slash);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Joins and takes out `.` and `..`. */
export function joinPaths(folder: string, path: string): string {
  const isAbsolute = folder.startsWith('/');
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return (isAbsolute ? '/' : '') + parts.join('/');
}
