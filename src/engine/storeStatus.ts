import type { IndexReader } from '../store/indexReader.ts';
import type { IndexWriter } from '../store/indexWriter.ts';
import type { JournalReader } from '../store/journalReader.ts';
import type { IndexerStatus } from './indexerProtocol.ts';

/** Of a store that cannot be read. */
export const nothingRead: IndexerStatus = {
  spans: 0,
  traces: 0,
  indexBytes: 0,
  journalBytes: 0,
  behindBytes: 0,
  prunedSpans: 0,
  prunedTraces: 0,
  today: { modelCalls: 0, cost: { known: undefined, unknownCalls: 0 } },
};

/** What the store holds; `writer` only for its owner. @throws StorageError */
export function readStatus(
  reader: IndexReader | undefined,
  writer: IndexWriter | undefined,
  journal: JournalReader,
): IndexerStatus {
  const position = writer?.position ?? reader?.position ?? { segment: 0, offset: 0 };
  const counts = reader?.counts() ?? { spans: 0, traces: 0, indexBytes: 0 };
  const counters = reader?.counters();
  const midnight = new Date().setHours(0, 0, 0, 0);
  return {
    ...counts,
    journalBytes: journal.totalBytes(),
    behindBytes: journal.bytesAfter(position),
    prunedSpans: counters?.get('prunedSpans') ?? 0,
    prunedTraces: counters?.get('prunedTraces') ?? 0,
    today: reader?.totalsSince(midnight) ?? nothingRead.today,
  };
}
