/**
 * Where the lines of a saved file are while its document is edited. Pure: it is fed the editor's content changes and
 * keeps a copy of the document's lines, so that what a line says now can be compared with what it said on the disk.
 */

/** One change as the editor reports it: a range of the text before it (0-based) and what stands there now. */
export interface TextChange {
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
  readonly text: string;
}

/** Lines shorter than this say too little to be known again, such as `}` or `else:`. */
const shortestKnown = 6;
const isNew = -1;

export class LineTracker {
  readonly #saved: readonly string[];
  #lines: string[];
  /** For each line of the document the saved line it was, or −1. */
  #origins: number[];
  /** Saved lines that were taken out, by their trimmed text: an undo brings them back. */
  readonly #lost = new Map<string, Set<number>>();
  /** The other way round, made when it is asked for. */
  #lineOf: Int32Array | undefined;

  /** @param saved the lines on the disk, without their ends */
  constructor(saved: readonly string[]) {
    this.#saved = saved;
    this.#lines = [...saved];
    this.#origins = saved.map((_, index) => index);
  }

  /** A tracker for a document that was changed before anyone looked: what is the same in both texts is found again. */
  static between(saved: readonly string[], now: readonly string[]): LineTracker {
    const tracker = new LineTracker(saved);
    const end = { line: saved.length - 1, character: saved.at(-1)?.length ?? 0 };
    tracker.apply([{ range: { start: { line: 0, character: 0 }, end }, text: now.join('\n') }]);
    return tracker;
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  /** Whether the document says what the file says. */
  get isAsSaved(): boolean {
    const { length } = this.#saved;
    return this.#lines.length === length && this.#lines.every((line, index) => line === this.#saved[index]);
  }

  /**
   * Takes in the changes of one edit, in the order the editor gives them (each range is one of the text as the
   * changes before left it). Returns the saved lines whose text may have been touched.
   */
  apply(changes: readonly TextChange[]): ReadonlySet<number> {
    const touched = new Set<number>();
    let isStructural = false;
    for (const change of changes) isStructural = this.#applyOne(change, touched) || isStructural;
    if (isStructural) {
      this.#lineOf = undefined;
      this.#bringBack(touched);
    }
    return touched;
  }

  /** The line (0-based) where a saved line is now; undefined when it was taken out. */
  lineOf(savedLine: number): number | undefined {
    this.#lineOf ??= this.#findLines();
    const line = this.#lineOf[savedLine] ?? isNew;
    return line === isNew ? undefined : line;
  }

  /** The saved line that a line of the document was; undefined for a new one. */
  savedLineOf(line: number): number | undefined {
    const origin = this.#origins[line];
    return origin === undefined || origin === isNew ? undefined : origin;
  }

  /** Whether saved lines `from`…`to` (0-based, both included) say something else now; indentation does not count. */
  isEdited(from: number, to = from): boolean {
    let before: number | undefined;
    for (let saved = from; saved <= to && saved < this.#saved.length; saved++) {
      const line = this.lineOf(saved);
      const text = this.#saved[saved]?.trim();
      if (line === undefined || this.#lines[line]?.trim() !== text) return true;
      // A line between them that was not there is an edit as well.
      if (before !== undefined && line !== before + 1 && this.#hasText(before + 1, line)) return true;
      before = line;
    }
    return false;
  }

  /** The text of a line of the document; '' behind its end. */
  textAt(line: number): string {
    return this.#lines[line] ?? '';
  }

  #findLines(): Int32Array {
    const lineOf = new Int32Array(this.#saved.length).fill(isNew);
    const origins = this.#origins;
    for (let line = 0; line < origins.length; line++) {
      const origin = origins[line] ?? isNew;
      if (origin !== isNew) lineOf[origin] = line;
    }
    return lineOf;
  }

  #hasText(from: number, to: number): boolean {
    for (let line = from; line < to; line++) if (this.#lines[line]?.trim()) return true;
    return from > to;
  }

  /** @returns whether lines may have moved or gone */
  #applyOne({ range, text }: TextChange, touched: Set<number>): boolean {
    const last = this.#lines.length - 1;
    const from = clamp(range.start.line, 0, last);
    const to = clamp(range.end.line, from, last);
    const head = this.#lines[from] ?? '';
    const tail = this.#lines[to] ?? '';
    const lines = text.split(/\r\n|\r|\n/);
    const before = head.slice(0, range.start.character);
    const after = tail.slice(range.end.character);
    lines[0] = before + (lines[0] as string);
    lines[lines.length - 1] = (lines.at(-1) ?? '') + after;

    const old = this.#origins.slice(from, to + 1);
    for (const origin of old) if (origin !== isNew) touched.add(origin);
    if (from === to && lines.length === 1) {
      this.#lines[from] = lines[0];
      return false;
    }
    const origins = this.#match(from, old, lines, before, after);
    splice(this.#lines, from, old.length, lines);
    splice(this.#origins, from, old.length, origins);
    const kept = new Set(origins);
    for (const origin of old) if (origin !== isNew && !kept.has(origin)) this.#lose(origin);
    return true;
  }

  /** Which of the replaced lines each new line is. */
  #match(
    from: number,
    old: readonly number[],
    lines: readonly string[],
    before: string,
    after: string,
  ): number[] {
    const origins = lines.map(() => isNew);
    const open = new Set(old.keys());
    const take = (oldIndex: number, newIndex: number): void => {
      open.delete(oldIndex);
      origins[newIndex] = old[oldIndex] ?? isNew;
    };
    const oldText = (index: number): string => this.#lines[from + index] ?? '';

    // What is the same at both ends.
    let start = 0;
    let endOld = old.length - 1;
    let endNew = lines.length - 1;
    while (start <= endOld && start <= endNew && oldText(start) === lines[start]) {
      take(start, start);
      start++;
    }
    while (endOld >= start && endNew >= start && oldText(endOld) === lines[endNew]) take(endOld--, endNew--);

    // Lines between that say the same but for their indentation, the first with the first, and so on.
    const places = new Map<string, number[]>();
    for (let index = endNew; index >= start; index--) {
      const text = (lines[index] ?? '').trim();
      if (text.length < shortestKnown) continue;
      const same = places.get(text);
      if (same) same.push(index);
      else places.set(text, [index]);
    }
    for (let index = start; index <= endOld; index++) {
      const place = places.get(oldText(index).trim())?.pop();
      if (place !== undefined) take(index, place);
    }

    // What is left of the first and of the last line stays theirs, though they say something else now.
    if (open.has(0) && origins[0] === isNew && (before.trim() !== '' || lines.length + old.length === 2))
      take(0, 0);
    const lastOld = old.length - 1;
    const lastNew = lines.length - 1;
    if (open.has(lastOld) && origins[lastNew] === isNew && after.trim() !== '') take(lastOld, lastNew);
    return origins;
  }

  #lose(origin: number): void {
    const text = (this.#saved[origin] ?? '').trim();
    if (text.length < shortestKnown) return;
    const same = this.#lost.get(text) ?? new Set();
    this.#lost.set(text, same.add(origin));
  }

  /** Lines that were taken out and are there again: undone, or moved within one edit. */
  #bringBack(touched: Set<number>): void {
    if (this.#lost.size === 0) return;
    for (let line = 0; line < this.#origins.length; line++) {
      if (this.#origins[line] !== isNew) continue;
      const text = (this.#lines[line] ?? '').trim();
      const same = this.#lost.get(text);
      const [first] = same ?? [];
      if (same === undefined || first === undefined) continue;
      this.#origins[line] = first;
      touched.add(first);
      same.delete(first);
      if (same.size === 0) this.#lost.delete(text);
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}

/** As `Array.splice`, for any number of new items: spread arguments have a limit. */
function splice<T>(target: T[], from: number, count: number, items: readonly T[]): void {
  if (items.length === count) for (const [index, item] of items.entries()) target[from + index] = item;
  else if (items.length < 10_000) target.splice(from, count, ...items);
  else {
    const rest = target.splice(from);
    for (const item of items) target.push(item);
    for (let index = count; index < rest.length; index++) target.push(rest[index] as T);
  }
}
