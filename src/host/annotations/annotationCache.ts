import type { Disposable } from '../../base/disposable.ts';
import type { CodeEvents, FileAnnotations } from '../../protocol/code.ts';
import { DocumentAnnotations } from './documentAnnotations.ts';
import type { TextChange } from './lineTracker.ts';
import { LineTracker } from './lineTracker.ts';

export interface AnnotationCacheOptions {
  /** Asks for the annotations of a file as it is on the disk; rejects while no engine answers. */
  readonly ask: (file: string) => Promise<FileAnnotations | null>;
  /** Tells the engine that a file was written; resolves when it knows. */
  readonly tellSaved: (file: string) => Promise<void>;
  /** What is shown of a file is another now. */
  readonly onChanged: (file: string) => void;
  /** Milliseconds without a key until a line that was typed in shows what is new. */
  readonly holdMs?: number;
  /** Least milliseconds between two questions about one file. */
  readonly shortestMs?: number;
  /** Milliseconds after which a changed document that is not dirty was changed by another program. */
  readonly dirtyMs?: number;
}

/** An open document as it is at the moment. */
export interface OpenDocument {
  /** Whether it differs from its file. */
  readonly isDirty: boolean;
  lines(): readonly string[];
}

interface Entry {
  readonly document: DocumentAnnotations;
  isVisible: boolean;
  /** Grows with each save: an answer asked for before one is of the file as it was. */
  saves: number;
  isBehind: boolean;
  /** How many saves the engine was not told of yet: it would answer of the file as it was. */
  untold: number;
  isAsking: boolean;
  askedAt: number;
  askTimer: NodeJS.Timeout | undefined;
  holdTimer: NodeJS.Timeout | undefined;
  dirtyTimer: NodeJS.Timeout | undefined;
}

/**
 * The annotations of the open documents: asked for when a document comes into view or its calls changed, at most ten
 * times a second each, and moved along with edits. What is out of sight is asked for when it comes back.
 */
export class AnnotationCache implements Disposable {
  readonly #options: AnnotationCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #holdMs: number;
  readonly #shortestMs: number;
  readonly #dirtyMs: number;

  constructor(options: AnnotationCacheOptions) {
    this.#options = options;
    this.#holdMs = options.holdMs ?? 700;
    this.#shortestMs = options.shortestMs ?? 100;
    this.#dirtyMs = options.dirtyMs ?? 200;
  }

  get files(): readonly string[] {
    return [...this.#entries.keys()];
  }

  get(file: string): DocumentAnnotations | undefined {
    return this.#entries.get(file)?.document;
  }

  /** A document is of interest. `saved` are the lines on the disk where they differ from the document's. */
  open(file: string, lines: readonly string[], saved?: readonly string[]): void {
    if (this.#entries.has(file)) return;
    const tracker = saved ? LineTracker.between(saved, lines) : new LineTracker(lines);
    this.#entries.set(file, {
      document: new DocumentAnnotations(tracker),
      isVisible: true,
      saves: 0,
      isBehind: true,
      untold: 0,
      isAsking: false,
      askedAt: -Infinity,
      askTimer: undefined,
      holdTimer: undefined,
      dirtyTimer: undefined,
    });
    this.#refresh(file);
  }

  close(file: string): void {
    const entry = this.#entries.get(file);
    if (!entry) return;
    clearTimeout(entry.askTimer);
    clearTimeout(entry.holdTimer);
    clearTimeout(entry.dirtyTimer);
    this.#entries.delete(file);
  }

  /** Which documents are in view; the others wait. */
  show(files: ReadonlySet<string>): void {
    for (const [file, entry] of this.#entries) {
      entry.isVisible = files.has(file);
      if (entry.isVisible) this.#refresh(file);
    }
  }

  /** The document changed: the user typed, or another program wrote the file. */
  edit(file: string, changes: readonly TextChange[], document: OpenDocument): void {
    const entry = this.#entries.get(file);
    if (!entry || changes.length === 0) return;
    entry.document.edit(changes);
    this.#hold(file, entry);
    if (document.isDirty) return;
    // An edit may be told before the document is said to be dirty: who wrote is known a little later.
    clearTimeout(entry.dirtyTimer);
    entry.dirtyTimer = setTimeout(() => {
      if (!document.isDirty && !entry.document.isAsSaved) this.save(file, document.lines());
    }, this.#dirtyMs);
  }

  /** The document was written, or read anew from a file that another program wrote. */
  save(file: string, lines: readonly string[]): void {
    const entry = this.#entries.get(file);
    if (!entry) return;
    entry.saves++;
    entry.document.save(lines);
    entry.isBehind = true;
    entry.untold++;
    const told = (): void => {
      entry.untold--;
      if (this.#entries.get(file) !== entry) return;
      entry.askedAt = -Infinity;
      this.#refresh(file);
    };
    this.#options.tellSaved(file).then(told, told);
  }

  /** Calls came, or went. */
  changed({ files, all }: CodeEvents['code/changed']): void {
    for (const file of all ? this.#entries.keys() : files) {
      const entry = this.#entries.get(file);
      if (!entry) continue;
      entry.isBehind = true;
      this.#refresh(file);
    }
  }

  dispose(): void {
    for (const file of this.files) this.close(file);
  }

  #hold(file: string, entry: Entry): void {
    clearTimeout(entry.holdTimer);
    if (!entry.document.isHolding) return;
    entry.holdTimer = setTimeout(() => {
      if (entry.document.settle()) this.#options.onChanged(file);
    }, this.#holdMs);
  }

  #refresh(file: string): void {
    const entry = this.#entries.get(file);
    if (!entry?.isBehind || !entry.isVisible) return;
    if (entry.isAsking || entry.untold > 0 || entry.askTimer) return;
    const wait = entry.askedAt + this.#shortestMs - performance.now();
    if (wait <= 0) return void this.#ask(file, entry);
    entry.askTimer = setTimeout(() => {
      entry.askTimer = undefined;
      this.#refresh(file);
    }, wait);
  }

  async #ask(file: string, entry: Entry): Promise<void> {
    const { saves } = entry;
    entry.isBehind = false;
    entry.isAsking = true;
    entry.askedAt = performance.now();
    let annotations: FileAnnotations | null | undefined;
    try {
      annotations = await this.#options.ask(file);
    } catch {
      // No engine answers: what is shown stays, and the next change or engine asks again.
      annotations = undefined;
    }
    entry.isAsking = false;
    if (this.#entries.get(file) !== entry) return;
    if (annotations !== undefined && entry.saves === saves) {
      entry.document.update(annotations ?? undefined);
      this.#options.onChanged(file);
    }
    this.#refresh(file);
  }
}
