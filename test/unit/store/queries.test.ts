import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { TraceFilter, TraceSort } from '../../../src/protocol/query.ts';
import type { IndexedSpan } from '../../../src/store/api.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { call, rangeIn, span, spanId, traceId } from './samples.ts';
import { TemporaryFolder } from './temporary.ts';

describe('the read queries', () => {
  let folder: TemporaryFolder;
  let writer: IndexWriter;
  let reader: IndexReader;
  beforeEach(() => {
    folder = new TemporaryFolder();
    writer = IndexWriter.open(folder.file('traces.db'));
    reader = IndexReader.open(folder.file('traces.db'))!;
  });
  afterEach(() => {
    reader.close();
    writer.close();
    folder.dispose();
  });

  const write = (...spans: IndexedSpan[]) => writer.writeBatch({ spans });
  const list = (filter: TraceFilter, sort: TraceSort = 'newest') =>
    reader.traces(filter, sort, { limit: 100 }).rows.map((row) => Number.parseInt(row.traceId, 16));
  const childrenOf = (parent: string, trace = traceId(1)) =>
    reader.children(trace, parent, { limit: 500 }).rows.map((row) => Number.parseInt(row.spanId, 16));
  const walk = (query = {}) => [...reader.treeSpans(query)].map((found) => Number.parseInt(found.spanId, 16));

  describe('lists of traces', () => {
    const day = 86_400_000_000;
    beforeEach(() => {
      for (let n = 1; n <= 5; n++) {
        write(
          call(n, {
            traceId: traceId(n),
            service: n % 2 ? 'odd' : 'even',
            responseModel: n < 3 ? 'small' : 'large',
            sessionId: n === 5 ? undefined : `session-${n % 2}`,
            startMicros: 1_790_000_000_000_000 + n * day,
            durationNanos: (6 - n) * 1e9,
            cost: n === 4 ? undefined : { ...call(1).cost!, amount: (n * 7) % 5 },
            usage: { input: n, output: 0 },
            flags: n === 2 ? [{ id: 'empty', severity: 'warning', reason: 'r' }] : [],
            status: n === 3 ? { code: 'error', message: 'Boom 100%' } : { code: 'ok', message: '' },
          }),
        );
      }
    });

    it('sorts by time, cost, duration and tokens', () => {
      assert.deepEqual(list({}), [5, 4, 3, 2, 1]);
      assert.deepEqual(list({}, 'cost'), [2, 1, 3, 5, 4]);
      assert.deepEqual(list({}, 'duration'), [1, 2, 3, 4, 5]);
      assert.deepEqual(list({}, 'tokens'), [5, 4, 3, 2, 1]);
    });

    it('narrows by every filter', () => {
      assert.deepEqual(list({ models: ['small'] }), [2, 1]);
      assert.deepEqual(list({ models: ['small', 'large'], services: ['odd'] }), [5, 3, 1]);
      assert.deepEqual(list({ sessions: ['session-0'] }), [4, 2]);
      assert.deepEqual(list({ sessions: [''] }), [5]);
      assert.deepEqual(list({ flags: ['empty'] }), [2]);
      assert.deepEqual(list({ onlyErrors: true }), [3]);
      assert.deepEqual(list({ minCost: 0 }), [5, 3, 2, 1], 'a wholly unknown cost matches no range');
      assert.deepEqual(list({ minCost: 1, maxCost: 2 }), [3, 1]);
      assert.deepEqual(list({ minDurationMs: 2000, maxDurationMs: 4000 }), [4, 3, 2]);
      const at = (n: number) => (1_790_000_000_000_000 + n * day) / 1000;
      assert.deepEqual(list({ since: at(2), until: at(3) }), [3, 2]);
      assert.deepEqual(list({ models: [], services: [] }), [5, 4, 3, 2, 1]);
      assert.deepEqual(list({ models: ['none'] }), []);
    });

    it('finds text in names, models, services and errors, and nothing in it has a meaning of its own', () => {
      assert.deepEqual(list({ text: 'SMALL' }), [2, 1]);
      assert.deepEqual(list({ text: 'eve' }), [4, 2]);
      assert.deepEqual(list({ text: 'boom 100%' }), [3]);
      assert.deepEqual(list({ text: '%' }), [3]);
      assert.deepEqual(list({ text: '_' }), []);
      assert.deepEqual(list({ text: "'; DROP TABLE traces; --" }), []);
      assert.deepEqual(list({ text: traceId(4) }), [4]);
      assert.deepEqual(
        reader
          .traces({ text: 'boom' }, 'newest', { limit: 9 }, new Set([traceId(1), 'unknown']))
          .rows.map((r) => r.traceId),
        [traceId(3), traceId(1)],
      );
    });

    it('keeps a text search up to date as traces change', () => {
      assert.deepEqual(list({ text: 'needle' }), []);
      write(span(77, { traceId: traceId(2), name: 'the Needle' }));
      assert.deepEqual(list({ text: 'needle' }), [2]);
      write({ ...span(77, { traceId: traceId(2), name: 'hay' }) });
      assert.deepEqual(list({ text: 'needle' }), []);
      write(span(78, { traceId: traceId(8), name: 'needle' }));
      writer.deleteAll({ segment: 2, offset: 0 });
      assert.deepEqual(list({ text: 'needle' }), []);
    });

    it('pages by key: nothing twice, nothing left out, while traces arrive', () => {
      for (const sort of ['newest', 'cost', 'duration', 'tokens'] as const) {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = reader.traces({}, sort, { limit: 2, cursor });
          seen.push(...page.rows.map((row) => row.traceId));
          cursor = page.next;
          write(call(50, { traceId: traceId(50), startMicros: 1_790_000_000_000_000 + 90 * day }));
        } while (cursor);
        const old = seen.filter((id) => id !== traceId(50));
        assert.equal(new Set(old).size, 5);
        assert.equal(old.length, 5);
      }
      assert.throws(() => reader.traces({}, 'cost', { limit: 2, cursor: 'nonsense' }), RangeError);
    });

    it('groups by session, service, model and day', () => {
      const groups = (by: 'session' | 'service' | 'model' | 'day', filter: TraceFilter = {}) =>
        reader
          .groups(by, filter, { limit: 100 })
          .rows.map((row) => [row.key, row.traces, row.inputTokens.known]);
      assert.deepEqual(groups('service'), [
        ['odd', 3, 9],
        ['even', 2, 6],
      ]);
      assert.deepEqual(groups('model'), [
        ['large', 3, 12],
        ['small', 2, 3],
      ]);
      assert.deepEqual(groups('session'), [
        ['', 1, 5],
        ['session-0', 2, 6],
        ['session-1', 2, 4],
      ]);
      assert.equal(groups('day').length, 5);
      assert.match(String(groups('day')[0]?.[0]), /^\d{4}-\d\d-\d\d$/);
      assert.deepEqual(groups('model', { services: ['even'] }), [
        ['large', 1, 4],
        ['small', 1, 2],
      ]);
      assert.deepEqual(groups('model', { models: ['small'] }), [['small', 2, 3]]);
      const page = reader.groups('model', {}, { limit: 1 });
      assert.equal(page.total, 2);
      assert.equal(reader.groups('model', {}, { limit: 1, cursor: page.next }).rows[0]?.key, 'small');
      for (const by of ['session', 'service', 'model', 'day'] as const) {
        const flags = reader.groups(by, {}, { limit: 100 }).rows.flatMap((row) => row.flags);
        assert.deepEqual(flags, [{ id: 'empty', severity: 'warning', count: 1 }], by);
      }
    });

    it('splits a trace of two services and models between their groups', () => {
      write(call(61, { traceId: traceId(60), service: 'a', responseModel: 'x' }));
      write(call(62, { traceId: traceId(60), service: 'b', responseModel: 'y', usage: { input: 1 } }));
      write(span(63, { traceId: traceId(64), service: 'plain' }));
      const rows = (by: 'service' | 'model') =>
        new Map(reader.groups(by, {}, { limit: 100 }).rows.map((row) => [row.key, row.inputTokens.known]));
      assert.deepEqual([rows('service').get('a'), rows('service').get('b')], [100, 1]);
      assert.deepEqual([rows('model').get('x'), rows('model').get('y')], [100, 1]);
      assert.ok(rows('model').has(''), 'traces without a model form a group');
      assert.deepEqual(list({ models: [''] }), [64]);
    });

    it('tells the values to filter by', () => {
      assert.deepEqual(reader.filterValues('model'), [
        { value: 'large', traces: 3 },
        { value: 'small', traces: 2 },
      ]);
      assert.deepEqual(reader.filterValues('flag'), [{ value: 'empty', traces: 1 }]);
      assert.deepEqual(reader.filterValues('session').length, 2);
      assert.deepEqual(
        reader.filterValues('service').map((v) => v.value),
        ['odd', 'even'],
      );
    });
  });

  it('keeps hostile names apart and whole', () => {
    const names = [
      '__proto__',
      'constructor',
      "it's",
      '"quoted"',
      '50%_off\\',
      'a\u0000b',
      '',
      '\u202e',
      'x'.repeat(300),
    ];
    names.forEach((name, n) => {
      write(
        call(n, {
          traceId: traceId(n),
          name,
          service: name,
          responseModel: name,
          sessionId: name,
          flags: [{ id: name, severity: 'info', reason: name }],
          source: {
            file: name,
            line: 1,
            function: name,
            confidence: 'exact',
            resolver: 'r',
            frames: [],
            candidates: [],
          },
        }),
      );
    });
    for (const [n, name] of names.entries()) {
      const found = reader.span(call(n, { traceId: traceId(n) }))!;
      assert.deepEqual(
        [found.name, found.service, found.responseModel, found.sessionId],
        [name, name, name, name],
      );
      if (name === '') continue;
      for (const filter of [
        { services: [name] },
        { models: [name] },
        { sessions: [name] },
        { flags: [name] },
      ]) {
        if (!name.includes('\u0000')) assert.deepEqual(list(filter), [n], JSON.stringify(filter));
      }
    }
    assert.equal(reader.stats().flags.get('__proto__'), 1);
    assert.equal(reader.groups('service', {}, { limit: 100 }).total, names.length);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  describe('trees', () => {
    it('lists children by start time, whatever order they came in, and counts them', () => {
      write(span(4, { parentSpanId: spanId(2) }), span(3, { parentSpanId: spanId(1) }));
      write(span(2, { parentSpanId: spanId(1) }));
      assert.deepEqual(childrenOf(''), [2, 3], 'while the root is missing');
      write(span(1));
      assert.deepEqual(childrenOf(''), [1]);
      assert.deepEqual(childrenOf(spanId(1)), [2, 3]);
      assert.deepEqual(childrenOf(spanId(2)), [4]);
      assert.equal(reader.spanRow(span(1))?.childCount, 2);
      assert.deepEqual(
        reader.path(span(4)).map((row) => row.spanId),
        [spanId(1), spanId(2), spanId(4)],
      );
      assert.deepEqual(reader.path(span(99)), []);
      assert.deepEqual(walk(), [1, 2, 4, 3]);
      assert.deepEqual(reader.children(traceId(77), '', { limit: 5 }).rows, []);
    });

    it('shows every span exactly once, however parents form rings', () => {
      const parents: [number, number][] = [
        [1, 1],
        [2, 3],
        [3, 2],
        [4, 5],
        [5, 6],
        [6, 4],
        [7, 6],
        [8, 0],
        [9, 99],
        [10, 9],
        [11, 2],
      ];
      const make = ([n, parent]: [number, number]) =>
        span(n, { parentSpanId: parent === 0 ? '' : spanId(parent) });
      const orders = [
        parents,
        [...parents].reverse(),
        [...parents].sort((a, b) => ((a[0] * 7) % 11) - ((b[0] * 7) % 11)),
      ];
      for (const order of orders) {
        for (const batch of [1, 2, 5, 20]) {
          writer.clear();
          for (let i = 0; i < order.length; i += batch) write(...order.slice(i, i + batch).map(make));
          const seen: number[] = [];
          const visit = (parent: string, depth: number): void => {
            assert.ok(depth < 12, 'too deep');
            for (const n of childrenOf(parent)) {
              seen.push(n);
              visit(spanId(n), depth + 1);
            }
          };
          visit('', 0);
          assert.deepEqual(
            seen.sort((a, b) => a - b),
            parents.map(([n]) => n),
            `in batches of ${batch}`,
          );
          assert.deepEqual(
            walk().sort((a, b) => a - b),
            parents.map(([n]) => n),
          );
          for (const [n] of parents) assert.equal(reader.path(span(n)).at(-1)?.spanId, spanId(n));
        }
      }
      assert.equal(reader.span(span(1))?.parentSpanId, spanId(1), 'the parent is kept as it was received');
    });

    it('makes children of a removed span roots, and hangs them back when it returns', () => {
      write(span(1), span(2, { parentSpanId: spanId(1) }), span(3, { parentSpanId: spanId(2) }));
      writer.writeBatch({ removed: [span(2)] });
      assert.deepEqual(childrenOf(''), [1, 3]);
      write(span(2, { parentSpanId: spanId(1) }));
      assert.deepEqual(walk(), [1, 2, 3]);
      write(span(2, { parentSpanId: spanId(3) }));
      assert.deepEqual(walk().sort(), [1, 2, 3], 'moved into a ring');
      write(span(2));
      assert.deepEqual(walk().sort(), [1, 2, 3], 'and out of it');
    });

    it('goes through all traces, newest or oldest first, and by kind', () => {
      write(call(1), span(2, { parentSpanId: spanId(1) }));
      write(call(3, { traceId: traceId(2) }), span(4, { traceId: traceId(2), parentSpanId: spanId(3) }));
      assert.deepEqual(walk(), [3, 4, 1, 2]);
      assert.deepEqual(walk({ order: 'oldest' }), [1, 2, 3, 4]);
      assert.deepEqual(walk({ kind: 'llm' }), [3, 1]);
      assert.deepEqual(walk({ traceId: traceId(1) }), [1, 2]);
      assert.deepEqual(walk({ since: call(3).startMicros / 1000 }), [3, 4]);
    });

    it('pages and walks 100,000 spans of one trace', function () {
      this.timeout(60_000);
      const count = 100_000;
      for (let i = 1; i <= count; i += 5000) {
        const spans: IndexedSpan[] = [];
        for (let n = i; n < i + 5000; n++) {
          // Half lie under the root, a quarter in a chain, a quarter under a parent that never comes.
          const parent =
            n === 1
              ? ''
              : n % 4 === 0
                ? spanId(Math.max(1, n - 4))
                : n % 4 === 1
                  ? spanId(999_999_999)
                  : spanId(1);
          spans.push(span(n, { parentSpanId: parent, range: rangeIn(1, 1_000_000 + n * 200) }));
        }
        writer.writeBatch({ spans });
      }
      let cursor: string | undefined;
      let seen = 0;
      let last = 0;
      do {
        const page = reader.children(traceId(1), spanId(1), { limit: 500, cursor });
        assert.equal(page.total, count / 2 + 1);
        for (const row of page.rows) {
          assert.ok(row.startMicros > last);
          last = row.startMicros;
          seen++;
        }
        cursor = page.next;
      } while (cursor && seen < 20_000);
      assert.ok(seen >= 20_000);
      assert.equal(reader.children(traceId(1), '', { limit: 10 }).total, count / 4);
      const walked = walk({ traceId: traceId(1) });
      assert.equal(walked.length, count);
      assert.equal(new Set(walked).size, count);
      const depth = reader.path(span(40_000)).length;
      assert.equal(depth, 10_000, 'a path is cut where it is absurdly deep');
    });
  });

  it('finds the span at a place in the journal', () => {
    const a = call(1, { range: rangeIn(1, 1000) });
    const b = call(2, { range: rangeIn(2, 64) });
    write(a, b);
    writer.writeBatch({
      logs: [
        {
          traceId: traceId(1),
          spanId: spanId(1),
          timeMicros: 1,
          eventName: '',
          digest: 1,
          range: rangeIn(3, 500),
        },
      ],
    });
    assert.equal(reader.spanAt({ segment: 1, offset: 1149 })?.spanId, spanId(1));
    assert.equal(reader.spanAt({ segment: 1, offset: 1150 }), undefined);
    assert.equal(reader.spanAt({ segment: 1, offset: 999 }), undefined);
    assert.deepEqual(reader.spanAt({ segment: 2, offset: 64 }), {
      traceId: traceId(1),
      spanId: spanId(2),
      end: 214,
    });
    assert.equal(reader.spanAt({ segment: 3, offset: 510 })?.spanId, spanId(1));
    assert.deepEqual(reader.spansById(spanId(2), 5), [{ traceId: traceId(1), spanId: spanId(2) }]);
  });

  it('restricts stats to spans since a time', () => {
    write(
      call(1, { startMicros: 1_000_000, flags: [{ id: 'x', severity: 'info', reason: '' }] }),
      call(2, { startMicros: 9_000_000, sessionId: 'late' }),
    );
    const stats = reader.stats(5000);
    assert.deepEqual([stats.spans, stats.traces, stats.modelCalls.total, stats.flags.size], [1, 1, 1, 0]);
    assert.deepEqual(stats.sessions, ['late']);
    assert.equal(reader.stats().flags.get('x'), 1);
    assert.equal(reader.totalsSince(5000).modelCalls, 0, 'by the start of the trace');
  });
});
