import { spanId, traceId } from './samples.ts';

/** A length-delimited protobuf field. */
export function field(number: number, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

export interface StoredSpan {
  readonly trace: number;
  readonly span: number;
  readonly text: string;
}

/** A traces request with the spans' texts as names, and the place of each span's body in it. */
export function tracesRequest(spans: readonly StoredSpan[]): {
  bytes: Buffer;
  places: { offset: number; length: number }[];
} {
  return request(spans, ({ trace, span, text }) => [
    field(1, Buffer.from(traceId(trace), 'hex')),
    field(2, Buffer.from(spanId(span), 'hex')),
    field(5, text),
    field(99, 'a field from the future'),
  ]);
}

export function logsRequest(records: readonly StoredSpan[]): {
  bytes: Buffer;
  places: { offset: number; length: number }[];
} {
  return request(records, ({ trace, span, text }) => [
    field(5, field(1, text)),
    field(9, Buffer.from(traceId(trace), 'hex')),
    field(10, Buffer.from(spanId(span), 'hex')),
  ]);
}

function request(
  records: readonly StoredSpan[],
  encode: (record: StoredSpan) => Buffer[],
): { bytes: Buffer; places: { offset: number; length: number }[] } {
  const bodies = records.map((record) => Buffer.concat(encode(record)));
  const scope = Buffer.concat([field(1, field(1, 'scope')), ...bodies.map((body) => field(2, body))]);
  const bytes = field(1, Buffer.concat([field(1, 'resource'), field(2, scope)]));
  return { bytes, places: bodies.map((body) => ({ offset: bytes.indexOf(body), length: body.length })) };
}
