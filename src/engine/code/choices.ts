import type { IndexedSpan } from '../../store/api.ts';

/** What the user said about spans that look alike. */
export interface Choice {
  /** See `lookOf`. */
  readonly look: string;
  /** The line as it was when it was chosen; `Sites` knows where its code is now. */
  readonly file: string;
  readonly line: number;
  readonly micros: number;
}

const mostChoices = 1_000;

/** What spans have in common that one line of code makes, as a text. */
export function lookOf(
  span: Pick<IndexedSpan, 'name' | 'kind' | 'service' | 'scope' | 'requestModel' | 'toolName' | 'agentName'>,
): string {
  const { name, kind, service, scope, requestModel, toolName, agentName } = span;
  return JSON.stringify([name, kind, service, scope, requestModel ?? '', toolName ?? '', agentName ?? '']);
}

/** The lines that the user chose, by the look of the spans; the newest are kept. */
export class Choices {
  readonly #byLook = new Map<string, Choice>();

  get size(): number {
    return this.#byLook.size;
  }

  of(span: Parameters<typeof lookOf>[0]): Choice | undefined {
    return this.#byLook.size === 0 ? undefined : this.#byLook.get(lookOf(span));
  }

  set(choice: Choice): void {
    this.#byLook.delete(choice.look);
    this.#byLook.set(choice.look, choice);
    const [oldest] = this.#byLook.keys();
    if (this.#byLook.size > mostChoices && oldest !== undefined) this.#byLook.delete(oldest);
  }

  all(): readonly Choice[] {
    return [...this.#byLook.values()];
  }
}
