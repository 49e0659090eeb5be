import { crc32 } from 'node:zlib';
import type { Json } from './schemaValues.ts';

/** Events in AWS's event stream encoding: lengths, headers and payload between checksums. */
export function bedrockFrames(events: readonly (readonly [name: string, payload: Json])[]): Buffer {
  return Buffer.concat(events.map(([name, payload]) => frame(name, Buffer.from(JSON.stringify(payload)))));
}

function frame(name: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([
    header(':event-type', name),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ]);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([message, checksum(message)]);
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
