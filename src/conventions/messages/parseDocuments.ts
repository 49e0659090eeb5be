import type { RetrievedDocument } from '../../model/message.ts';
import { isVector, jsonText } from './jsonText.ts';
import { parseLoose } from './looseJson.ts';
import {
  decodeText,
  field,
  firstField,
  idField,
  isRecord,
  recordField,
  type JsonRecord,
} from './structured.ts';

/**
 * Reads retrieved or reranked documents of any known shape: OTel `{id, score, content}`, LangChain
 * (`page_content`), LlamaIndex (`{node, score}`), Haystack, Pinecone's `matches`, Chroma's parallel lists, Cohere's
 * reranked `{index, relevance_score, document}`, plain texts; as JSON text, structured, or in an envelope such as
 * `{documents}`. Vectors are never kept.
 *
 * Never throws; at most 10,000 documents.
 */
export function parseDocuments(value: unknown): RetrievedDocument[] {
  const documents: RetrievedDocument[] = [];
  collect(value, documents, 0);
  return documents;
}

const maxDocuments = 10_000;
const maxDepth = 8;

function collect(value: unknown, documents: RetrievedDocument[], depth: number): void {
  if (depth > maxDepth || documents.length >= maxDocuments || value === undefined || value === null) return;
  if (value instanceof Uint8Array) return collect(decodeText(value), documents, depth + 1);
  if (typeof value === 'string') {
    const loose = parseLoose(value);
    if (loose && typeof loose.value !== 'string') return collect(loose.value, documents, depth + 1);
    const content = typeof loose?.value === 'string' ? loose.value : value;
    if (content.trim() !== '') documents.push({ content });
    return;
  }
  if (Array.isArray(value)) {
    if (isVector(value)) return;
    for (const item of value) {
      if (typeof item === 'string' || isRecord(item) || Array.isArray(item))
        collect(item, documents, depth + 1);
    }
    return;
  }
  if (isRecord(value)) collectRecord(value, documents, depth);
}

const listKeys = [
  'documents',
  'results',
  'matches',
  'nodes',
  'source_nodes',
  'hits',
  'data',
  'points',
  'chunks',
  'output',
];
const contentKeys = [
  'content',
  'text',
  'page_content',
  'pageContent',
  'text_content',
  'chunk',
  'snippet',
  'passage',
  'document',
];
const idKeys = ['id', 'id_', '_id', 'document_id', 'documentId', 'doc_id', 'node_id', 'key', 'index'];
const scoreKeys = ['score', 'relevance_score', 'relevanceScore', 'similarity', '_score', 'distance'];

function collectRecord(record: JsonRecord, documents: RetrievedDocument[], depth: number): void {
  const columns = readColumns(record);
  if (columns) {
    documents.push(...columns.slice(0, maxDocuments - documents.length));
    return;
  }
  const inner = recordField(record, 'document', 'node', 'kwargs', 'payload', '_source') ?? record;
  const document = readDocument(record, inner);
  if (document) {
    documents.push(document);
    return;
  }
  for (const key of listKeys) {
    const list = field(record, key);
    if (typeof list === 'object' && list !== null) return collect(list, documents, depth + 1);
  }
}

function readDocument(outer: JsonRecord, inner: JsonRecord): RetrievedDocument | undefined {
  const metadata = recordField(inner, 'metadata', 'meta') ?? recordField(outer, 'metadata', 'meta');
  const content = contentOf(
    firstField(inner, ...contentKeys) ?? (metadata && firstField(metadata, 'text', 'content')),
  );
  const id =
    idField(inner, ...idKeys) ?? idField(outer, ...idKeys) ?? (metadata && idField(metadata, 'id', 'source'));
  const score = scoreOf(outer) ?? scoreOf(inner) ?? (metadata && scoreOf(metadata));
  if (content === undefined && (id === undefined || score === undefined)) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(score === undefined ? {} : { score }),
    ...(content === undefined ? {} : { content }),
  };
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return undefined;
  if (!isRecord(value)) return undefined;
  const text = firstField(value, 'text', 'content');
  return typeof text === 'string' ? text : jsonText(value);
}

function scoreOf(record: JsonRecord): number | undefined {
  const value = firstField(record, ...scoreKeys);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Chroma's answer: parallel lists, one per query. */
function readColumns(record: JsonRecord): RetrievedDocument[] | undefined {
  const ids = column(record, 'ids');
  const contents = column(record, 'documents');
  const scores = column(record, 'distances') ?? column(record, 'scores');
  if (!ids || !(contents ?? scores)) return undefined;
  return ids.map((id, i) => {
    const content = contents?.[i];
    const score = scores?.[i];
    return {
      id: String(id),
      ...(typeof score === 'number' ? { score } : {}),
      ...(typeof content === 'string' ? { content } : {}),
    };
  });
}

/** One level of nesting removed: `[[a, b]]` and `[a, b]` are the same. */
function column(record: JsonRecord, key: string): readonly unknown[] | undefined {
  const value = field(record, key);
  if (!Array.isArray(value)) return undefined;
  const flat = (value as readonly unknown[]).flat();
  return flat.every((item) => typeof item !== 'object' || item === null) ? flat : undefined;
}
