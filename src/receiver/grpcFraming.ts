export const prefixBytes = 5;

/** Reads the 5 bytes before a gRPC message, in whatever pieces they come: the compressed flag and the length. */
export class FramePrefix {
  #read = 0;
  #flag = 0;
  #length = 0;

  /** Feeds the stream's bytes from its start; true once the prefix is complete. */
  feed(bytes: Uint8Array): boolean {
    for (let i = 0; i < bytes.length && this.#read < prefixBytes; i++, this.#read++) {
      if (this.#read === 0) this.#flag = bytes[i]!;
      else this.#length = this.#length * 256 + bytes[i]!;
    }
    return this.#read === prefixBytes;
  }

  get compressed(): boolean {
    return this.#flag === 1;
  }

  get length(): number {
    return this.#length;
  }
}
