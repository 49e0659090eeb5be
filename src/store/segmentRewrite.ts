import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { blankTraces } from './blanking.ts';
import { storageErrorFrom } from './errors.ts';
import { SegmentFile, segmentPath } from './segmentFile.ts';
import {
  decodeRecordHeader,
  encodeRecordHeader,
  flagBlanked,
  isIntact,
  recordHeaderBytes,
  segmentHeaderBytes,
} from './segmentFormat.ts';

const chunkBytes = 4 << 20;

/** What is to go. */
export interface Blanked {
  /** Lower-case hex. */
  readonly traceIds: ReadonlySet<string>;
  /** File offsets of records that belong to these traces without naming them. */
  readonly offsets?: ReadonlySet<number> | undefined;
}

/**
 * Blanks traces out of a closed segment: written beside it, synced, then put in its place, so that a crash
 * leaves the one or the other. Returns how many spans and log records were blanked; a segment without any is
 * left alone.
 * @throws StorageError
 */
export async function blankInSegment(dir: string, number: number, what: Blanked): Promise<number> {
  const source = SegmentFile.open(dir, number);
  if (!source) return 0;
  const path = segmentPath(dir, number);
  const temporary = `${path}.tmp`;
  try {
    const salt = source.header()?.salt;
    if (salt === undefined) return 0;
    const target = await open(temporary, 'w', 0o600);
    let count = 0;
    try {
      count = await copyBlanked(source, target, salt, what);
      await target.sync();
    } finally {
      await target.close();
    }
    if (count > 0) await rename(temporary, path);
    else await unlink(temporary);
    return count;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw storageErrorFrom(error, `Cannot rewrite journal segment ${number}`);
  } finally {
    source.close();
  }
}

async function copyBlanked(
  source: SegmentFile,
  target: FileHandle,
  salt: number,
  what: Blanked,
): Promise<number> {
  const size = source.size();
  const header = Buffer.alloc(Math.min(segmentHeaderBytes, size));
  source.readAt(header, 0, 0, header.length);
  await target.writeFile(header);
  let count = 0;
  let wanted = chunkBytes;
  for (let offset = header.length; offset < size;) {
    const bytes = Buffer.allocUnsafe(Math.min(wanted, size - offset));
    source.readAt(bytes, 0, offset, bytes.length);
    const { end, blanked, missing } = blankRecords(bytes, offset, salt, what);
    if (end === 0 && missing > bytes.length && missing <= size - offset) {
      wanted = missing;
      continue;
    }
    count += blanked;
    wanted = chunkBytes;
    if (end > 0) {
      await target.writeFile(bytes.subarray(0, end));
      offset += end;
    } else {
      // Damage is copied as it is, up to the next record.
      const until = source.findRecord(offset + 1, size, salt) ?? size;
      const length = Math.min(chunkBytes, until - offset);
      const damaged = Buffer.alloc(length);
      source.readAt(damaged, 0, offset, length);
      await target.writeFile(damaged);
      offset += length;
    }
    await setImmediate();
  }
  return count;
}

/**
 * Blanks in the run of intact records that `bytes`, `fileOffset` in the file, begins with; `end` is where it ends. `missing`: bytes that
 * the record there needs, when it is longer than `bytes`.
 */
function blankRecords(
  bytes: Buffer,
  fileOffset: number,
  salt: number,
  { traceIds, offsets }: Blanked,
): { end: number; blanked: number; missing: number } {
  const few = traceIds.size <= 16 ? [...traceIds].map((id) => Buffer.from(id, 'hex')) : undefined;
  let blanked = 0;
  let at = 0;
  while (bytes.length - at >= recordHeaderBytes) {
    const header = decodeRecordHeader(bytes, at, salt);
    const total = recordHeaderBytes + (header?.length ?? 0);
    if (header && bytes.length - at < total) return { end: at, blanked, missing: total };
    if (!header || !isIntact(bytes, at, header.length, salt)) break;
    const payload = bytes.subarray(at + recordHeaderBytes, at + total);
    const start = fileOffset + at + recordHeaderBytes;
    const mayHold = few?.some((id) => payload.includes(id)) ?? true;
    if (
      header.signal !== 'metrics' &&
      (mayHold || (offsets && offsets.size > 0 && header.signal === 'logs'))
    ) {
      const isMeant = (offset: number): boolean => offsets?.has(start + offset) ?? false;
      const count = blankTraces(payload, header.signal, traceIds, isMeant);
      if (count > 0)
        encodeRecordHeader(bytes, at, { ...header, flags: header.flags | flagBlanked }, payload, salt);
      blanked += count;
    }
    at += total;
  }
  return { end: at, blanked, missing: 0 };
}
