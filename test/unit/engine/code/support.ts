import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CodeThread } from '../../../../src/engine/code/codeThread.ts';
import type { SourceLocation } from '../../../../src/model/source.ts';
import type {
  CodeEvents,
  CodeRequests,
  CodeSettings,
  LineAnnotation,
} from '../../../../src/protocol/code.ts';
import type { IndexedSpan } from '../../../../src/store/api.ts';
import { IndexWriter } from '../../../../src/store/indexWriter.ts';
import { openSources } from '../../../../src/workspace/openSources.ts';
import { TemporaryFolder } from '../../store/temporary.ts';

const grammars = path.resolve(import.meta.dirname, '../../../../node_modules/@vscode/tree-sitter-wasm/wasm');

/** A store that is written by the test, a workspace on the disk, and the code thread between them. */
export class CodeBench {
  readonly folder = new TemporaryFolder();
  readonly workspace = path.join(this.folder.path, 'workspace');
  readonly storage = path.join(this.folder.path, 'storage');
  readonly dbPath = this.folder.file('traces.db');
  writer = IndexWriter.open(this.dbPath);
  readonly told: CodeEvents['code/changed'][] = [];
  readonly logged: string[] = [];
  thread: CodeThread;

  constructor() {
    mkdirSync(this.workspace, { recursive: true });
    this.thread = this.started();
  }

  /** Another thread on the same store, as after a restart. */
  started(): CodeThread {
    this.thread = new CodeThread({
      dbPath: this.dbPath,
      openedAt: 0,
      openSources: (mapPath) => openSources(grammars, mapPath),
      emit: (event, body) => {
        if (event === 'code/changed') this.told.push(body as CodeEvents['code/changed']);
        if (event === 'engine/log') this.logged.push((body as { message: string }).message);
      },
    });
    return this.thread;
  }

  /** As when an index was damaged: it is set aside, and another one begun. */
  replaceIndex(): void {
    this.writer.close();
    IndexWriter.setAside(this.dbPath);
    this.writer = IndexWriter.open(this.dbPath);
  }

  path(name: string): string {
    return path.join(this.workspace, name);
  }

  /** Writes a source file; `at`: when it is said to have been written, milliseconds. */
  write(name: string, text: string, at: number): string {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    utimesSync(file, at / 1000, at / 1000);
    return file;
  }

  async configure(change: Partial<CodeSettings> = {}): Promise<void> {
    await this.ask('code/configure', {
      folders: [this.workspace],
      scope: 'all',
      pathMappings: [],
      storagePath: this.storage,
      excludedFolders: [],
      ...change,
    });
    await this.thread.idle();
  }

  async index(...spans: IndexedSpan[]): Promise<void> {
    this.writer.writeBatch({ spans });
    this.thread.storeChanged();
    await this.thread.idle();
  }

  async filesChanged(change: Partial<CodeRequests['code/filesChanged']['params']>): Promise<void> {
    await this.ask('code/filesChanged', { changed: [], deleted: [], renamed: [], ...change });
    await this.thread.idle();
  }

  /** As over a channel: what the handler throws is a rejection. */
  ask<M extends keyof CodeRequests>(
    method: M,
    params: CodeRequests[M]['params'],
  ): Promise<CodeRequests[M]['result']> {
    const handler = this.thread.handlers[method] as (
      params: CodeRequests[M]['params'],
      signal: AbortSignal,
    ) => CodeRequests[M]['result'];
    return Promise.resolve().then(() => handler(params, new AbortController().signal));
  }

  async lines(name: string): Promise<readonly LineAnnotation[]> {
    return (await this.ask('code/annotations', { file: this.path(name) }))?.lines ?? [];
  }

  async line(name: string, line: number): Promise<LineAnnotation | undefined> {
    return (await this.lines(name)).find((one) => one.line === line);
  }

  dispose(): void {
    this.thread.close();
    this.writer.close();
    this.folder.dispose();
  }
}

/** A place as captured frames tell it. */
export function placed(...frames: readonly (readonly [file: string, line: number])[]): SourceLocation {
  const all = frames.map(([file, line]) => ({ file, line }));
  const [first] = all;
  if (!first) throw new Error('A place has a frame');
  return { ...first, confidence: 'exact', resolver: 'captured-frames', frames: all, candidates: [] };
}
