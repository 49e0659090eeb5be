import type { AttributeMap, AttributeValue } from '../otlp/types.ts';
import type { SpanInput } from './input.ts';
import { asBoolean, asCount, asNumber, asText, isUsable, parseJson } from './values.ts';

/**
 * A span while it is read: its attributes by key, JSON parsed at most once. With `touched` it remembers which
 * keys were looked at and found, for explanations.
 */
export class SpanView {
  readonly input: SpanInput;
  readonly attributes: AttributeMap;
  readonly name: string;
  readonly scope: string;
  readonly touched: Set<string> | undefined;
  #parsed: Map<string, unknown> | undefined;

  constructor(input: SpanInput, touched?: Set<string>) {
    this.input = input;
    this.attributes = input.span.attributes;
    this.name = input.span.name;
    this.scope = input.scope.name;
    this.touched = touched;
  }

  /** The value under `key`, unless absent, empty or a placeholder. */
  get(key: string): AttributeValue | undefined {
    const value = this.attributes.get(key);
    if (value === undefined) return undefined;
    this.touched?.add(key);
    return isUsable(value) ? value : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  text(key: string): string | undefined {
    return asText(this.get(key));
  }

  /** As `text`, in lower case. */
  word(key: string): string | undefined {
    return this.text(key)?.toLowerCase();
  }

  number(key: string): number | undefined {
    return asNumber(this.get(key));
  }

  /** A token count: no negative numbers. */
  count(key: string): number | undefined {
    return asCount(this.get(key));
  }

  boolean(key: string): boolean | undefined {
    return asBoolean(this.get(key));
  }

  /** The parsed value under `key`: see `parseJson`. */
  json(key: string): unknown {
    const value = this.get(key);
    if (value === undefined) return undefined;
    this.#parsed ??= new Map();
    if (!this.#parsed.has(key)) this.#parsed.set(key, parseJson(value));
    return this.#parsed.get(key);
  }
}
