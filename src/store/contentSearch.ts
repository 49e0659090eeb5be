import { setImmediate } from 'node:timers/promises';
import type { SpanKey } from '../model/span.ts';
import type { JournalPosition } from './api.ts';
import type { IndexReader } from './indexReader.ts';
import type { JournalReader } from './journalReader.ts';
import { segmentHeaderBytes } from './segmentFormat.ts';

export interface ContentSearchOptions {
  readonly text: string;
  /** Stop after so many spans. */
  readonly limit: number;
  /** Stop after so many milliseconds. */
  readonly timeMs: number;
  /** Goes on where an earlier search stopped. */
  readonly resume?: JournalPosition | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes searched before the thread is given back; 1 MiB unless told. */
  readonly chunkBytes?: number;
}

export interface ContentSearchResult {
  readonly spans: readonly SpanKey[];
  /** Where to go on; undefined when the whole journal was searched. */
  readonly resume: JournalPosition | undefined;
}

const maxNeedle = 1000;

/**
 * Finds text in the journal's bytes, newest segment first and each from its end; gives the thread back
 * between chunks. ASCII case is ignored. Texts are found as they are and inside JSON strings, escaped there
 * or not. A span is given when the text lies in its own bytes or in a log record that names it.
 */
export async function searchContent(
  journal: JournalReader,
  index: IndexReader,
  options: ContentSearchOptions,
): Promise<ContentSearchResult> {
  const needles = needlesOf(options.text);
  if (needles.length === 0) return { spans: [], resume: undefined };
  const overlap = Math.max(...needles.map((needle) => needle.length)) - 1;
  const chunkBytes = Math.max(options.chunkBytes ?? 1 << 20, overlap + 1);
  const until = performance.now() + options.timeMs;
  const found = new Map<string, SpanKey>();
  const segments = journal
    .segments()
    .filter((segment) => !options.resume || segment <= options.resume.segment);
  for (const segment of segments.reverse()) {
    const size = journal.segmentBytes(segment);
    let end = segment === options.resume?.segment ? Math.min(size, options.resume.offset) : size;
    while (end > segmentHeaderBytes) {
      if (found.size >= options.limit || options.signal?.aborted || performance.now() >= until) {
        return { spans: [...found.values()].slice(0, options.limit), resume: { segment, offset: end } };
      }
      const start = Math.max(segmentHeaderBytes, end - chunkBytes);
      // A match that begins in this chunk may end in the one behind, searched before.
      const bytes = journal.readRange(segment, start, Math.min(size, end + overlap) - start);
      for (const key of bytes ? matches(bytes, start, end, needles, segment, index) : []) {
        found.set(`${key.traceId} ${key.spanId}`, key);
      }
      end = start;
      await setImmediate();
    }
  }
  return { spans: [...found.values()].slice(0, options.limit), resume: undefined };
}

function* matches(
  bytes: Uint8Array,
  start: number,
  end: number,
  needles: readonly Needle[],
  segment: number,
  index: IndexReader,
): Generator<SpanKey> {
  const hay = roughly(bytes);
  for (const needle of needles) {
    for (let at = hay.indexOf(needle.rough); at >= 0 && start + at < end;) {
      const span = isAt(bytes, at, needle.bytes) ? index.spanAt({ segment, offset: start + at }) : undefined;
      if (span) yield { traceId: span.traceId, spanId: span.spanId };
      // One match a span will do.
      at = hay.indexOf(needle.rough, span ? Math.max(at + 1, span.end - start) : at + 1);
    }
  }
}

interface Needle {
  /** As `roughly` gives it: finds more than it should. */
  readonly rough: string;
  /** UTF-8, ASCII letters in lower case. */
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * One character a byte, in lower case: fast to search, though bytes of UTF-8 sequences that look like letters
 * fold too.
 */
function roughly(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').toLowerCase();
}

function isAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  return needle.every((byte, i) => lower(bytes[at + i] ?? 0) === byte);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** The byte strings that stand for the text: itself, and as it is written inside JSON strings. */
function needlesOf(text: string): Needle[] {
  const short = text.slice(0, maxNeedle);
  if (short.trim() === '') return [];
  const json = JSON.stringify(short).slice(1, -1);
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([short, json, ascii])].map((needle) => {
    const bytes = Buffer.from(needle).map(lower);
    return { rough: roughly(bytes), bytes, length: bytes.length };
  });
}
