/** Characters kept in all; names are chosen by whoever sends them. */
const mostCharacters = 24_000_000;
const beyond = '…';

/** Texts that many spans share, as numbers; 0 is ''. Past its limits every new text is `…`. */
export class TextTable {
  readonly #texts: string[] = [''];
  readonly #codes = new Map<string, number>([['', 0]]);
  readonly #mostCodes: number;
  #characters = 0;

  /** `mostCodes`: the largest code its column can hold. */
  constructor(mostCodes: number) {
    this.#mostCodes = mostCodes;
  }

  get texts(): readonly string[] {
    return this.#texts;
  }

  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const isFull = this.#characters + text.length > mostCharacters || this.#texts.length >= this.#mostCodes;
    if (isFull && text !== beyond) return this.codeOf(beyond);
    this.#characters += text.length;
    this.#codes.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}
