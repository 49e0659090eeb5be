import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Signal } from '../../../../src/otlp/types.ts';

export interface Capture {
  /** Folder and file. */
  readonly name: string;
  readonly signal: Signal;
  readonly encoding: 'protobuf' | 'json';
  readonly bytes: Uint8Array;
}

const folder = join(import.meta.dirname, '../../../fixtures/captures');
const fileName = /^\d+-(traces|logs|metrics)\.(pb|json)$/;

/** Every export request that real instrumentations sent. */
export function readCaptures(): Capture[] {
  const captures: Capture[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const file of readdirSync(join(folder, entry.name))) {
      const match = fileName.exec(file);
      if (!match) continue;
      captures.push({
        name: `${entry.name}/${file}`,
        signal: match[1] as Signal,
        encoding: match[2] === 'pb' ? 'protobuf' : 'json',
        bytes: readFileSync(join(folder, entry.name, file)),
      });
    }
  }
  return captures;
}
