import type { SpanKey } from '../model/span.ts';
import type { JournalPosition } from './api.ts';
import type { IndexReader } from './indexReader.ts';
import type { JournalReader } from './journalReader.ts';

export interface ContentSearchOptions {
  readonly text: string;
  /** Stop after so many spans. */
  readonly limit: number;
  /** Stop after so many milliseconds. */
  readonly timeMs: number;
  /** Goes on where an earlier search stopped. */
  readonly resume?: JournalPosition | undefined;
  readonly signal?: AbortSignal | undefined;
}
export interface ContentSearchResult {
  readonly spans: readonly SpanKey[];
  /** Where to go on; undefined when the whole journal was searched. */
  readonly resume: JournalPosition | undefined;
}

/** Finds text in the journal's bytes, newest segment first; gives the thread back between chunks. ASCII case is ignored. */
export function searchContent(
  _journal: JournalReader,
  _index: IndexReader,
  _options: ContentSearchOptions,
): Promise<ContentSearchResult> {
  throw new Error('in the making');
}
