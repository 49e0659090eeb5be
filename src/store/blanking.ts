/**
 * Takes spans and log records out of a stored request without moving anything else: the record's bytes are
 * zeroed and its tag made that of a field nobody knows (15), which every decoder steps over. All other bytes,
 * unknown fields included, stay where and as they are, and so do the places the index refers to.
 *
 * Source: opentelemetry-proto, ExportTraceServiceRequest and ExportLogsServiceRequest.
 */
const padField = 15;
const lengthDelimited = 2;

interface Field {
  readonly number: number;
  /** Where the tag starts. */
  readonly tag: number;
  /** Body of a length-delimited field; empty for others. */
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly wireType: number;
}

/** Field numbers on the way from the request to the trace id. */
const shapes = {
  traces: { scopes: 2, records: 2, traceId: 1 },
  logs: { scopes: 2, records: 2, traceId: 9 },
} as const;

/**
 * Blanks the records of those traces in `request`, and those whose body starts at an offset that `isMeant` knows;
 * returns how many. `traceIds`: lower-case hex.
 */
export function blankTraces(
  request: Buffer,
  signal: 'traces' | 'logs',
  traceIds: ReadonlySet<string>,
  isMeant: (offset: number) => boolean = () => false,
): number {
  const shape = shapes[signal];
  let count = 0;
  for (const resource of messages(request, 0, request.length, 1)) {
    for (const scope of messages(request, resource.start, resource.end, shape.scopes)) {
      for (const record of messages(request, scope.start, scope.end, shape.records)) {
        if (!isMeant(record.start) && !names(request, record, shape.traceId, traceIds)) continue;
        request[record.tag] = (padField << 3) | lengthDelimited | ((request[record.tag] ?? 0) & 0x80);
        for (let at = record.tag; ((request[at] ?? 0) & 0x80) !== 0; at++)
          request[at + 1] = (request[at + 1] ?? 0) & 0x80;
        request.fill(0, record.start, record.end);
        count++;
      }
    }
  }
  return count;
}

function names(bytes: Buffer, record: Field, idField: number, traceIds: ReadonlySet<string>): boolean {
  let id = '';
  // The last one counts, as for every field that is not repeated.
  for (const field of messages(bytes, record.start, record.end, idField))
    id = bytes.toString('hex', field.start, field.end);
  return traceIds.has(id);
}

function* messages(bytes: Buffer, start: number, end: number, number: number): Generator<Field> {
  for (let at = start; at < end;) {
    const field = readField(bytes, at, end);
    // Requests were checked before they were stored; what cannot be read is left alone.
    if (!field) return;
    if (field.number === number && field.wireType === lengthDelimited) yield field;
    at = field.next;
  }
}

function readField(bytes: Buffer, tag: number, end: number): Field | undefined {
  const key = readVarint(bytes, tag, end);
  if (!key) return undefined;
  const number = Math.floor(key.value / 8);
  const wireType = key.value % 8;
  const at = key.next;
  const fixed = (length: number): Field | undefined =>
    at + length <= end ? { number, tag, start: at, end: at, next: at + length, wireType } : undefined;
  if (wireType === 1) return fixed(8);
  if (wireType === 5) return fixed(4);
  const value = readVarint(bytes, at, end);
  if (!value) return undefined;
  if (wireType === 0) return { number, tag, start: at, end: at, next: value.next, wireType };
  if (wireType !== lengthDelimited || value.next + value.value > end) return undefined;
  const next = value.next + value.value;
  return { number, tag, start: value.next, end: next, next, wireType };
}

function readVarint(bytes: Buffer, start: number, end: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10 && start + i < end; i++) {
    const byte = bytes[start + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: start + i + 1 };
  }
  return undefined;
}
