import { readFileSync } from 'node:fs';
import type { Context } from 'mocha';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { pythonWith } from '../../../scripts/lib/python.mjs';

/** The hook as it is in the repository. */
export const hookFolder = fromRoot('capture/python');

/** Recorded programs that run live: their packages are small, and fit together. */
export const programs = [
  'py-seed-manual',
  'py-oi-openai',
  'py-anthropic-native',
  'py-oi-anthropic',
  'py-oi-mcp',
  'py-pydantic-ai',
] as const;

/**
 * A Python with what the recorded programs need, and OpenTelemetry's own launcher. Skips the suite where it cannot be
 * had.
 */
export async function capturePython(context: Context): Promise<string> {
  const lines = programs.flatMap((name) =>
    readFileSync(fromRoot('test/fixtures/captures', name, 'program/requirements.txt'), 'utf8').split(/\s+/),
  );
  // The JSON exporters, which none of these programs uses, ask for another SDK.
  const wanted = lines.filter((line) => line !== '' && !line.includes('otlp-json'));
  const packages = [...new Set([...wanted, 'opentelemetry-distro'])].sort();
  try {
    return await pythonWith(packages, (line) => console.log(`    ${line}`), 'python-capture');
  } catch (error) {
    console.log(`    skipped: ${error instanceof Error ? error.message : String(error)}`);
    return context.skip();
  }
}
