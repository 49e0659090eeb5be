import { maxValueDepth, maxValuesPerRecord } from './limits.ts';
import { tooDeep } from './otlpError.ts';
import { ProtobufReader } from './protobufReader.ts';
import { StringCache } from './stringCache.ts';
import type { AttributeMap, AttributeValue } from './types.ts';

/** For records that have none; one object for all. */
export const noAttributes: AttributeMap = new Map();

export function newAttributes(): Map<string, AttributeValue> {
  return new Map();
}

/** What attributes are read into. */
export interface WritableAttributes {
  set(key: string, value: AttributeValue): void;
}

const keys = new StringCache();
const names = new StringCache();
const values = new StringCache();

/** Reads what all three signals share: names, ids, attributes. */
export class ValueReader extends ProtobufReader {
  /** Attributes, elements, events and links that did not fit into the record's budget. */
  dropped = 0;
  #budget = maxValuesPerRecord;

  /** Call at the start of each record. */
  startRecord(): void {
    this.#budget = maxValuesPerRecord;
    this.dropped = 0;
  }

  /** False when the record has used up its budget: skip the value and count it as dropped. */
  take(): boolean {
    return --this.#budget >= 0;
  }

  /** A string that comes again and again: span, event and scope names. */
  name(): string {
    return this.internedString(names);
  }

  /** Reads a KeyValue. Of two values for one key the last counts. */
  attribute(into: WritableAttributes): void {
    this.#keyValue(into, 1);
  }

  /** Reads an AnyValue message. */
  value(): AttributeValue {
    return this.#anyValue(1);
  }

  #keyValue(into: WritableAttributes, depth: number): void {
    if (!this.take()) {
      this.dropped++;
      this.skipBytes();
      return;
    }
    const outer = this.enter();
    let key = '';
    let value: AttributeValue = null;
    while (this.more()) {
      const tag = this.tag();
      if (tag === 0x0a) key = this.internedString(keys);
      else if (tag === 0x12) value = this.#anyValue(depth);
      else this.skip(tag);
    }
    this.leave(outer);
    into.set(key, value);
  }

  #anyValue(depth: number): AttributeValue {
    if (depth > maxValueDepth) throw tooDeep('attribute values', this.position);
    const outer = this.enter();
    let value: AttributeValue = null;
    while (this.more()) {
      const tag = this.tag();
      switch (tag) {
        case 0x0a:
          value = this.shortString(values);
          break;
        case 0x10:
          value = this.bool();
          break;
        case 0x18:
          value = this.int64();
          break;
        case 0x21:
          value = this.double();
          break;
        case 0x2a:
          value = this.#array(depth);
          break;
        case 0x32:
          value = this.#map(depth);
          break;
        case 0x3a:
          value = this.bytes();
          break;
        default:
          this.skip(tag);
      }
    }
    this.leave(outer);
    return value;
  }

  #array(depth: number): AttributeValue[] {
    const outer = this.enter();
    const array: AttributeValue[] = [];
    while (this.more()) {
      const tag = this.tag();
      if (tag !== 0x0a) this.skip(tag);
      else if (this.take()) array.push(this.#anyValue(depth + 1));
      else {
        this.dropped++;
        this.skipBytes();
      }
    }
    this.leave(outer);
    return array;
  }

  #map(depth: number): AttributeMap {
    const outer = this.enter();
    const map = newAttributes();
    while (this.more()) {
      const tag = this.tag();
      if (tag === 0x0a) this.#keyValue(map, depth + 1);
      else this.skip(tag);
    }
    this.leave(outer);
    return map;
  }
}
