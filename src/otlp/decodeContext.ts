import type {
  AttributeMap,
  AttributeValue,
  ByteRange,
  RawResource,
  RawScope,
  RecordContext,
} from './types.ts';
import { ValueReader, newAttributes, noAttributes } from './valueReader.ts';

const absent: ByteRange = { offset: 0, length: 0 };
const noResource: RawResource = { attributes: noAttributes, droppedAttributesCount: 0 };
const noScope: RawScope = { name: '', version: '', attributes: noAttributes };

/** Reads the Resource message that the reader is in. */
export function readResource(reader: ValueReader): RawResource {
  let attributes: Map<string, AttributeValue> | undefined;
  let dropped = 0;
  reader.startRecord();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) reader.attribute((attributes ??= newAttributes()));
    else if (tag === 0x10) dropped = reader.uint32();
    else reader.skip(tag);
  }
  return { attributes: attributes ?? noAttributes, droppedAttributesCount: dropped + reader.dropped };
}

/** Reads the InstrumentationScope message that the reader is in. */
export function readScope(reader: ValueReader): RawScope {
  let name = '';
  let version = '';
  let attributes: Map<string, AttributeValue> | undefined;
  reader.startRecord();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.name();
    else if (tag === 0x12) version = reader.name();
    else if (tag === 0x1a) reader.attribute((attributes ??= newAttributes()));
    else reader.skip(tag);
  }
  const all: AttributeMap = attributes ?? noAttributes;
  return { name, version, attributes: all };
}

/**
 * Walks what the export requests of all three signals have in common: request → resources → scopes → records (spans,
 * log records or metrics). `visit` is called with the reader in each record's message. Fields may come in any order:
 * resource and scope are looked for first.
 */
export function walkRecords(
  bytes: Uint8Array,
  visit: (reader: ValueReader, range: ByteRange, context: RecordContext) => void,
): void {
  const reader = new ValueReader(bytes);
  while (reader.more()) {
    const tag = reader.tag();
    if (tag !== 0x0a) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    walkResource(reader, visit);
    reader.leave(outer);
  }
}

function walkResource(reader: ValueReader, visit: Parameters<typeof walkRecords>[1]): void {
  const resourceRange = findFirstField(reader);
  const resource = within(reader, resourceRange, readResource) ?? noResource;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag !== 0x12) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    const scopeRange = findFirstField(reader);
    const scope = within(reader, scopeRange, readScope) ?? noScope;
    walkScope(reader, { resource, scope, resourceRange, scopeRange }, visit);
    reader.leave(outer);
  }
}

function walkScope(
  reader: ValueReader,
  context: RecordContext,
  visit: Parameters<typeof walkRecords>[1],
): void {
  while (reader.more()) {
    const tag = reader.tag();
    if (tag !== 0x12) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    const offset = reader.position;
    const end = reader.limit;
    visit(reader, { offset, length: end - offset }, context);
    reader.position = end;
    reader.leave(outer);
  }
}

/** Where field 1's message lies within the message being read (the last one, should there be several). */
function findFirstField(reader: ValueReader): ByteRange {
  const start = reader.position;
  let range = absent;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) {
      const length = reader.length();
      range = { offset: reader.position, length };
      reader.position += length;
    } else reader.skip(tag);
  }
  reader.position = start;
  return range;
}

/** Reads a range and comes back. An empty message needs no reading. */
function within<T>(reader: ValueReader, range: ByteRange, read: (reader: ValueReader) => T): T | undefined {
  if (range.length === 0) return undefined;
  const { position, limit } = reader;
  reader.position = range.offset;
  reader.limit = range.offset + range.length;
  const result = read(reader);
  reader.position = position;
  reader.limit = limit;
  return result;
}
