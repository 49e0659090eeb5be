import fs from 'node:fs';
import path from 'node:path';
import { isRead, isSkipped } from '../../workspace/walk.ts';
import { keyOfPath } from './workspacePaths.ts';

export interface SourceFile {
  /** The source index's key. */
  readonly key: string;
  readonly text: string;
  /** When it was written last, microseconds since the epoch. */
  readonly modifiedMicros: number;
}

const limits = { files: 20_000, bytes: 1_000_000, depth: 32 } as const;

/** Whether the sources of that name are read at all. */
export function isSourceFile(file: string): boolean {
  return isRead(path.basename(file));
}

/** Whether one of the folders above the file is one that is never read. */
export function isExcluded(file: string, folder: string, excluded: ReadonlySet<string>): boolean {
  const parts = path.relative(folder, file).split(path.sep).slice(0, -1);
  return parts.some((part) => isSkipped(part, excluded));
}

/** Absolute paths of the source files in some folders; links are not followed. */
export async function* sourceFiles(
  folders: readonly string[],
  excluded: ReadonlySet<string>,
): AsyncGenerator<string> {
  let count = 0;
  const open = folders.map((folder) => ({ folder, depth: 0 }));
  for (let next = open.shift(); next; next = open.shift()) {
    const entries = await fs.promises.readdir(next.folder, { withFileTypes: true }).catch(() => []);
    // An environment by another name has this file.
    if (next.depth > 0 && entries.some(({ name }) => name === 'pyvenv.cfg')) continue;
    for (const entry of entries) {
      const full = path.join(next.folder, entry.name);
      if (entry.isDirectory()) {
        if (next.depth < limits.depth && !isSkipped(entry.name, excluded))
          open.push({ folder: full, depth: next.depth + 1 });
      } else if (entry.isFile() && isSourceFile(entry.name)) {
        if (++count > limits.files) return;
        yield full;
      }
    }
  }
}

/** Undefined when it is no file, too large, or cannot be read. */
export async function readSourceFile(file: string): Promise<SourceFile | undefined> {
  try {
    const stats = await fs.promises.stat(file);
    if (!stats.isFile() || stats.size > limits.bytes) return undefined;
    const text = await fs.promises.readFile(file, 'utf8');
    return { key: keyOfPath(file), text, modifiedMicros: microsOf(stats.mtimeMs) };
  } catch {
    return undefined;
  }
}

/** Microseconds since the epoch; undefined when there is no such file. */
export function modifiedMicros(file: string): number | undefined {
  try {
    const stats = fs.statSync(file);
    return stats.isFile() ? microsOf(stats.mtimeMs) : undefined;
  } catch {
    return undefined;
  }
}

function microsOf(ms: number): number {
  return Math.round(ms * 1000);
}
