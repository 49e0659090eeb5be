import type { MessagePart } from '../../model/message.ts';
import { base64Size } from './jsonText.ts';
import { field, firstField, isRecord, recordField, stringField, type JsonRecord } from './structured.ts';

type Media = Extract<MessagePart, { type: 'media' }>;
type Modality = Media['modality'];

/**
 * Reads an image, sound, video or file, wherever the shape keeps its URL, id or bytes. Bytes are measured and left
 * where they are.
 */
export function readMedia(part: JsonRecord, type: string): MessagePart {
  const holders = mediaHolders(part);
  const mimeType = firstOf(holders, mimeOf) ?? firstOf(holders, (holder) => formatMime(holder, type));
  const where = firstOf(holders, locate);
  return media(modalityOf(type, stringField(part, 'modality'), where?.mimeType ?? mimeType), where, mimeType);
}

/** What stands inline for a part: kept beside the parts, as few of them are ever looked at. */
const inlineContents = new WeakMap<MessagePart, InlineContent>();
type InlineContent =
  | { readonly text: string; readonly start: number; readonly isBase64: boolean }
  | Uint8Array
  | readonly unknown[];

/** The bytes of a part that came inline, as base64; undefined for other parts and for what is no bytes. */
export function inlineBase64(part: MessagePart): string | undefined {
  const content = inlineContents.get(part);
  if (content === undefined) return undefined;
  if (content instanceof Uint8Array) return Buffer.from(content).toString('base64');
  if ('text' in content) {
    const text = content.text.slice(content.start);
    if (content.isBase64) return text.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
    try {
      return Buffer.from(decodeURIComponent(text)).toString('base64');
    } catch {
      return undefined;
    }
  }
  const isBytes = content.every((byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) < 256);
  return isBytes ? Buffer.from(content as readonly number[]).toString('base64') : undefined;
}

function firstOf<T>(
  holders: readonly JsonRecord[],
  read: (holder: JsonRecord) => T | undefined,
): T | undefined {
  for (const holder of holders) {
    const value = read(holder);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Reads a bare URL or base64 text as an image or the like, as in Ollama's `images`. */
export function readMediaText(text: string, modality: Modality): MessagePart {
  return media(modality, locateText(text), undefined);
}

interface Place {
  readonly uri?: string | undefined;
  readonly inlineBytes?: number | undefined;
  readonly mimeType?: string | undefined;
  readonly content?: InlineContent | undefined;
}

function media(modality: Modality, where: Place | undefined, mimeType: string | undefined): Media {
  const mime = mimeType ?? where?.mimeType;
  const part: Media = {
    type: 'media',
    modality,
    ...(mime === undefined ? {} : { mimeType: mime.slice(0, 200) }),
    ...(where?.uri === undefined ? {} : { uri: where.uri }),
    ...(where?.inlineBytes === undefined ? {} : { inlineBytes: where.inlineBytes }),
  };
  if (where?.content !== undefined) inlineContents.set(part, where.content);
  return part;
}

/** The part and the members that hold its content: `image_url`, `source`, `inline_data`, `image.source`, … */
function mediaHolders(part: JsonRecord): JsonRecord[] {
  const holders = [part];
  for (let inner = recordField(part, ...holderKeys); inner && holders.length < 4;) {
    holders.push(inner);
    inner = recordField(inner, 'source', 'image', 'audio', 'file');
  }
  return holders;
}

const holderKeys = [
  'image_url',
  'imageUrl',
  'input_audio',
  'audio_url',
  'video_url',
  'document_url',
  'source',
  'inline_data',
  'inlineData',
  'file_data',
  'fileData',
  'file',
  'media',
  'image',
  'audio',
  'video',
  'document',
  'resource',
];

/** Looks for a reference, then for bytes, directly in `record`. */
function locate(record: JsonRecord): Place | undefined {
  const reference = stringField(record, ...referenceKeys);
  if (reference !== undefined) return dataUrl(reference) ?? { uri: bounded(reference) };
  for (const key of byteKeys) {
    const value = field(record, key);
    if (typeof value === 'string' && value !== '') return locateText(value);
    if (value instanceof Uint8Array) return { inlineBytes: value.byteLength, content: value };
    if (isRecord(value)) {
      const bytes = bufferOf(value);
      if (bytes !== undefined) return { inlineBytes: bytes.length, content: bytes };
    }
  }
  const s3 = recordField(record, 's3Location');
  return s3 ? { uri: stringField(s3, 'uri') } : undefined;
}

const referenceKeys = [
  'uri',
  'url',
  'image_url',
  'imageUrl',
  'audio_url',
  'video_url',
  'document_url',
  'file_uri',
  'fileUri',
  'file_url',
  'fileUrl',
  'file_id',
  'fileId',
];
/** Where bytes stand as base64; some shapes put a URL there as well. */
const byteKeys = ['image', 'data', 'content', 'bytes', 'base64', 'file_data', 'audio', 'file'];

function locateText(text: string): Place {
  const inline = dataUrl(text);
  if (inline) return inline;
  if (/^[A-Za-z][A-Za-z0-9+.-]{1,20}:/.test(text)) return { uri: bounded(text) };
  return { inlineBytes: base64Size(text), content: { text, start: 0, isBase64: true } };
}

/** Size and type of a `data:` URL; `undefined` for anything else. */
function dataUrl(text: string): Place | undefined {
  if (!text.startsWith('data:')) return undefined;
  const head = text.slice(5, 305).split(',', 1)[0] ?? '';
  const start = 5 + head.length + 1;
  const mimeType = head.split(';', 1)[0];
  const isBase64 = head.endsWith(';base64');
  const inlineBytes = isBase64 ? base64Size(text, start) : Math.max(0, text.length - start);
  const content = { text, start, isBase64 };
  return mimeType ? { inlineBytes, mimeType, content } : { inlineBytes, content };
}

function bounded(uri: string): string {
  return uri.length <= 8192 ? uri : `${uri.slice(0, 8192)}…`;
}

/** `{"type":"Buffer","data":[…]}`, as `JSON.stringify` writes Node's buffers. */
function bufferOf(value: JsonRecord): readonly unknown[] | undefined {
  const data = field(value, 'data');
  return field(value, 'type') === 'Buffer' && Array.isArray(data) ? (data as readonly unknown[]) : undefined;
}

function mimeOf(record: JsonRecord): string | undefined {
  const mime = firstField(
    record,
    'mime_type',
    'mimeType',
    'media_type',
    'mediaType',
    'contentType',
    'content_type',
  );
  return typeof mime === 'string' && mime.includes('/') ? mime : undefined;
}

/** Bedrock and OpenAI name a format only: `{format: "png"}`, `{format: "wav"}`. */
function formatMime(record: JsonRecord, type: string): string | undefined {
  const format = stringField(record, 'format');
  if (format === undefined || !/^\w{1,10}$/.test(format)) return undefined;
  const kind = modalityOf(type, undefined, undefined);
  return kind === 'file' ? undefined : `${kind}/${format}`;
}

function modalityOf(type: string, modality: string | undefined, mimeType: string | undefined): Modality {
  for (const text of [modality, mimeType, type]) {
    if (text === undefined) continue;
    if (text.includes('image')) return 'image';
    if (text.includes('audio')) return 'audio';
    if (text.includes('video')) return 'video';
    if (text.includes('document') || text.startsWith('application/') || text.startsWith('text/'))
      return 'file';
  }
  return 'file';
}
