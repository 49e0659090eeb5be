/**
 * Reading JSON-like values of either form: OTLP's structured values (Maps) and parsed JSON (objects).
 *
 * Names are always looked up as own properties, so that a received `__proto__` or `constructor` means nothing.
 */
export type JsonRecord = ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>;

/** True for a Map or a JSON object; false for arrays, bytes and `null`. */
export function isRecord(value: unknown): value is JsonRecord {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** The record's own value under `key`; `undefined` when it has none. */
export function field(record: JsonRecord, key: string): unknown {
  if (record instanceof Map) return record.get(key) as unknown;
  return Object.hasOwn(record, key) ? (record as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The first of `keys` whose value is neither `undefined` nor `null`. */
export function firstField(record: JsonRecord, ...keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = field(record, key);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** The first of `keys` that holds a non-empty string. */
export function stringField(record: JsonRecord, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = field(record, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The record under `key`, if one is there. */
export function recordField(record: JsonRecord, ...keys: readonly string[]): JsonRecord | undefined {
  for (const key of keys) {
    const value = field(record, key);
    if (isRecord(value)) return value;
  }
  return undefined;
}

/** The array under `key`, if one is there. */
export function arrayField(record: JsonRecord, ...keys: readonly string[]): readonly unknown[] | undefined {
  for (const key of keys) {
    const value = field(record, key);
    if (Array.isArray(value)) return value as readonly unknown[];
  }
  return undefined;
}

/** An identifier as text: strings as they are, whole numbers in decimal. */
export function idField(record: JsonRecord, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = field(record, key);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  }
  return undefined;
}

/** Name and value of each own member, in order. */
export function members(record: JsonRecord): Iterable<readonly [string, unknown]> {
  return record instanceof Map ? (record.entries() as Iterable<[string, unknown]>) : Object.entries(record);
}

const utf8 = new TextDecoder();

/** UTF-8 bytes as text (some emitters send JSON text as bytes); invalid sequences become U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
