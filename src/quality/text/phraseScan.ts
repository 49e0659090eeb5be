/** Letters of European texts, the commonest first: what is not among them is rare. */
const commonest = ' etaoinsrhldcumfpgywbv';

interface Candidate {
  readonly bytes: Uint8Array;
  /** Where in `bytes` those end under which the candidate is filed. */
  readonly end: number;
  readonly group: number;
}

/** So many bytes of a text are looked at together. */
const width = 3;
const hashes = 1 << 15;

/**
 * Which of several groups of pieces occur in a text: one pass over its UTF-8 bytes for all of them. Each piece is
 * filed under its rarest three bytes, so that nearly all places of a text are passed by at the cost of one look.
 * A regular expression of as many alternatives takes several times as long.
 */
export class PhraseScan {
  readonly #longest: number;
  readonly #bytes: Uint8Array;
  readonly #all: number;
  /** By the hash of three bytes: 1 + the place in `#candidates`, 0 where no piece is filed. */
  readonly #filed = new Uint16Array(hashes);
  readonly #candidates: Candidate[][] = [];
  readonly #encoder = new TextEncoder();

  /**
   * @param groups pieces of at least three bytes; `[abc]` stands for one of these characters, `x?` for `x` or nothing
   * @param longest how many UTF-16 units of a text are looked at
   */
  constructor(groups: readonly (readonly string[])[], longest: number) {
    this.#longest = longest;
    this.#bytes = new Uint8Array(3 * longest);
    this.#all = (1 << groups.length) - 1;
    groups.forEach((pieces, group) => {
      for (const piece of new Set(pieces.flatMap(expand))) this.#file(this.#encoder.encode(piece), 1 << group);
    });
  }

  #file(bytes: Uint8Array, group: number): void {
    let at = 0;
    for (let i = 1; i <= bytes.length - width; i++) if (commonness(bytes, i) < commonness(bytes, at)) at = i;
    let hash = 0;
    for (let i = at; i < at + width; i++) hash = hashed(hash, bytes[i] as number);
    const place = (this.#filed[hash] ||= this.#candidates.push([]));
    this.#candidates[place - 1]?.push({ bytes, end: at + width, group });
  }

  /** One bit for each group of which a piece occurs, the first group's the lowest. */
  groupsIn(text: string): number {
    const bytes = this.#bytes;
    const filed = this.#filed;
    const { written } = this.#encoder.encodeInto(text.slice(0, this.#longest), bytes);
    let found = 0;
    let hash = 0;
    for (let i = 0; i < written; ) {
      hash = hashed(hash, bytes[i++] as number);
      const place = filed[hash] as number;
      if (place === 0) continue;
      for (const { bytes: piece, end, group } of this.#candidates[place - 1] ?? [])
        if ((found & group) === 0 && isAt(bytes, i - end, written, piece)) found |= group;
      if (found === this.#all) break;
    }
    return found;
  }
}

/** Depends on the last three bytes only: older ones are shifted out. */
function hashed(hash: number, byte: number): number {
  return ((hash << 5) ^ byte) & (hashes - 1);
}

function isAt(bytes: Uint8Array, from: number, end: number, piece: Uint8Array): boolean {
  if (from < 0 || from + piece.length > end) return false;
  for (let i = 0; i < piece.length; i++) if (bytes[from + i] !== piece[i]) return false;
  return true;
}

function commonness(bytes: Uint8Array, at: number): number {
  let product = 1;
  for (let i = at; i < at + width; i++) product *= rank(bytes[i] as number);
  return product;
}

function rank(byte: number): number {
  const place = commonest.indexOf(String.fromCharCode(byte).toLowerCase());
  return place < 0 ? 1 : commonest.length + 1 - place;
}

/** Every text that a piece stands for. */
function expand(piece: string): readonly string[] {
  const choice = /\[([^\]]+)\]|(.)\?/u.exec(piece);
  if (!choice) return [piece];
  const [whole, oneOf, optional] = choice;
  const rest = piece.slice(choice.index + whole.length);
  const options = oneOf === undefined ? [optional ?? '', ''] : Array.from(oneOf);
  return options.flatMap((option) => expand(piece.slice(0, choice.index) + option + rest));
}
