import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalPosition } from '../store/api.ts';
import type { IndexWriter } from '../store/indexWriter.ts';

const attempts = 20;
const waitMs = 100;

/**
 * Leaves no row and no byte of one in the index; reading goes on at `position`. Another window that is reading is
 * waited for: its query ends soon. @throws StorageError when it does not
 */
export async function emptyIndex(
  writer: IndexWriter,
  position: JournalPosition,
  isClosed: () => boolean,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      writer.deleteAll(position);
      return;
    } catch (error) {
      if (attempt === attempts || isClosed()) throw error;
      await sleep(waitMs);
    }
  }
}
