/** Spans whose parents have not come, by the parent they wait for. */
export class WaitingChildren {
  readonly #children = new Map<string, Set<number>>();
  readonly #waitsFor = new Map<number, string>();

  /** Instead of whatever the span waited for before. */
  wait(slot: number, trace: number, parentId: string): void {
    const key = keyOf(trace, parentId);
    if (this.#waitsFor.get(slot) === key) return;
    this.forget(slot);
    this.#waitsFor.set(slot, key);
    const children = this.#children.get(key);
    if (children) children.add(slot);
    else this.#children.set(key, new Set([slot]));
  }

  isWaiting(slot: number, trace: number, parentId: string): boolean {
    return this.#waitsFor.get(slot) === keyOf(trace, parentId);
  }

  forget(slot: number): void {
    const key = this.#waitsFor.get(slot);
    if (key === undefined) return;
    this.#waitsFor.delete(slot);
    const children = this.#children.get(key);
    children?.delete(slot);
    if (children?.size === 0) this.#children.delete(key);
  }

  /** The parent has come: its children wait no more. */
  take(trace: number, spanId: string): readonly number[] {
    const key = keyOf(trace, spanId);
    const children = this.#children.get(key);
    if (!children) return [];
    this.#children.delete(key);
    for (const child of children) this.#waitsFor.delete(child);
    return [...children];
  }
}

function keyOf(trace: number, spanId: string): string {
  return `${trace} ${spanId}`;
}
