import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from '../../../scripts/lib/install.mjs';
import { npm } from '../../../scripts/lib/npm.mjs';
import { cacheFolder, fromRoot } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/processes.mjs';
import { json, jsonLines, serve, temporaryFolder } from '../../engine/support/serve.ts';
import type { LiveSpan, Place } from '../../support/liveSpan.ts';
import { startModelService } from '../../support/modelService.ts';

/** A span of the recording: `site` is the user's call, for a tool its definition, and `caller` its call. */
interface TrueSpan {
  readonly name: string;
  readonly kind: string;
  readonly site: Place | null;
  readonly caller?: Place;
  /** Where the innermost frame was in the tracing set-up file: right as well. */
  readonly in_setup?: Place;
}

export interface SiteScore {
  readonly total: number;
  readonly right: number;
  readonly byResolver: ReadonlyMap<string, number>;
  /** Spans of the recording that no span of this run answers to, as text. */
  readonly unfound: readonly string[];
  readonly code: number | null;
  readonly output: string;
}

interface Manifest {
  readonly scripts: { readonly start: string; readonly build?: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * A recorded program in a folder of `.cache` with its packages and, for TypeScript, compiled.
 *
 * @throws where the registry is not there
 */
export async function preparedProgram(name: string, log: (line: string) => void): Promise<string> {
  const folder = path.join(cacheFolder, 'javascript', name);
  const recorded = fromRoot('test/fixtures/captures', name, 'program');
  const manifest = readFileSync(path.join(recorded, 'package.json'), 'utf8');
  await installOnce({
    folder,
    version: manifest,
    log,
    steps: [
      {
        name: `Installing the packages of ${name}`,
        run: async (target: string) => {
          mkdirSync(target, { recursive: true });
          cpSync(path.join(recorded, 'package.json'), path.join(target, 'package.json'));
          await npm(['install', '--ignore-scripts', '--legacy-peer-deps', '--no-package-lock'], {
            cwd: target,
          });
        },
      },
    ],
  });
  cpSync(recorded, folder, { recursive: true });
  const { scripts } = JSON.parse(manifest) as Manifest;
  if (scripts.build !== undefined) {
    rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '--noCheck'], {
      cwd: folder,
      allowFailure: true,
    });
  }
  return folder;
}

/** Runs it with the environment of `cli.js env` and compares what the engine knows with the true lines. */
export async function scoreProgram(
  name: string,
  folder: string,
  kinds: readonly string[],
): Promise<SiteScore> {
  const store = temporaryFolder();
  const db = path.join(store.path, 'traces.db');
  const service = await startModelService();
  const serving = await serve(db);
  try {
    const own = await json<Record<string, string>>(
      ...['env', '--workspace', folder, '--endpoint', serving.url, '--shell', 'json'],
    );
    const start = (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest).scripts
      .start;
    // The server of one program has a client beside it that asks and ends.
    const words = start.replace('server.js', 'start.js').split(' ').slice(1);
    const { code, output } = await run(process.execPath, words, {
      cwd: folder,
      env: { ...process.env, ...own, ...service.env, ...receivers(serving.url) },
      allowFailure: true,
      timeoutMs: 120_000,
    });
    const spans = await jsonLines<LiveSpan>('spans', '--db', db, '--workspace', folder);
    return { ...compare(name, spans, kinds, folder), code, output };
  } finally {
    await serving.stop();
    await service.close();
    store.remove();
  }
}

/** For exporters with settings of their own. */
function receivers(url: string): Record<string, string> {
  return {
    SINK_HTTP: url,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    LANGFUSE_BASE_URL: url,
    LANGFUSE_PUBLIC_KEY: 'none',
    LANGFUSE_SECRET_KEY: 'none',
  };
}

/** Each true span takes one live span of its name that has its line; spans of one name are alike but for that. */
function compare(
  name: string,
  spans: readonly LiveSpan[],
  kinds: readonly string[],
  folder: string,
): Pick<SiteScore, 'total' | 'right' | 'byResolver' | 'unfound'> {
  const file = fromRoot('test/fixtures/captures', name, 'callsites.json');
  const truth = (JSON.parse(readFileSync(file, 'utf8')) as { spans: readonly TrueSpan[] }).spans.filter(
    ({ kind, site }) => kinds.includes(kind) && site !== null,
  );
  const left = [...spans];
  const byResolver = new Map<string, number>();
  const unfound: string[] = [];
  for (const span of truth) {
    const index = left.findIndex((live) => live.name === span.name && isRight(live, span, folder));
    if (index < 0) {
      unfound.push(`${span.kind} ${span.name} at ${span.site?.file}:${span.site?.line}`);
      continue;
    }
    const [{ source }] = left.splice(index, 1) as [LiveSpan];
    const resolver = source?.resolver ?? 'none';
    byResolver.set(resolver, (byResolver.get(resolver) ?? 0) + 1);
  }
  return { total: truth.length, right: truth.length - unfound.length, byResolver, unfound };
}

function isRight(
  { source }: LiveSpan,
  { kind, site, caller, in_setup: setup }: TrueSpan,
  folder: string,
): boolean {
  if (!source) return false;
  const is = (place: Place | undefined | null, found: Place): boolean =>
    place !== undefined &&
    place !== null &&
    found.line === place.line &&
    path.resolve(folder, found.file) === path.resolve(folder, place.file);
  if (kind !== 'tool') return is(site, source) || is(setup, source);
  return is(site, source) || [source, ...source.frames].some((frame) => is(caller ?? site, frame));
}
