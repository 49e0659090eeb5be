import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/processes.mjs';
import { json, jsonLines, serve, temporaryFolder } from '../../engine/support/serve.ts';
import type { LiveSpan, Place } from '../../support/liveSpan.ts';
import { startScriptedService, type RecordedCall } from './scriptedService.ts';

/** A span of the recording, with every frame of the user's. */
interface TrueSpan {
  readonly name: string;
  readonly kind: string;
  readonly site: Place | null;
  readonly frames: readonly Place[];
}

export interface LiveRun {
  readonly spans: readonly LiveSpan[];
  readonly truth: readonly TrueSpan[];
  readonly missing: readonly RecordedCall[];
  readonly output: string;
}

/**
 * Runs the program of a recording, unchanged, with the environment that `cli.js env` gives, against a service that
 * answers as it did then, and reads back what the engine knows of its spans.
 */
export async function runLive(
  name: string,
  python: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<LiveRun> {
  const recording = fromRoot('test/fixtures/captures', name);
  const info = readJson<{ calls: readonly RecordedCall[] }>(path.join(recording, 'info.json'));
  const folder = temporaryFolder();
  const service = await startScriptedService(info.calls);
  const program = path.join(folder.path, 'program');
  cpSync(path.join(recording, 'program'), program, { recursive: true });
  const db = path.join(folder.path, 'traces.db');
  const serving = await serve(db);
  try {
    const env = await json<Record<string, string>>(
      ...['env', '--workspace', program, '--endpoint', serving.url, '--shell', 'json'],
    );
    const { output } = await run(python, ['app.py'], {
      cwd: program,
      env: { ...process.env, ...env, ...servicesAt(service.url, serving.url), ...extra },
      allowFailure: true,
      timeoutMs: 170_000,
    });
    const spans = await jsonLines<LiveSpan>('spans', '--db', db, '--workspace', program);
    const { spans: truth } = readJson<{ spans: readonly TrueSpan[] }>(path.join(recording, 'callsites.json'));
    return { spans, truth, missing: service.missing(), output };
  } finally {
    await serving.stop();
    await service.close();
    folder.remove();
  }
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** Where clients find their services, and exporters with settings of their own the receiver. */
function servicesAt(service: string, receiver: string): Record<string, string> {
  return {
    MOCK_URL: service,
    OPENAI_BASE_URL: `${service}/v1`,
    OPENAI_API_BASE: `${service}/v1`,
    OPENAI_API_KEY: 'sk-test',
    ANTHROPIC_BASE_URL: service,
    ANTHROPIC_API_BASE: service,
    ANTHROPIC_API_KEY: 'sk-test',
    GOOGLE_GEMINI_BASE_URL: service,
    GOOGLE_API_KEY: 'test',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    LANGFUSE_HOST: receiver,
    LANGFUSE_BASE_URL: receiver,
    LANGFUSE_PUBLIC_KEY: 'pk-test',
    LANGFUSE_SECRET_KEY: 'sk-test',
    TRACELOOP_BASE_URL: receiver,
    TRACELOOP_TELEMETRY: 'false',
    OTEL_EXPORTER: 'otlp_http',
    OTEL_ENDPOINT: `${receiver}/v1/traces`,
    MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver}/v1/traces`,
    HAYSTACK_CONTENT_TRACING_ENABLED: 'true',
    SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS: 'true',
    SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE: 'true',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    CREWAI_DISABLE_TELEMETRY: 'true',
    CREWAI_TRACING_ENABLED: 'false',
    NO_PROXY: '127.0.0.1,localhost',
    PYTHONUNBUFFERED: '1',
  };
}

/** How a program's lines were found, one resolver after the other. */
export interface Score {
  /** Spans of the recording that have a line of the user's. */
  readonly total: number;
  readonly right: number;
  readonly byResolver: ReadonlyMap<string, number>;
  /** Spans that were shown at a line that is not theirs, as if it were sure. */
  readonly surelyWrong: readonly string[];
  readonly unfound: readonly string[];
}

/**
 * Compares the lines of a run with those of the recording: as many spans of a name at a line as then. Ids differ from
 * run to run, so spans are told apart by name. For a tool its definition and the line that called it are both right.
 */
export function scoreOf(run: LiveRun, kinds: readonly string[]): Score {
  const left = run.truth
    .filter(({ frames }) => frames.length > 0)
    .map(({ name, kind, site, frames }) => {
      const places = [...(site ? [site] : []), frames[0]!];
      return { wanted: kinds.includes(kind), keys: places.map((place) => keyOf(name, place)) };
    });
  const total = left.filter(({ wanted }) => wanted).length;
  const byResolver = new Map<string, number>();
  const surelyWrong: string[] = [];
  let right = 0;
  for (const { name, source } of run.spans) {
    if (!source) continue;
    const key = keyOf(name, source);
    const at = left.findIndex(({ keys }) => keys.includes(key));
    const sure = source.confidence === 'exact' || source.confidence === 'certain';
    if (at >= 0) {
      const [{ wanted } = { wanted: false }] = left.splice(at, 1);
      if (!wanted) continue;
      right++;
      byResolver.set(source.resolver, (byResolver.get(source.resolver) ?? 0) + 1);
    } else if (sure) surelyWrong.push(`${key} (${source.confidence}, ${source.resolver})`);
  }
  const unfound = left.filter(({ wanted }) => wanted).map(({ keys }) => keys.join(' or '));
  return { total, right, byResolver, surelyWrong, unfound };
}

function keyOf(name: string, { file, line }: Place): string {
  return `${name.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')} @ ${file}:${line}`;
}
