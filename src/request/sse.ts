/** An event of a stream, as `text/event-stream` frames it. */
export interface ServerEvent {
  /** `message` unless named. */
  readonly event: string;
  readonly data: string;
}

const longestEvent = 16 * 1024 * 1024;

/**
 * Reads server-sent events from pieces of text of any size. Throws a `RangeError` on an event without end.
 *
 * Source: the WHATWG HTML standard, 9.2.6.
 */
export class EventReader {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #size = 0;

  push(text: string): ServerEvent[] {
    const isOpen = !text.includes('\n');
    if (isOpen) this.#rest += text;
    if (this.#rest.length > longestEvent) throw new RangeError('A line of the answer does not end.');
    if (isOpen) return [];
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  /** What stood at the end without an empty line behind it: some servers leave it out. */
  end(): ServerEvent[] {
    const last = this.#rest === '' ? [] : this.#line(this.#rest);
    this.#rest = '';
    return [...last, ...this.#line('')];
  }

  #line(line: string): ServerEvent[] {
    if (line === '') {
      const data = this.#data.join('\n');
      const event = this.#event || 'message';
      const isEmpty = this.#data.length === 0;
      this.#event = '';
      this.#data = [];
      this.#size = 0;
      return isEmpty ? [] : [{ event, data }];
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.startsWith(' ', colon + 1) ? colon + 2 : colon + 1);
    if (name === 'event') this.#event = value;
    else if (name === 'data') {
      this.#size += value.length;
      if (this.#size > longestEvent) throw new RangeError('An event of the answer does not end.');
      this.#data.push(value);
    }
    return [];
  }
}
