import type { SpanKey } from '../model/span.ts';
import type { IndexedSpan } from '../store/api.ts';
import type { Indexer } from './indexer.ts';
import type { Interpreted } from './row.ts';

/** A span's row with its content from the journal; undefined when either is gone. */
export function readSpan(
  indexer: Pick<Indexer, 'reader' | 'interpreter'>,
  key: SpanKey,
): { indexed: IndexedSpan; item: Interpreted } | undefined {
  const { reader } = indexer;
  const indexed = reader?.span(key);
  if (!reader || !indexed) return undefined;
  const item = indexer.interpreter.readWhole(indexed, reader.logs(key));
  return item && { indexed, item };
}
