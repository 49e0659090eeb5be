import { CallSiteIndex } from '../../src/source/callSiteIndex.ts';
import { SpanResolver } from '../../src/source/resolve/spanResolver.ts';
import { loadParser } from '../../src/workspace/treeSitter.ts';
import { question } from '../unit/source/sources.ts';
import type { BenchRow } from './row.ts';

const grammars = new URL('../../node_modules/@vscode/tree-sitter-wasm/wasm', import.meta.url).pathname;

/** A workspace of `files` Python files of 200 lines, one in twenty of which calls a model. */
export async function benchSources(files: number): Promise<readonly BenchRow[]> {
  const index = new CallSiteIndex(await loadParser(grammars));
  const begun = performance.now();
  for (let i = 0; i < files; i++) index.update(`pkg${i % 40}/module${i}.py`, textOf(i));
  const read = performance.now();
  index.analysis();
  const analysed = performance.now();
  const resolver = new SpanResolver(index);
  const asked = (i: number): void =>
    void resolver.resolve(question({ asked: [`user: Describe the harbour of city number ${i * 20}.`] }));
  asked(0);
  const first = performance.now();
  for (let i = 0; i < 50; i++) asked(i);
  const resolved = performance.now();
  return [
    { name: `${files} files of 200 lines: read`, value: (read - begun) / 1000, unit: 's' },
    {
      name: `${files} files of 200 lines: calls, tools and names found`,
      value: (analysed - read) / 1000,
      unit: 's',
    },
    { name: 'first span found', value: first - analysed, unit: 'ms' },
    { name: 'a further span found', value: (resolved - first) / 50, unit: 'ms' },
  ];
}

function textOf(i: number): string {
  const isModel = i % 20 === 0;
  const lines = isModel
    ? ['from openai import OpenAI', 'client = OpenAI()']
    : ['import json', `from pkg0.module${i - (i % 20)} import ask${i - (i % 20)}`];
  if (isModel)
    lines.push(
      `def ask${i}(text):`,
      '    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])',
      `def city${i}():`,
      `    return ask${i}("Describe the harbour of city number ${i}.")`,
    );
  for (let k = 0; lines.length < 200; k++)
    lines.push(
      `def work_${i}_${k}(rows, limit=${k}):`,
      '    total = [row["value"] * 2 for row in rows if row["value"] > limit]',
      '    print(f"{len(total)} rows", json.dumps({"limit": limit, "total": sum(total)}))',
      `    return helper_${k}(total, name="x${k}")`,
      '',
    );
  return lines.join('\n');
}
