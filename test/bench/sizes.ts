import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BenchRow } from './row.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Sizes of what is shipped; the VSIX where one was packaged. */
export function benchSizes(): BenchRow[] {
  const bundles = ['extension.js', 'engine.js', 'indexer.js', 'webview/details.js'].map((file) => ({
    name: `bundle ${file}`,
    value: statSync(path.join(root, 'dist', file)).size / 1024,
    unit: 'kB',
  }));
  const packages = readdirSync(root)
    .filter((file) => file.endsWith('.vsix'))
    .map((file) => ({
      name: 'VSIX',
      value: statSync(path.join(root, file)).size / 1024 / 1024,
      unit: 'MB',
      goal: { is: '≤', value: 2 } as const,
    }));
  return [...bundles, ...packages];
}
