import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BenchRow } from './row.ts';

const root = path.resolve(import.meta.dirname, '../..');
const bundles = [
  ...['extension.js', 'engine.js', 'indexer.js', 'code.js', 'flame.js', 'cliMain.js'],
  ...['webview/details.js', 'webview/compare.js', 'webview/flame.js'],
];

/** Sizes of what is shipped. The VSIX is packaged for it: one that lies there may be of any age. */
export function benchSizes(): BenchRow[] {
  return [
    ...bundles.map((file) => ({
      name: `bundle ${file}`,
      value: statSync(path.join(root, 'dist', file)).size / 1024,
      unit: 'kB',
    })),
    { name: 'VSIX', value: packagedBytes() / 1024 / 1024, unit: 'MB', goal: { is: '≤', value: 2 } },
  ];
}

function packagedBytes(): number {
  execFileSync(process.execPath, ['scripts/package.mjs'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
  };
  return statSync(path.join(root, `${name}-${version}.vsix`)).size;
}
