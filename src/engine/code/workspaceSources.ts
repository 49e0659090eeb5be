import type { CodeRequests, CodeSettings } from '../../protocol/code.ts';
import type { Resolver, SourceIndex } from '../../source/callSiteIndexApi.ts';
import type { OpenSources, SourceTools } from './sourceTools.ts';
import { isExcluded, isSourceFile, readSourceFile, sourceFiles } from './workspaceFiles.ts';
import { keyOfPath } from './workspacePaths.ts';

/** What is told of the workspace's sources; files by the index's keys. */
export interface SourcesListener {
  /** The files of the workspace, before any is read. */
  listed(keys: readonly string[]): void;
  fileRead(key: string, modifiedMicros: number): void;
  fileRemoved(key: string): void;
  renamed(from: string, to: string): void;
  /** All files were read (`isFirst`), or those that changed: spans may be found now that were not. */
  settled(isFirst: boolean): void;
  failed(error: unknown): void;
}

/** Keeps the static index of the workspace's files, in the background: one file at a time, then others have their turn. */
export class WorkspaceSources {
  readonly #open: OpenSources;
  readonly #listener: SourcesListener;
  #tools: SourceTools | undefined;
  #opening: Promise<SourceTools> | undefined;
  #folders: readonly string[] = [];
  #excluded: ReadonlySet<string> = new Set();
  /** Absolute paths of files to be read. */
  readonly #queue = new Set<string>();
  #working: Promise<void> | undefined;
  /** Grows with each configuration: what an earlier one began is not gone on with. */
  #generation = 0;
  #isScanning = false;
  #hasRead = false;

  readonly #mapPath: Parameters<OpenSources>[0];

  constructor(open: OpenSources, mapPath: Parameters<OpenSources>[0], listener: SourcesListener) {
    this.#mapPath = mapPath;
    this.#open = open;
    this.#listener = listener;
  }

  /** False until the workspace was read once. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  /** Undefined while files are being read: what finds lines looks at all files together, and they are not whole. */
  get resolver(): Resolver | undefined {
    return this.#working ? undefined : this.#tools?.resolver;
  }

  get index(): SourceIndex | undefined {
    return this.#tools?.index;
  }

  /** Reads the folders anew, those with `first` in them first; without folders nothing is read. */
  configure(
    { folders, excludedFolders }: Pick<CodeSettings, 'folders' | 'excludedFolders'>,
    first: Iterable<string>,
  ): void {
    this.#generation++;
    this.#folders = folders;
    this.#excluded = new Set(excludedFolders);
    this.#tools = undefined;
    this.#hasRead = false;
    this.#queue.clear();
    if (folders.length === 0) {
      this.#listener.listed([]);
      return;
    }
    for (const file of first) if (this.#isOurs(file)) this.#queue.add(file);
    this.#isScanning = true;
    this.#work();
  }

  /** Absolute paths, in the machine's own form. */
  filesChanged({ changed, deleted, renamed }: CodeRequests['code/filesChanged']['params']): void {
    for (const { from, to } of renamed) {
      this.#rename(keyOfPath(from), keyOfPath(to));
      if (this.#isOurs(to)) this.#queue.add(to);
    }
    for (const file of deleted) {
      this.#queue.delete(file);
      this.#remove(keyOfPath(file));
    }
    for (const file of changed) if (this.#isOurs(file)) this.#queue.add(file);
    if (this.#queue.size > 0) this.#work();
  }

  /** Resolves when nothing is left to be read. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  close(): void {
    this.#generation++;
    this.#queue.clear();
  }

  #work(): void {
    const generation = this.#generation;
    this.#working ??= this.#read(generation).then((isWhole) => {
      this.#working = undefined;
      if (this.#queue.size > 0 || this.#isScanning) return this.#work();
      if (!isWhole || generation !== this.#generation) return;
      const isFirst = !this.#hasRead;
      this.#hasRead = true;
      this.#listener.settled(isFirst);
    });
  }

  /** False when it was overtaken, or failed. */
  async #read(generation: number): Promise<boolean> {
    const isOver = (): boolean => generation !== this.#generation;
    try {
      const found = await this.#list(isOver);
      if (isOver()) return false;
      this.#tools ??= await this.#opened();
      if (isOver()) return false;
      const { index } = this.#tools;
      await this.#readQueue(index, isOver);
      for (const file of found) {
        if (!index.has(keyOfPath(file))) await this.#readFile(index, file, isOver);
        if (isOver()) return false;
      }
      await this.#readQueue(index, isOver);
      return !isOver();
    } catch (error) {
      if (isOver()) return false;
      this.#queue.clear();
      this.#listener.failed(error);
      return false;
    }
  }

  /** The files of the folders, where they are to be looked at anew. */
  async #list(isOver: () => boolean): Promise<readonly string[]> {
    if (!this.#isScanning) return [];
    this.#isScanning = false;
    const found: string[] = [];
    for await (const file of sourceFiles(this.#folders, this.#excluded)) {
      found.push(file);
      if (isOver()) return found;
    }
    this.#listener.listed(found.map(keyOfPath));
    return found;
  }

  async #opened(): Promise<SourceTools> {
    this.#opening ??= this.#open(this.#mapPath);
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async #readQueue(index: SourceIndex, isOver: () => boolean): Promise<void> {
    for (const file of this.#queue) {
      this.#queue.delete(file);
      await this.#readFile(index, file, isOver);
      if (isOver()) return;
    }
  }

  async #readFile(index: SourceIndex, path: string, isOver: () => boolean): Promise<void> {
    const file = await readSourceFile(path);
    if (isOver()) return;
    if (!file) {
      this.#remove(keyOfPath(path));
      return;
    }
    index.update(file.key, file.text);
    this.#listener.fileRead(file.key, file.modifiedMicros);
    // Messages and the store's changes have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #rename(from: string, to: string): void {
    const { index } = this;
    if (index) {
      for (const file of [...index.files()]) {
        if (file === from) index.rename(file, to);
        else if (file.startsWith(`${from}/`)) index.rename(file, to + file.slice(from.length));
      }
    }
    this.#listener.renamed(from, to);
  }

  #remove(key: string): void {
    const { index } = this;
    if (index) {
      for (const file of [...index.files()]) {
        if (file === key || file.startsWith(`${key}/`)) index.remove(file);
      }
    }
    this.#listener.fileRemoved(key);
  }

  #isOurs(file: string): boolean {
    if (!isSourceFile(file)) return false;
    return this.#folders.some(
      (folder) => isInside(file, folder) && !isExcluded(file, folder, this.#excluded),
    );
  }
}

function isInside(file: string, folder: string): boolean {
  return keyOfPath(file).startsWith(`${keyOfPath(folder)}/`);
}
