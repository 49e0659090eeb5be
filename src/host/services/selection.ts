import type { Disposable } from '../../base/disposable.ts';
import type { SpanKey } from '../../model/span.ts';
import { Emitter } from './emitter.ts';

/** Who selected a span. */
export type SelectionSource = 'tree' | 'chart' | 'details' | 'editor';

export interface SpanSelection extends SpanKey {
  readonly from: SelectionSource;
}

/**
 * The span the user is looking at, the same in the tree, the details, the chart and the editor. Whoever shows it
 * follows; selecting what is selected already is no change, so that followers cannot chase each other.
 */
export class SelectionService implements Disposable {
  readonly #changed: Emitter<SpanSelection>;
  #current: SpanSelection | undefined;

  constructor(onError: (error: unknown) => void = () => undefined) {
    this.#changed = new Emitter(onError);
  }

  get current(): SpanSelection | undefined {
    return this.#current;
  }

  get onChanged() {
    return this.#changed.event;
  }

  select({ traceId, spanId }: SpanKey, from: SelectionSource): void {
    if (this.#current?.traceId === traceId && this.#current.spanId === spanId) return;
    this.#current = { traceId, spanId, from };
    this.#changed.fire(this.#current);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
