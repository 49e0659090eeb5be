import type { FileAnnotations, FunctionAnnotation, LineAnnotation } from '../../protocol/code.ts';
import type { TextChange } from './lineTracker.ts';
import { LineTracker } from './lineTracker.ts';

/** What is shown at a line of a document; lines are 0-based, as the document is now. */
export interface ShownLine {
  readonly annotation: LineAnnotation;
  readonly line: number;
  /** Why the numbers may not be this code's: changed since it was saved, since it ran, or not found in the file. */
  readonly stale: 'edited' | 'changed' | 'gone' | undefined;
}

export interface ShownFunction {
  readonly annotation: FunctionAnnotation;
  readonly line: number;
}

/** Of a call over many lines, so many are compared. */
const mostLinesOfCall = 100;

interface Held {
  readonly annotation: LineAnnotation | undefined;
  readonly isEdited: boolean;
}

/**
 * One document's annotations, moved along with its edits. Lines that are being typed in keep what they showed until
 * `settle`, so that nothing changes under the user's fingers. Pure.
 */
export class DocumentAnnotations {
  #tracker: LineTracker;
  /** The lines as they were saved last, while the answer for them is awaited. */
  #next: LineTracker | undefined;
  #annotations: FileAnnotations | undefined;
  readonly #byLine = new Map<number, LineAnnotation>();
  readonly #held = new Map<number, Held>();
  #shown: readonly ShownLine[] | undefined;
  #functions: readonly ShownFunction[] | undefined;

  constructor(tracker: LineTracker) {
    this.#tracker = tracker;
  }

  /** By line. */
  get lines(): readonly ShownLine[] {
    this.#shown ??= this.#place();
    return this.#shown;
  }

  get functions(): readonly ShownFunction[] {
    this.#functions ??= (this.#annotations?.functions ?? []).flatMap((annotation) => {
      const line = annotation.line === undefined ? undefined : this.#tracker.lineOf(annotation.line - 1);
      return line === undefined ? [] : [{ annotation, line }];
    });
    return this.#functions;
  }

  /** What is shown at a line of the document (0-based). */
  at(line: number): ShownLine | undefined {
    return this.lines.find((shown) => shown.line === line);
  }

  /** Where a line of the file (1-based) is in the document now (0-based). */
  lineOf(fileLine: number): number | undefined {
    return this.#tracker.lineOf(fileLine - 1);
  }

  /** Whether an answer has come for the file as it was saved last. */
  get isCurrent(): boolean {
    return this.#next === undefined && this.#annotations !== undefined;
  }

  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  edit(changes: readonly TextChange[]): void {
    const before = new Map(this.lines.map((shown) => [shown.annotation.line - 1, shown]));
    this.#next?.apply(changes);
    for (const saved of this.#tracker.apply(changes)) {
      if (this.#held.has(saved)) continue;
      const shown = before.get(saved);
      this.#held.set(saved, { annotation: shown?.annotation, isEdited: shown?.stale === 'edited' });
    }
    this.#forget();
  }

  /** Whether the document says what the file says. */
  get isAsSaved(): boolean {
    return (this.#next ?? this.#tracker).isAsSaved;
  }

  /** The file now has these lines, the document's. What is shown stays until the answer for them comes. */
  save(lines: readonly string[]): void {
    this.#next = new LineTracker(lines);
  }

  /** Takes in an answer that was asked for after the last save. */
  update(annotations: FileAnnotations | undefined): void {
    if (this.#next) {
      // Lines that are held go over to the file's new lines by where they are in the document.
      const held = [...this.#held].flatMap(([saved, state]) => {
        const line = this.#tracker.lineOf(saved);
        const next = line === undefined ? undefined : this.#next?.savedLineOf(line);
        return next === undefined ? [] : [[next, state] as const];
      });
      this.#held.clear();
      for (const [saved, state] of held) this.#held.set(saved, state);
      this.#tracker = this.#next;
      this.#next = undefined;
    }
    this.#annotations = annotations;
    this.#byLine.clear();
    for (const line of annotations?.lines ?? []) {
      // What is gone was last seen where other code stands now.
      if (line.stale?.state !== 'gone' || !this.#byLine.has(line.line - 1))
        this.#byLine.set(line.line - 1, line);
    }
    this.#forget();
  }

  /** The typing has paused. @returns whether anything was held back */
  settle(): boolean {
    if (this.#held.size === 0) return false;
    this.#held.clear();
    this.#forget();
    return true;
  }

  #forget(): void {
    this.#shown = undefined;
    this.#functions = undefined;
  }

  #place(): readonly ShownLine[] {
    const shown: ShownLine[] = [];
    const place = (saved: number, annotation: LineAnnotation, isEdited: boolean): void => {
      const line = this.#tracker.lineOf(saved);
      if (line === undefined) return;
      shown.push({ annotation, line, stale: isEdited ? 'edited' : annotation.stale?.state });
    };
    for (const [saved, annotation] of this.#byLine) {
      if (this.#held.has(saved)) continue;
      place(saved, annotation, this.#tracker.isEdited(saved, lastLine(annotation)));
    }
    for (const [saved, { annotation, isEdited }] of this.#held) {
      if (annotation) place(saved, annotation, isEdited);
    }
    return shown.sort((a, b) => a.line - b.line);
  }
}

function lastLine({ line, endLine = line }: LineAnnotation): number {
  return Math.min(Math.max(line, endLine), line + mostLinesOfCall) - 1;
}
