import path from 'node:path';
import type { CaughtUp } from '../engine/catchUp.ts';
import type { Interpreted } from '../engine/row.ts';
import { spanKinds, type SpanKind } from '../model/span.ts';
import { questionOf } from '../source/spanQuestion.ts';
import type { Resolver } from '../source/callSiteIndexApi.ts';
import type { IndexedSpan } from '../store/api.ts';
import { grammarsBeside, readWorkspace } from '../workspace/openSources.ts';
import { optional, parse, UsageError } from './arguments.ts';
import { openStore, readerOptions } from './openStore.ts';
import { warn, write } from './output.ts';
import { spanJson } from './spanJson.ts';

/** Spans of one trace whose lines are looked for together; of a larger one they are found in parts. */
const mostTogether = 5_000;

interface ReadSpan {
  readonly row: IndexedSpan;
  readonly item: Interpreted | undefined;
}

/** One JSON object a line, depth first, traces by age; the shape is a contract, described in docs/cli.md. */
export async function spans(argv: readonly string[]): Promise<number> {
  const args = parse(argv, [...readerOptions, 'trace', 'kind', 'workspace']);
  const kind = kindOf(optional(args, 'kind'));
  const workspace = optional(args, 'workspace');
  const traceId = optional(args, 'trace')?.toLowerCase();
  const resolver = workspace === undefined ? undefined : await openWorkspace(workspace);
  const store = await openStore(args);
  try {
    if (workspace === undefined || !resolver) {
      for (const row of store.reader.treeSpans({ traceId, kind, order: 'oldest' })) {
        await write(lineOf(readSpan(store, row), row.source));
      }
    } else {
      // Parents and neighbours help to find a span's line, whatever kind was asked for.
      for (const trace of byTrace(store.reader.treeSpans({ traceId, order: 'oldest' }))) {
        const read = trace.map((row) => readSpan(store, row));
        const places = resolver.resolveAll(
          read.map(({ row, item }) => questionOf(row, item?.facts, item?.input.span.attributes)),
        );
        for (const span of read) {
          if (kind !== undefined && span.row.kind !== kind) continue;
          const source = places.get(`${span.row.traceId}/${span.row.spanId}`);
          await write(lineOf(span, source && relativeTo(workspace, source)));
        }
      }
    }
  } finally {
    store.close();
  }
  return 0;
}

/** The sources of the folder; without them spans are still told as they are. */
async function openWorkspace(folder: string): Promise<Resolver> {
  const { resolver, index } = await readWorkspace(folder, grammarsBeside(__dirname));
  if ([...index.files()].length === 0) warn(`There are no sources to read in ${folder}.`);
  return resolver;
}

function readSpan(store: CaughtUp, row: IndexedSpan): ReadSpan {
  return { row, item: store.interpreter.readWhole(row, store.reader.logs(row)) };
}

function* byTrace(rows: Iterable<IndexedSpan>): Generator<IndexedSpan[]> {
  let trace: IndexedSpan[] = [];
  for (const row of rows) {
    const [first] = trace;
    if (first && (first.traceId !== row.traceId || trace.length >= mostTogether)) {
      yield trace;
      trace = [];
    }
    trace.push(row);
  }
  if (trace.length > 0) yield trace;
}

function lineOf({ row, item }: ReadSpan, source: IndexedSpan['source']): string {
  const line = spanJson(
    { ...row, source },
    {
      conversation: item?.facts.conversation(),
      attributes: item?.input.span.attributes,
      tool: item?.facts.tool,
    },
  );
  return `${JSON.stringify(line)}\n`;
}

/** Files inside the workspace are named relative to it; others stay as they are. */
function relativeTo(
  workspace: string,
  source: NonNullable<IndexedSpan['source']>,
): NonNullable<IndexedSpan['source']> {
  const root = path.resolve(workspace);
  const place = <T extends { readonly file: string }>(frame: T): T => {
    if (!path.isAbsolute(frame.file)) return frame;
    const relative = path.relative(root, frame.file);
    const inside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
    return inside ? { ...frame, file: relative.split(path.sep).join('/') } : frame;
  };
  return { ...place(source), frames: source.frames.map(place), candidates: source.candidates.map(place) };
}

function kindOf(text: string | undefined): SpanKind | undefined {
  if (text === undefined) return undefined;
  const kind = spanKinds.find((known) => known === text);
  if (!kind) throw new UsageError(`--kind is one of ${spanKinds.join(', ')}, not ${JSON.stringify(text)}`);
  return kind;
}
