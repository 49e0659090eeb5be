import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startSpanSink, type SunkSpan } from '../../support/spanSink.ts';

export const hook = path.resolve(import.meta.dirname, '../../../capture/node/register.cjs');
export const programs = path.resolve(import.meta.dirname, '../../fixtures/programs/javascript');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly spans: readonly SunkSpan[];
}

export interface RunOptions {
  readonly cwd?: string;
  /** Without the hook if false. */
  readonly hooked?: boolean;
  /** `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs Node with these arguments to its end, with the hook, and gives the spans it sent. */
export async function runNode(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const sink = await startSpanSink();
  try {
    const { code, out, err } = await spawned(args, {
      ...options,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        SINK_HTTP: sink.url,
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        LANGFUSE_BASE_URL: sink.url,
        LANGFUSE_PUBLIC_KEY: 'none',
        LANGFUSE_SECRET_KEY: 'none',
        ...options.env,
      },
    });
    return { code, out, err, spans: sink.spans() };
  } finally {
    await sink.close();
  }
}

/** As `runNode`, without anything that takes spans. */
export async function spawned(
  args: readonly string[],
  { cwd, hooked = true, env = {} }: RunOptions = {},
): Promise<Omit<Ran, 'spans'>> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: hooked ? `--require ${JSON.stringify(hook)}` : '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

export type Frame = readonly [
  file: string,
  line: number,
  column: number | null,
  name: string | null,
  endLine: number | null,
];

/** Frames and marks of a span, in their order. */
export function captured(span: SunkSpan): readonly (Frame | string)[] {
  const text = span.attributes.get('llm_trace_inspector.frames');
  return typeof text === 'string' ? (JSON.parse(text) as (Frame | string)[]) : [];
}

export function framesOf(span: SunkSpan): readonly Frame[] {
  return captured(span).filter((item): item is Frame => typeof item !== 'string');
}

/** Span name → `file:line` of the line that says `//@ name|name`. */
export function marksOf(file: string): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((text, index) => {
      const names = /\/\/@ (.*)$/.exec(text)?.[1];
      for (const name of names?.split('|') ?? []) marks.set(name, `${file}:${index + 1}`);
    });
  return marks;
}

/** Span name → `file:line` of its innermost frame. */
export function placesOf(spans: readonly SunkSpan[]): ReadonlyMap<string, string> {
  return new Map(
    spans.map((span) => {
      const [frame] = framesOf(span);
      return [span.name, frame ? `${frame[0]}:${frame[1]}` : 'nowhere'];
    }),
  );
}
