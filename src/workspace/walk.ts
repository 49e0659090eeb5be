import { promises as fs, type Dirent } from 'node:fs';
import path from 'node:path';
import { grammarOf } from '../source/syntax/readSource.ts';

export interface WalkOptions {
  /** Names of folders that are left out besides the usual. */
  readonly excluded?: readonly string[];
  /** Most files, 20,000 unless told. */
  readonly maxFiles?: number;
  /** Larger files are left out; bytes, 1,000,000 unless told. */
  readonly maxBytes?: number;
}

export interface WalkedFile {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly absolute: string;
  readonly text: string;
}

/** Folders of libraries, environments and caches, never of what people write. */
const skipped: ReadonlySet<string> = new Set([
  ...['node_modules', 'site-packages', 'dist-packages', 'bower_components', '__pycache__', '__pypackages__'],
  ...['venv', 'virtualenv', 'eggs', 'jspm_packages', 'coverage', 'htmlcov'],
]);
const maxDepth = 40;

/**
 * The sources below a folder, with their texts. Links are not followed, so nothing outside is read; hidden folders,
 * libraries and virtual environments are left out. Gives other work its turn between files.
 */
export async function* walkWorkspace(folder: string, options: WalkOptions = {}): AsyncGenerator<WalkedFile> {
  const { excluded = [], maxFiles = 20_000, maxBytes = 1_000_000 } = options;
  const left = new Set(excluded);
  let files = 0;
  const open: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = open.shift(); next; next = open.shift()) {
    const entries = await entriesOf(path.join(folder, next.path));
    if (next.depth > 0 && entries.some(({ name }) => name === 'pyvenv.cfg')) continue;
    for (const entry of entries) {
      const relative = next.path === '' ? entry.name : `${next.path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isSkipped(entry.name, left) && next.depth < maxDepth)
          open.push({ path: relative, depth: next.depth + 1 });
      } else if (entry.isFile() && isRead(entry.name)) {
        if (++files > maxFiles) return;
        const absolute = path.join(folder, relative);
        const text = await readText(absolute, maxBytes);
        if (text !== undefined) yield { path: relative, absolute, text };
      }
    }
  }
}

/** Whether a folder of that name is left out: hidden ones, libraries, environments and caches, and what else is named. */
export function isSkipped(name: string, excluded: ReadonlySet<string>): boolean {
  return name.startsWith('.') || skipped.has(name) || excluded.has(name);
}

/** Whether files of that name are part of the index: programs, source maps, and what names a package. */
export function isRead(name: string): boolean {
  return name === 'package.json' || /\.[cm]?js\.map$/.test(name) || grammarOf(name) !== undefined;
}

/** In a stable order: what is left out beyond the bound is always the same. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await fs.readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch {
    return [];
  }
}

async function readText(file: string, maxBytes: number): Promise<string | undefined> {
  try {
    const { size } = await fs.lstat(file);
    return size > maxBytes ? undefined : await fs.readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
