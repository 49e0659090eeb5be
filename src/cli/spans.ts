import path from 'node:path';
import type { CaughtUp } from '../engine/catchUp.ts';
import { spanKinds, type SpanKind } from '../model/span.ts';
import type { IndexedSpan } from '../store/api.ts';
import { optional, parse, UsageError } from './arguments.ts';
import { openStore, readerOptions } from './openStore.ts';
import { write } from './output.ts';
import { spanJson } from './spanJson.ts';

/** One JSON object a line, depth first, traces by age; the shape is a contract, described in docs/cli.md. */
export async function spans(argv: readonly string[]): Promise<number> {
  const args = parse(argv, [...readerOptions, 'trace', 'kind', 'workspace']);
  const kind = kindOf(optional(args, 'kind'));
  const workspace = optional(args, 'workspace');
  const store = await openStore(args);
  try {
    for (const row of store.reader.treeSpans({
      traceId: optional(args, 'trace')?.toLowerCase(),
      kind,
      order: 'oldest',
    })) {
      await write(`${JSON.stringify(lineOf(store, row, workspace))}\n`);
    }
  } finally {
    store.close();
  }
  return 0;
}

function lineOf(store: CaughtUp, row: IndexedSpan, workspace: string | undefined): Record<string, unknown> {
  const item = store.interpreter.readWhole(row, store.reader.logs(row));
  const placed =
    workspace === undefined || !row.source ? row : { ...row, source: relativeTo(workspace, row.source) };
  return spanJson(placed, {
    conversation: item?.facts.conversation(),
    attributes: item?.input.span.attributes,
    tool: item?.facts.tool,
  });
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
