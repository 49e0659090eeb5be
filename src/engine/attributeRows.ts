import type { AttributeMap, AttributeValue } from '../otlp/types.ts';
import type { AttributeRow } from '../protocol/details.ts';

/** Longest value sent to a panel; the rest stays in the journal and its length is told. */
const shownCharacters = 20_000;
const shownRows = 2_000;

/** Attributes as a panel lists them: sorted by key, values as text, long ones cut. */
export function attributeRows(attributes: AttributeMap): AttributeRow[] {
  const keys = [...attributes.keys()].sort();
  return keys.slice(0, shownRows).map((key) => attributeRow(key, attributes.get(key) ?? null));
}

function attributeRow(key: string, value: AttributeValue): AttributeRow {
  const type = typeOf(value);
  const text = valueText(value);
  return text.length > shownCharacters
    ? { key, type, value: text.slice(0, shownCharacters), fullLength: text.length }
    : { key, type, value: text };
}

function typeOf(value: AttributeValue): AttributeRow['type'] {
  if (value === null) return 'empty';
  if (value instanceof Uint8Array) return 'bytes';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
    case 'bigint':
      return 'number';
    default:
      return 'json';
  }
}

/** A value as text: strings as they are, bytes in hex, the rest as JSON. */
export function valueText(value: AttributeValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, shownCharacters)).toString('hex');
  if (typeof value === 'object') return JSON.stringify(plain(value));
  return String(value);
}

function plain(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) {
    const object = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of value as AttributeMap) object[key] = plain(item);
    return object;
  }
  if (Array.isArray(value)) return value.map((item: AttributeValue) => plain(item));
  return typeof value === 'bigint' ? value.toString() : value;
}
