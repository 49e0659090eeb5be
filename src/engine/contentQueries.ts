import type { Handlers } from '../base/channel.ts';
import type { SpanKey } from '../model/span.ts';
import type { DetailsQueries } from '../protocol/details.ts';
import type { Indexer } from './indexer.ts';
import { readSpan } from './readSpan.ts';
import { recordedRequest } from './recordedRequest.ts';
import type { Interpreted } from './row.ts';
import { inlineImage, rawSpan, wholeText, wholeValue } from './spanContent.ts';

/** Answers what is asked of one span's content, read from the journal again. */
export function contentQueries(
  indexer: Pick<Indexer, 'reader' | 'journal' | 'interpreter'>,
): Required<Handlers<DetailsQueries>> {
  const ask = <T>(key: SpanKey, query: (item: Interpreted) => T | undefined): T | null => {
    const found = readSpan(indexer, key);
    return (found && query(found.item)) ?? null;
  };
  const textOf = (text: string | undefined) => (text === undefined ? undefined : { text });
  return {
    'spans/text': (place) => ask(place, (item) => textOf(wholeText(item, place))),
    'spans/image': (place) => ask(place, (item) => inlineImage(item, place)),
    'spans/value': (place) => ask(place, (item) => textOf(wholeValue(item, place))),
    'spans/raw': ({ traceId, spanId }) => {
      const key = { traceId, spanId };
      const indexed = indexer.reader?.span(key);
      if (!indexed) return null;
      return rawSpan(indexer.journal, indexed.range, indexer.reader?.logs(key) ?? []) ?? null;
    },
    'spans/request': (key) => ask(key, recordedRequest),
    'pricing/price': (call) =>
      indexer.interpreter.priceOf({ ...call, kind: 'llm', requestModel: call.model }),
  };
}
