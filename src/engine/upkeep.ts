import { ChannelError } from '../base/channel.ts';
import type { EngineSettings } from '../protocol/engine.ts';
import type { IndexWriter } from '../store/indexWriter.ts';
import type { JournalReader } from '../store/journalReader.ts';
import { applyRetention, deleteTraces } from '../store/retention.ts';
import { journalDir } from './storePaths.ts';

/**
 * Removes what the store's limits leave no room for, oldest first; counted in the index. Returns a sentence about what
 * went, undefined when nothing did. @throws StorageError
 */
export async function keepWithinLimits(
  writer: IndexWriter,
  journal: JournalReader,
  limits: EngineSettings['store'],
): Promise<string | undefined> {
  const currentSegment = journal.end().segment;
  const { segments, spans, traces } = await applyRetention(writer, journalDir(writer.path), limits, {
    currentSegment,
  });
  if (segments === 0 && spans === 0) return undefined;
  return `The store's limits removed ${traces} traces (${spans} spans).`;
}

/** @throws ChannelError `still-received` when spans of it have come since the journal was rolled */
export async function removeTrace(
  writer: IndexWriter,
  traceId: string,
  currentSegment: number,
): Promise<void> {
  try {
    await deleteTraces(writer, journalDir(writer.path), [traceId], { currentSegment });
  } catch (error) {
    throw error instanceof RangeError ? new ChannelError('still-received', error.message) : error;
  }
}
