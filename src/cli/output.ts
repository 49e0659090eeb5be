import { once } from 'node:events';

/** Writes to standard output and waits while the reader is slower than we are. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

export async function writeJson(value: unknown): Promise<void> {
  await write(`${JSON.stringify(value)}\n`);
}

export function warn(message: string): void {
  process.stderr.write(`llm-trace-inspector: ${message}\n`);
}
