import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { CallSiteIndex } from '../../src/source/callSiteIndex.ts';
import { PathMap } from '../../src/source/pathMap.ts';
import { locate } from '../../src/source/locate.ts';
import { keyOf } from '../../src/source/resolve/places.ts';
import { SpanResolver } from '../../src/source/resolve/spanResolver.ts';
import { questionOf, type SpanQuestion } from '../../src/source/spanQuestion.ts';
import type { SourceParser } from '../../src/source/syntax/cst.ts';
import type { SourceLocation } from '../../src/model/source.ts';
import { isRead } from '../../src/workspace/walk.ts';
import { decode, fixtures, interpret, readCapture, type ReplayedSpan } from './replay.ts';

/** Where a span was made in truth, recorded beside the telemetry. */
export interface TrueSpan {
  readonly span_id: string;
  readonly trace_id: string;
  readonly name: string;
  readonly kind: 'llm' | 'tool' | 'embedding' | 'other';
  readonly site: { readonly file: string; readonly line: number; readonly end_line: number } | null;
  readonly in_setup?: { readonly file: string; readonly line: number; readonly end_line: number };
}

export interface Answer {
  readonly truth: TrueSpan;
  readonly question: SpanQuestion | undefined;
  readonly location: SourceLocation | undefined;
  readonly isRight: boolean;
}

export interface ProgramAnswers {
  readonly name: string;
  readonly answers: readonly Answer[];
}

/** The captures that tell the true lines and have their program beside them. */
export function capturesWithTruth(): readonly string[] {
  const folder = join(fixtures, 'captures');
  return readdirSync(folder)
    .filter((name) => /^(?:py-|js-site-)/.test(name))
    .filter(
      (name) => existsSync(join(folder, name, 'callsites.json')) && existsSync(join(folder, name, 'program')),
    )
    .sort();
}

/** An index of all sources below a folder. */
export function indexFolder(folder: string, parser: SourceParser): CallSiteIndex {
  const index = new CallSiteIndex(parser);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    // What tsc made of the sources is not a source.
    if (/(?:^|\/)(?:dist|node_modules)\//.test(file) || !isRead(entry.name)) continue;
    index.update(file, readFileSync(join(folder, file), 'utf8'));
  }
  return index;
}

/** The questions of a bunch of replayed spans, as the store's rows would give them. */
export function questionsOf(spans: readonly ReplayedSpan[]): SpanQuestion[] {
  return spans
    .filter(({ facts }) => facts.disposition === 'span')
    .map(({ input, facts, view }) =>
      questionOf(
        {
          traceId: view.traceId,
          spanId: view.spanId,
          parentSpanId: view.parentSpanId,
          name: input.span.name,
          service: view.service,
          scope: view.scope,
          kind: facts.kind,
          dialect: facts.dialect,
          startMicros: view.startMicros,
          durationNanos: (view.endMicros - view.startMicros) * 1000,
          provider: facts.provider,
          requestModel: facts.requestModel,
          responseModel: facts.responseModel,
          toolName: facts.tool?.name,
          agentName: facts.agentName,
          source: locate(facts),
        },
        facts,
        input.span.attributes,
      ),
    );
}

/** Resolves a capture's payloads, which carry no frames, against its program. */
export function answersFor(capture: string, parser: SourceParser): ProgramAnswers {
  const folder = join(fixtures, 'captures', capture);
  const truth = JSON.parse(readFileSync(join(folder, 'callsites.json'), 'utf8')) as { spans: TrueSpan[] };
  const questions = questionsOf(interpret(decode(readCapture(folder))));
  const index = indexFolder(join(folder, 'program'), parser);
  const paths = new PathMap(index.files(), {
    roots: [],
    mappings: [],
    ignoreCase: false,
    absoluteKeys: false,
  });
  const places = new SpanResolver(index, (path) => paths.map(path)).resolveAll(questions);
  const byKey = new Map(questions.map((question) => [keyOf(question), question]));
  const answers = truth.spans
    .filter(({ site }) => site !== null)
    .map((one): Answer => {
      const key = `${one.trace_id}/${one.span_id}`;
      const location = places.get(key);
      return { truth: one, question: byKey.get(key), location, isRight: isRight(location, one) };
    });
  return { name: capture, answers };
}

function isRight(location: SourceLocation | undefined, { site, in_setup: setup }: TrueSpan): boolean {
  if (!location) return false;
  return [site, setup].some(
    (place) =>
      place && location.file === place.file && location.line >= place.line && location.line <= place.end_line,
  );
}
