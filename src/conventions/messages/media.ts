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
  const holder = mediaHolder(part);
  const mimeType =
    mimeOf(part) ??
    (holder ? mimeOf(holder) : undefined) ??
    (formatMime(part, type) || formatMime(holder, type));
  const where = locate(part) ?? (holder ? locate(holder) : undefined);
  return media(modalityOf(type, stringField(part, 'modality'), where?.mimeType ?? mimeType), where, mimeType);
}

/** Reads a bare URL or base64 text as an image or the like, as in Ollama's `images`. */
export function readMediaText(text: string, modality: Modality): MessagePart {
  return media(modality, locateText(text), undefined);
}

interface Place {
  readonly uri?: string | undefined;
  readonly inlineBytes?: number | undefined;
  readonly mimeType?: string | undefined;
}

function media(modality: Modality, where: Place | undefined, mimeType: string | undefined): Media {
  const mime = mimeType ?? where?.mimeType;
  return {
    type: 'media',
    modality,
    ...(mime === undefined ? {} : { mimeType: mime.slice(0, 200) }),
    ...(where?.uri === undefined ? {} : { uri: where.uri }),
    ...(where?.inlineBytes === undefined ? {} : { inlineBytes: where.inlineBytes }),
  };
}

/** The member that holds the content where it is not the part itself: `image_url`, `source`, `inline_data`, … */
function mediaHolder(part: JsonRecord): JsonRecord | undefined {
  const holder = recordField(part, ...holderKeys);
  if (!holder) return undefined;
  return recordField(holder, 'source', 'image', 'audio', 'file') ?? holder;
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
  for (const key of placeKeys) {
    const value = field(record, key);
    if (typeof value === 'string' && value !== '')
      return locateText(value, field(record, 'type') === 'base64');
    if (value instanceof Uint8Array) return { inlineBytes: value.byteLength };
    if (value instanceof URL) return { uri: value.href };
    if (isRecord(value)) {
      const bytes = bufferSize(value);
      if (bytes !== undefined) return { inlineBytes: bytes };
    }
  }
  const s3 = recordField(record, 's3Location');
  return s3 ? { uri: stringField(s3, 'uri') } : undefined;
}

const placeKeys = [
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
  'image',
  'data',
  'content',
  'bytes',
  'base64',
  'file_data',
  'audio',
  'file',
];

/** A URL, a `data:` URL, an id, or base64 text. */
function locateText(text: string, isBase64 = false): Place {
  if (text.startsWith('data:')) {
    const comma = text.indexOf(',');
    if (comma > 0 && comma < 300) {
      const head = text.slice(5, comma);
      const mimeType = head.split(';')[0];
      const inlineBytes = head.endsWith(';base64') ? base64Size(text, comma + 1) : text.length - comma - 1;
      return mimeType ? { inlineBytes, mimeType } : { inlineBytes };
    }
  }
  if (!isBase64 && (text.length < 120 || /^[A-Za-z][A-Za-z0-9+.-]{1,20}:/.test(text))) {
    const short = text.length <= 8192 ? text : `${text.slice(0, 8192)}…`;
    if (text.includes(':') || /^[\w-]{1,100}$/.test(text) || /^[/.~\\]/.test(text)) return { uri: short };
  }
  return { inlineBytes: base64Size(text) };
}

/** `{"type":"Buffer","data":[…]}`, as `JSON.stringify` writes Node's buffers. */
function bufferSize(value: JsonRecord): number | undefined {
  const data = field(value, 'data');
  return field(value, 'type') === 'Buffer' && Array.isArray(data) ? data.length : undefined;
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
function formatMime(record: JsonRecord | undefined, type: string): string | undefined {
  const format = record ? stringField(record, 'format') : undefined;
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
