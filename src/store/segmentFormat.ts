import { crc32 } from 'node:zlib';
import type { Signal } from '../otlp/types.ts';

/**
 * The bytes of a journal segment, little-endian.
 *
 * Header, 64 bytes: the same 32 bytes twice, so that one damaged sector does not cost the segment: magic (8),
 * version u32, number u32, created f64 (ms since the epoch), salt u32, crc32 of the 28 bytes before.
 *
 * Record: magic u32, crc32 u32 (of everything behind it, payload included), check u16 (crc32 of the rest of
 * the header), signal u8, flags u8, payload length u32, receivedAt f64, payload. Both sums start from the
 * segment's random salt, so that nobody can put bytes into a payload that pass for a record.
 */
export const segmentVersion = 1;
export const segmentHeaderBytes = 64;
export const recordHeaderBytes = 24;
/** Record flag: spans or log records were blanked out of the payload on the user's request. */
export const flagBlanked = 1;

const half = 32;
const segmentMagic = Buffer.from('LLMTRSEG', 'latin1');
export const recordMagic = Buffer.from([0xa7, 0x52, 0x45, 0xc3]);
const recordMagicWord = recordMagic.readUInt32LE(0);
const signals: readonly Signal[] = ['traces', 'logs', 'metrics'];

export interface SegmentHeader {
  readonly version: number;
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly salt: number;
}

export interface RecordHeader {
  readonly signal: Signal;
  readonly flags: number;
  readonly length: number;
  readonly receivedAt: number;
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  segmentMagic.copy(bytes, 0);
  bytes.writeUInt32LE(header.version, 8);
  bytes.writeUInt32LE(header.number, 12);
  bytes.writeDoubleLE(header.created, 16);
  bytes.writeUInt32LE(header.salt, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
  bytes.copy(bytes, half, 0, half);
  return bytes;
}

/** Returns undefined when neither copy is intact. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  for (let at = 0; at + half <= bytes.length && at <= half; at += half) {
    const copy = bytes.subarray(at, at + half);
    if (!copy.subarray(0, 8).equals(segmentMagic) || crc32(copy.subarray(0, 28)) !== copy.readUInt32LE(28))
      continue;
    return {
      version: copy.readUInt32LE(8),
      number: copy.readUInt32LE(12),
      created: copy.readDoubleLE(16),
      salt: copy.readUInt32LE(24),
    };
  }
  return undefined;
}

function headerCheck(bytes: Buffer, at: number, salt: number): number {
  return crc32(bytes.subarray(at + 10, at + recordHeaderBytes), salt) & 0xffff;
}

/** Writes a record's header at `at`; the payload's sum is taken from `payload`, which may lie anywhere. */
export function encodeRecordHeader(
  bytes: Buffer,
  at: number,
  header: Omit<RecordHeader, 'length'>,
  payload: Uint8Array,
  salt: number,
): void {
  bytes.writeUInt32LE(recordMagicWord, at);
  bytes[at + 10] = signals.indexOf(header.signal);
  bytes[at + 11] = header.flags;
  bytes.writeUInt32LE(payload.length, at + 12);
  bytes.writeDoubleLE(header.receivedAt, at + 16);
  bytes.writeUInt16LE(headerCheck(bytes, at, salt), at + 8);
  bytes.writeUInt32LE(crc32(payload, crc32(bytes.subarray(at + 8, at + recordHeaderBytes), salt)), at + 4);
}

/** The header at `at`, or undefined when those 24 bytes are none. Says nothing of the payload. */
export function decodeRecordHeader(bytes: Buffer, at: number, salt: number): RecordHeader | undefined {
  if (bytes.readUInt32LE(at) !== recordMagicWord) return undefined;
  if (bytes.readUInt16LE(at + 8) !== headerCheck(bytes, at, salt)) return undefined;
  const signal = signals[bytes[at + 10] ?? 255];
  if (!signal) return undefined;
  return {
    signal,
    flags: bytes[at + 11] ?? 0,
    length: bytes.readUInt32LE(at + 12),
    receivedAt: bytes.readDoubleLE(at + 16),
  };
}

/** Whether the whole record at `at`, of that payload length, is as it was written. */
export function isIntact(bytes: Buffer, at: number, length: number, salt: number): boolean {
  return crc32(bytes.subarray(at + 8, at + recordHeaderBytes + length), salt) === bytes.readUInt32LE(at + 4);
}
