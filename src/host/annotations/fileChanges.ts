import type { Disposable } from '../../base/disposable.ts';
import type { CodeRequests } from '../../protocol/code.ts';

export type FilesChanged = CodeRequests['code/filesChanged']['params'];

/**
 * Gathers what happened to files, so that a change of branch is told in a few messages; the last that happened to a
 * file counts. Pure.
 */
export class FileChanges implements Disposable {
  readonly #send: (changes: FilesChanged) => Promise<void>;
  readonly #waitMs: number;
  readonly #files = new Map<string, 'changed' | 'deleted'>();
  #renamed: { from: string; to: string }[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Messages follow each other: a later one never overtakes an earlier one. */
  #sent: Promise<void> = Promise.resolve();

  constructor(send: (changes: FilesChanged) => Promise<void>, waitMs = 100) {
    this.#send = send;
    this.#waitMs = waitMs;
  }

  changed(file: string): void {
    this.#add(file, 'changed');
  }

  deleted(file: string): void {
    this.#add(file, 'deleted');
  }

  renamed(from: string, to: string): void {
    this.#renamed.push({ from, to });
    this.#schedule();
  }

  /** Sends what was gathered; resolves when that, and all before it, has been taken in or was refused. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#files.size === 0 && this.#renamed.length === 0) return this.#sent;
    const of = (what: 'changed' | 'deleted'): string[] =>
      [...this.#files].flatMap(([file, happened]) => (happened === what ? [file] : []));
    const changes: FilesChanged = { changed: of('changed'), deleted: of('deleted'), renamed: this.#renamed };
    this.#files.clear();
    this.#renamed = [];
    this.#sent = this.#sent.then(() => this.#send(changes)).catch(() => undefined);
    return this.#sent;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#files.clear();
    this.#renamed = [];
  }

  #add(file: string, happened: 'changed' | 'deleted'): void {
    this.#files.delete(file);
    this.#files.set(file, happened);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), this.#waitMs);
  }
}
