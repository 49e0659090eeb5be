import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { TreeNode } from '../../../src/host/views/traces/nodes.ts';
import type { Query } from '../../../src/host/views/traces/treeModel.ts';
import { pageSize, TraceTreeModel } from '../../../src/host/views/traces/treeModel.ts';
import { groupRow, spanRow, traceRow } from './rows.ts';

/** A store in memory that answers the tree's questions and counts them. */
function store(size: number) {
  const traces = Array.from({ length: size }, (_, index) =>
    traceRow({ traceId: `t${index}`, name: `trace ${index}` }),
  );
  const spans = new Map<string, ReturnType<typeof spanRow>[]>();
  const asked: string[] = [];
  const query = (async (method: string, params: never) => {
    const { page, traceId, parentSpanId, traceIds, spanId } = params as {
      page?: { cursor?: string; limit: number };
      traceId: string;
      parentSpanId: string;
      traceIds: string[];
      spanId: string;
    };
    asked.push(method);
    await Promise.resolve();
    const slice = <T>(rows: readonly T[]) => {
      const from = Number(page?.cursor ?? 0);
      const to = from + (page?.limit ?? 0);
      return {
        rows: rows.slice(from, to),
        total: rows.length,
        ...(to < rows.length ? { next: String(to) } : {}),
      };
    };
    if (method === 'traces/list') return slice(traces);
    if (method === 'traces/groups') return slice([groupRow({ key: 'a' }), groupRow({ key: 'b' })]);
    if (method === 'traces/get') return traces.filter((trace) => traceIds.includes(trace.traceId));
    if (method === 'spans/children') return slice(spans.get(`${traceId}/${parentSpanId}`) ?? []);
    if (method === 'spans/path') return [...spans.values()].flat().filter((span) => span.spanId === spanId);
    throw new Error(method);
  }) as Query;
  return { traces, spans, asked, query, model: new TraceTreeModel(query) };
}

const keys = (nodes: readonly TreeNode[]): string[] => nodes.map((node) => node.key);
const first = async (model: TraceTreeModel): Promise<TreeNode> => {
  const [node] = await model.children(undefined);
  assert.ok(node);
  return node;
};

describe('the tree of traces', () => {
  it('shows a page, then more on request, and never all of a million', async () => {
    const { model } = store(250);
    const page = await model.children(undefined);
    assert.equal(page.length, pageSize + 1);
    const more = page.at(-1);
    assert.ok(more?.type === 'more' && more.total === 250 && more.loaded === pageSize);
    assert.equal(model.loadMore(more), 'all');
    const second = await model.children(undefined);
    assert.deepEqual(keys(second).slice(0, pageSize), keys(page).slice(0, pageSize));
    assert.equal(second.length, 2 * pageSize + 1);
    assert.equal(model.total, 250);
  });

  it('keeps each node the same object over refreshes, so that selection and expansion survive', async () => {
    const { model, traces } = store(3);
    const before = await model.children(undefined);
    traces.unshift(traceRow({ traceId: 'new' }));
    assert.equal(await model.changed({ traceIds: ['new'], all: false }), 'all');
    const after = await model.children(undefined);
    assert.deepEqual(keys(after), ['new', 't0', 't1', 't2']);
    for (const [index, node] of before.entries()) assert.equal(after[index + 1], node);
  });

  it('draws only the changed trace again when it is on show', async () => {
    const { model, traces, asked } = store(3);
    const node = await first(model);
    traces[0] = traceRow({ traceId: 't0', name: 'renamed', revision: 2 });
    asked.length = 0;
    assert.deepEqual(await model.changed({ traceIds: ['t0'], all: false }), [node]);
    assert.ok(node.type === 'trace' && node.row.name === 'renamed');
    assert.deepEqual(asked, ['traces/get']);
  });

  it('asks anew for the spans of a changed trace and of no other', async () => {
    const { model, spans, asked } = store(2);
    spans.set('t0/', [spanRow({ traceId: 't0', spanId: 'a', childCount: 1 })]);
    const [changed, other] = await model.children(undefined);
    await model.children(changed);
    await model.children(other);
    spans.set('t0/', [spanRow({ traceId: 't0', spanId: 'a' }), spanRow({ traceId: 't0', spanId: 'b' })]);
    await model.changed({ traceIds: ['t0'], all: false });
    asked.length = 0;
    assert.deepEqual(keys(await model.children(changed)), ['t0/a', 't0/b']);
    await model.children(other);
    assert.deepEqual(asked, ['spans/children']);
  });

  it('answers with the newest rows when a change overtakes a question', async () => {
    const { model, traces } = store(1);
    const early = model.children(undefined);
    traces.unshift(traceRow({ traceId: 'new' }));
    await model.changed({ traceIds: ['new'], all: false });
    const late = model.children(undefined);
    await early;
    assert.deepEqual(keys(await late), ['new', 't0']);
    assert.deepEqual(keys(await model.children(undefined)), ['new', 't0']);
  });

  it('ends where spans are their own ancestors', async () => {
    const { model, spans } = store(1);
    spans.set('t0/', [spanRow({ traceId: 't0', spanId: 'a', childCount: 1 })]);
    spans.set('t0/a', [spanRow({ traceId: 't0', spanId: 'b', childCount: 1 })]);
    spans.set('t0/b', [
      spanRow({ traceId: 't0', spanId: 'a', childCount: 1 }),
      spanRow({ traceId: 't0', spanId: 'b', childCount: 1 }),
    ]);
    let nodes: readonly TreeNode[] = await model.children(undefined);
    const seen: string[] = [];
    while (nodes[0]) {
      seen.push(...keys(nodes));
      nodes = await model.children(nodes[0]);
    }
    assert.deepEqual(seen, ['t0', 't0/a', 't0/b']);
  });

  it('gives every node a key of its own, also where a trace is in two groups', async () => {
    const { model } = store(2);
    model.setView({ filter: {}, groupBy: 'model', sort: 'newest' });
    const groups = await model.children(undefined);
    const all = [...keys(groups)];
    for (const group of groups) all.push(...keys(await model.children(group)));
    assert.equal(all.length, 6);
    assert.equal(new Set(all).size, 6);
  });

  it('shows a failure as a row and recovers from it', async () => {
    let works = false;
    const { query } = store(1);
    const model = new TraceTreeModel(((method: never, params: never) =>
      works ? query(method, params) : Promise.reject(new Error('no engine'))) as Query);
    const [failure] = await model.children(undefined);
    assert.ok(failure?.type === 'failure' && failure.message === 'no engine');
    works = true;
    assert.deepEqual(keys(await model.children(undefined)), ['t0']);
  });

  it('does not loop on a page that brings nothing', async () => {
    let asked = 0;
    const model = new TraceTreeModel(() => {
      asked++;
      return Promise.resolve({ rows: [], next: 'again', total: 5 });
    });
    assert.deepEqual(await model.children(undefined), []);
    assert.equal(asked, 1);
  });

  it('finds a span with all its ancestors, to reveal it', async () => {
    const { model, spans } = store(1);
    spans.set('t0/', [spanRow({ traceId: 't0', spanId: 'a', childCount: 1 })]);
    const node = await model.locate('t0', 'a');
    assert.ok(node);
    assert.equal(node.key, 't0/a');
    assert.equal(node.parent, await first(model));
    assert.equal(await model.locate('none', 'a'), undefined);
  });

  it('forgets what lies below a folded node', async () => {
    const { model, spans, asked } = store(1);
    spans.set('t0/', [spanRow({ traceId: 't0', spanId: 'a' })]);
    const node = await first(model);
    await model.children(node);
    model.forget(node);
    asked.length = 0;
    assert.equal((await model.children(node)).length, 1);
    assert.deepEqual(asked, ['spans/children']);
  });
});
