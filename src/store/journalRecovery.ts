import { copyFileSync, constants, truncateSync, unlinkSync } from 'node:fs';
import type { DamageReport } from './api.ts';
import { storageErrorFrom } from './errors.ts';
import { SegmentFile, segmentPath } from './segmentFile.ts';
import { decodeRecordHeader, isIntact, recordHeaderBytes, segmentHeaderBytes } from './segmentFormat.ts';

/** Name for a damaged file that is kept: `PATH.corrupt-<time>`. */
export function setAsideName(path: string, now: number): string {
  return `${path}.corrupt-${new Date(now).toISOString().replace(/[-:.]/g, '')}`;
}

/**
 * Mends the segment that was being written when its process ended: a record that is not whole was never
 * acknowledged and is cut off; damage before intact records stays where it is (readers step over it).
 * Whenever whole but damaged bytes are met, which may have been acknowledged, the file is copied aside first
 * and the damage reported.
 * @throws StorageError
 */
export function recoverSegment(
  dir: string,
  number: number,
  now: number,
  onDamage: (report: DamageReport) => void,
): void {
  const path = segmentPath(dir, number);
  const file = SegmentFile.open(dir, number);
  if (!file) return;
  const scan = scanSegment(file);
  const size = file.size();
  file.close();
  try {
    let setAside: string | undefined;
    if (scan.damagedBytes > 0) {
      setAside = setAsideName(path, now);
      copyFileSync(path, setAside, constants.COPYFILE_FICLONE);
      const message = `Journal segment ${number}: ${scan.damagedBytes} damaged bytes; a copy was set aside`;
      onDamage({ what: 'journal', file: path, message, setAside, lostBytes: scan.damagedBytes });
    }
    if (scan.end <= segmentHeaderBytes) unlinkSync(path);
    else if (scan.end < size) truncateSync(path, scan.end);
  } catch (error) {
    throw storageErrorFrom(error, `Cannot mend ${path}`);
  }
}

const chunkBytes = 4 << 20;

/** `end`: behind the last intact record; `damagedBytes`: what is neither intact nor merely unfinished. */
function scanSegment(file: SegmentFile): { end: number; damagedBytes: number } {
  const size = file.size();
  const salt = file.header()?.salt;
  if (salt === undefined) return { end: 0, damagedBytes: size >= segmentHeaderBytes ? size : 0 };
  const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size));
  let damagedBytes = 0;
  let offset = segmentHeaderBytes;
  for (;;) {
    const skipped = intactBytes(
      chunk,
      file.readAt(chunk, 0, offset, Math.min(chunk.length, size - offset)),
      salt,
    );
    offset += skipped;
    if (skipped > 0) continue;
    const found = file.inspect(offset, size, salt);
    if (found.is === 'record') {
      offset += recordHeaderBytes + found.length;
      continue;
    }
    if (offset >= size) return { end: offset, damagedBytes };
    const intact = file.findRecord(offset + 1, size, salt);
    if (intact === undefined)
      return { end: offset, damagedBytes: damagedBytes + (found.is === 'bad' ? size - offset : 0) };
    damagedBytes += intact - offset;
    offset = intact;
  }
}

/** Length of the run of intact records that `bytes` begins with. */
function intactBytes(bytes: Buffer, length: number, salt: number): number {
  let at = 0;
  while (length - at >= recordHeaderBytes) {
    const header = decodeRecordHeader(bytes, at, salt);
    if (
      !header ||
      length - at < recordHeaderBytes + header.length ||
      !isIntact(bytes, at, header.length, salt)
    )
      break;
    at += recordHeaderBytes + header.length;
  }
  return at;
}
