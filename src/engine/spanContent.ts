import { imageType } from '../base/imageType.ts';
import { inlineBase64 } from '../conventions/messages/media.ts';
import type { MessagePart } from '../model/message.ts';
import { logRecordToJson, resourceToJson, scopeToJson, spanToJson } from '../otlp/protobufToJson.ts';
import type { AttributePlace, InlineImage, PartPlace, RawSpanText } from '../protocol/details.ts';
import type { IndexedLog, StoredRange } from '../store/api.ts';
import type { JournalReader } from '../store/journalReader.ts';
import { valueText } from './attributeRows.ts';
import { textOfPart } from './cutConversation.ts';
import type { Interpreted } from './row.ts';

/** Largest picture that is shown, in characters of base64. */
const largestImage = 8_000_000;

/** The whole text of a part of the conversation. */
export function wholeText(item: Interpreted, place: PartPlace): string | undefined {
  const part = partAt(item, place);
  return part && textOfPart(part);
}

/** A picture that came inline, when its bytes are those of a known kind and it is not too large. */
export function inlineImage(item: Interpreted, place: PartPlace): InlineImage | undefined {
  const part = partAt(item, place);
  if (part?.type !== 'media' || (part.inlineBytes ?? Infinity) > largestImage * 0.75) return undefined;
  const data = inlineBase64(part);
  if (data === undefined || data.length > largestImage || !/^[A-Za-z0-9+/]+={0,2}$/.test(data))
    return undefined;
  const mimeType = imageType(data);
  return mimeType === undefined ? undefined : { mimeType, data };
}

function partAt(item: Interpreted, { section, message, part }: PartPlace): MessagePart | undefined {
  return item.facts.conversation()[section][message]?.parts[part];
}

/** A value of any length, as text. */
export function wholeValue({ input }: Interpreted, { list, index, key }: AttributePlace): string | undefined {
  const log = input.logs[index]?.record;
  if (list === 'log' && key === 'body') return log && valueText(log.body);
  const attributes = {
    attributes: input.span.attributes,
    resource: input.resource.attributes,
    event: input.span.events[index]?.attributes,
    log: log?.attributes,
  }[list];
  const value = attributes?.get(key);
  return value === undefined ? undefined : valueText(value);
}

/** The span and its log records as OTLP JSON, from the journal's own bytes; undefined when they are gone. */
export function rawSpan(
  journal: JournalReader,
  range: StoredRange,
  logs: readonly IndexedLog[],
): RawSpanText | undefined {
  const own = range.signal === 'logs' ? undefined : read(journal, range);
  const spans = own && wrap('resourceSpans', 'scopeSpans', 'spans', own, spanToJson(own.record));
  const records = [...(range.signal === 'logs' ? [range] : []), ...logs.map((log) => log.range)];
  const seen = new Set<string>();
  let bytes = range.length;
  const found: string[] = [];
  for (const place of records) {
    const name = `${place.segment}:${place.offset}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const record = read(journal, place);
    if (!record) continue;
    if (place !== range) bytes += place.length;
    found.push(group('scopeLogs', 'logRecords', record, logRecordToJson(record.record)));
  }
  if (spans === undefined && found.length === 0) return undefined;
  return {
    spans: spans ?? '',
    logs: found.length === 0 ? '' : `{"resourceLogs":[${found.join(',')}]}`,
    bytes,
  };
}

interface Found {
  readonly record: Uint8Array;
  readonly resource: Uint8Array | undefined;
  readonly scope: Uint8Array | undefined;
}

function read(journal: JournalReader, range: StoredRange): Found | undefined {
  const part = (offset: number, length: number): Uint8Array | undefined =>
    length === 0 ? undefined : journal.readRange(range.segment, offset, length);
  const record = journal.readRange(range.segment, range.offset, range.length);
  return (
    record && {
      record,
      resource: part(range.resourceOffset, range.resourceLength),
      scope: part(range.scopeOffset, range.scopeLength),
    }
  );
}

function wrap(outer: string, inner: string, list: string, found: Found, json: string): string {
  return `{"${outer}":[${group(inner, list, found, json)}]}`;
}

function group(inner: string, list: string, { resource, scope }: Found, json: string): string {
  const around = resource ? `"resource":${resourceToJson(resource)},` : '';
  const named = scope ? `"scope":${scopeToJson(scope)},` : '';
  return `{${around}"${inner}":[{${named}"${list}":[${json}]}]}`;
}
