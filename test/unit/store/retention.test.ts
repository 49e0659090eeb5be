import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { IndexedSpan } from '../../../src/store/api.ts';
import { blankTraces } from '../../../src/store/blanking.ts';
import { searchContent } from '../../../src/store/contentSearch.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { JournalReader } from '../../../src/store/journalReader.ts';
import { JournalWriter } from '../../../src/store/journalWriter.ts';
import { applyRetention, deleteTraces } from '../../../src/store/retention.ts';
import { field, logsRequest, tracesRequest } from './requests.ts';
import type { StoredSpan } from './requests.ts';
import { call, log, span, spanId, traceId } from './samples.ts';
import { TemporaryFolder } from './temporary.ts';

const unlimited = { maxAgeDays: 1e6, maxBytes: 1e12, maxTraces: 1e9 };

describe('a store of journal and index', () => {
  let folder: TemporaryFolder;
  let dir: string;
  let now = 0;
  let journal: JournalWriter;
  let index: IndexWriter;
  let reader: IndexReader;
  let stored: JournalReader;
  beforeEach(async () => {
    folder = new TemporaryFolder();
    dir = folder.file('traces.db.journal');
    now = 1_790_000_000_000;
    journal = await JournalWriter.open(dir, { now: () => now });
    index = IndexWriter.open(folder.file('traces.db'));
    reader = IndexReader.open(folder.file('traces.db'))!;
    stored = new JournalReader(dir);
  });
  afterEach(async () => {
    reader.close();
    stored.close();
    index.close();
    await journal.close();
    folder.dispose();
  });

  /** Appends one request and indexes it. */
  async function add(spans: readonly StoredSpan[], change: Partial<IndexedSpan> = {}): Promise<void> {
    const { bytes, places } = tracesRequest(spans);
    const position = await journal.append('traces', bytes);
    const range = { resourceOffset: 0, resourceLength: 0, scopeOffset: 0, scopeLength: 0 };
    index.writeBatch({
      spans: spans.map((one, i) =>
        call(one.span, {
          traceId: traceId(one.trace),
          name: one.text,
          range: {
            ...range,
            segment: position.segment,
            offset: position.offset + places[i]!.offset,
            length: places[i]!.length,
          },
          ...change,
        }),
      ),
      position: journal.position,
    });
  }

  async function roll(): Promise<void> {
    const segment = await journal.roll();
    index.writeBatch({ position: { segment, offset: 0 } });
  }

  const prune = (limits: Partial<typeof unlimited>) =>
    applyRetention(
      index,
      dir,
      { ...unlimited, ...limits },
      { currentSegment: journal.position.segment, now: () => now },
    );
  const traces = () =>
    reader
      .traces({}, 'newest', { limit: 500 })
      .rows.map((row) => Number.parseInt(row.traceId, 16))
      .sort((a, b) => a - b);
  const segments = () =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.seg'))
      .map((name) => Number.parseInt(name, 10));
  const isStored = (text: string) =>
    [
      ...readdirSync(dir).map((name) => `${dir}/${name}`),
      ...readdirSync(folder.path)
        .filter((name) => name.includes('.db'))
        .filter((name) => !name.endsWith('journal'))
        .map((name) => folder.file(name)),
    ].some((file) => readFileSync(file).includes(text));

  it('drops segments older than the age limit, counts what went, and keeps newer spans of a trace', async () => {
    await add([
      { trace: 1, span: 1, text: 'old' },
      { trace: 2, span: 2, text: 'old root' },
    ]);
    now += 86_400_000;
    await roll();
    await add([{ trace: 2, span: 3, text: 'newer' }], { parentSpanId: spanId(2) });
    await add([{ trace: 3, span: 4, text: 'new' }]);
    assert.deepEqual(await prune({ maxAgeDays: 1 }), { segments: 0, spans: 0, traces: 0 });
    now += 86_400_000;
    assert.deepEqual(await prune({ maxAgeDays: 1 - 1e-6 }), { segments: 1, spans: 2, traces: 1 });
    assert.deepEqual(traces(), [2, 3]);
    const [kept] = reader.tracesById([traceId(2)]);
    assert.deepEqual(
      [kept?.spans, kept?.modelCalls, kept?.name, kept?.inputTokens.known],
      [1, 1, 'newer', 100],
    );
    assert.deepEqual(
      reader.children(traceId(2), '', { limit: 5 }).rows.map((row) => row.name),
      ['newer'],
    );
    assert.deepEqual([...reader.counters()].sort(), [
      ['prunedSpans', 2],
      ['prunedTraces', 1],
    ]);
    assert.deepEqual(segments(), [2]);
    assert.equal(reader.changedSince(reader.revision - 1, 10).all || reader.changedSince(0, 10).all, true);
  });

  it('never touches the current segment, nor one the index has not read', async () => {
    await add([{ trace: 1, span: 1, text: 'a' }]);
    now += 1e12;
    assert.equal((await prune({ maxAgeDays: 1, maxBytes: 0 })).segments, 0);
    await journal.append('traces', tracesRequest([{ trace: 2, span: 2, text: 'not indexed' }]).bytes);
    await journal.roll();
    assert.equal((await prune({ maxAgeDays: 1, maxBytes: 0 })).segments, 0);
    index.writeBatch({ position: journal.position });
    assert.equal((await prune({ maxBytes: 0 })).segments, 2);
    assert.deepEqual(traces(), []);
  });

  it('drops the oldest segments until the store is small enough', async () => {
    for (let n = 1; n <= 4; n++) {
      await add([{ trace: n, span: n, text: 'x'.repeat(100_000) }], { name: 'n' });
      await roll();
    }
    const bytes = reader.counts().indexBytes;
    const result = await prune({ maxBytes: bytes + 250_000 });
    assert.equal(result.segments, 2);
    assert.deepEqual(traces(), [3, 4]);
  });

  it('holds the number of traces: whole segments first, else the oldest traces out of them', async () => {
    for (let n = 1; n <= 6; n++) await add([{ trace: n, span: n, text: `name-${n}` }]);
    await roll();
    for (let n = 7; n <= 10; n++) await add([{ trace: n, span: n, text: `name-${n}` }]);
    await roll();
    assert.deepEqual(await prune({ maxTraces: 4 }).then((r) => r.segments), 1);
    assert.deepEqual(traces(), [7, 8, 9, 10]);
    await prune({ maxTraces: 3 });
    assert.deepEqual(traces(), [9, 10]);
    assert.equal(isStored('name-7'), false);
    assert.equal(isStored('name-9'), true);
    assert.equal(reader.counters().get('prunedTraces'), 8);
  });

  it('goes on where it was stopped: rows of segments that are gone are removed', async () => {
    await add([{ trace: 1, span: 1, text: 'a' }]);
    index.writeBatch({ logs: [log(1, { range: { ...log(1).range, segment: 1 } })] });
    await roll();
    await add([{ trace: 2, span: 2, text: 'b' }]);
    await journal.removeBefore(2);
    assert.equal((await prune({})).spans, 1);
    assert.deepEqual(traces(), [2]);
    assert.deepEqual(index.logs(span(1)), []);
  });

  it('prunes in slices', async () => {
    for (let i = 0; i < 10; i++) {
      await add([...Array(200).keys()].map((n) => ({ trace: 1 + (n % 7), span: i * 200 + n, text: 'n' })));
    }
    await roll();
    await add([{ trace: 1, span: 99_999, text: 'kept' }]);
    let turns = 0;
    const turn = (): void => {
      turns++;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const result = await prune({ maxBytes: 0 });
    clearImmediate(timer);
    assert.equal(result.spans, 2000);
    assert.ok(turns > 0, 'the thread was never given back');
    assert.deepEqual(traces(), [1]);
    assert.equal(reader.tracesById([traceId(1)])[0]?.spans, 1);
  });

  it('deletes a trace from index and journal; everything else stays as and where it was', async () => {
    await add([
      { trace: 1, span: 1, text: 'secret-one' },
      { trace: 2, span: 2, text: 'kept-two' },
    ]);
    await add([{ trace: 1, span: 1, text: 'secret-one' }]);
    await journal.append(
      'logs',
      logsRequest([
        { trace: 1, span: 1, text: 'secret-log' },
        { trace: 2, span: 2, text: 'kept-log' },
      ]).bytes,
    );
    await add([{ trace: 2, span: 3, text: 'kept-three' }]);
    await assert.rejects(
      deleteTraces(index, dir, [traceId(1)], { currentSegment: journal.position.segment }),
      RangeError,
    );
    await roll();
    const result = await deleteTraces(index, dir, [traceId(1), traceId(77)], {
      currentSegment: journal.position.segment,
    });
    assert.deepEqual(result, { segments: 0, spans: 1, traces: 1 });
    assert.deepEqual(traces(), [2]);
    assert.equal(isStored('secret-'), false);
    for (const n of [2, 3]) {
      const { range } = reader.span(call(n, { traceId: traceId(2) }))!;
      const bytes = Buffer.from(stored.readRange(range.segment, range.offset, range.length)!);
      assert.ok(
        bytes.includes(n === 2 ? 'kept-two' : 'kept-three') && bytes.includes('a field from the future'),
      );
    }
    const { records } = stored.read({ segment: 0, offset: 0 }, 1 << 20);
    assert.equal(records.length, 4, 'every record is intact');
    assert.ok(isStored('kept-log'));
    assert.equal(reader.counters().size, 0, 'that is no pruning');
    assert.deepEqual(
      readdirSync(dir).filter((name) => !name.endsWith('.seg')),
      [],
    );
  });

  it('blanks records out of any request without moving a byte', () => {
    const spans = [
      { trace: 1, span: 1, text: 'x'.repeat(300) },
      { trace: 2, span: 2, text: 'y' },
      { trace: 1, span: 3, text: 'z' },
    ];
    const { bytes, places } = tracesRequest(spans);
    const before = Buffer.from(bytes);
    assert.equal(blankTraces(bytes, 'traces', new Set([traceId(1)])), 2);
    assert.equal(bytes.length, before.length);
    const kept = places[1]!;
    assert.deepEqual(
      bytes.subarray(kept.offset, kept.offset + kept.length),
      before.subarray(kept.offset, kept.offset + kept.length),
    );
    assert.equal(bytes.includes('xxx'), false);
    assert.equal(blankTraces(bytes, 'traces', new Set([traceId(1)])), 0, 'they are gone');
    assert.equal(
      blankTraces(bytes, 'traces', new Set([traceId(2)])),
      1,
      'and what lies behind them is still read',
    );
    for (let cut = 0; cut < before.length; cut++)
      blankTraces(Buffer.from(before.subarray(0, cut)), 'traces', new Set([traceId(2)]));
    const overlong = Buffer.concat([
      field(
        1,
        field(
          2,
          Buffer.concat([
            Buffer.from([0x92, 0x80, 0x00]),
            field(1, field(1, Buffer.from(traceId(5), 'hex'))).subarray(1),
          ]),
        ),
      ),
    ]);
    const length = overlong.length;
    assert.equal(
      blankTraces(overlong, 'traces', new Set([traceId(5)])),
      1,
      'a tag written longer than needed',
    );
    assert.equal(overlong.length, length);
    assert.equal(overlong.includes(Buffer.from([0xfa, 0x80, 0x00])), true);
  });

  it('leaves no bytes when everything is deleted, and positions go on', async () => {
    for (let n = 0; n < 50; n++) await add([{ trace: n, span: n, text: `planted-needle-${n}` }]);
    const segment = await journal.roll();
    index.deleteAll({ segment, offset: 0 });
    await journal.removeBefore(segment);
    assert.equal(isStored('planted-needle'), false);
    await add([{ trace: 1, span: 1, text: 'again' }]);
    assert.deepEqual(traces(), [1]);
    assert.deepEqual(segments(), [segment]);
  });

  describe('searching messages', () => {
    const search = async (text: string, options = {}) =>
      (await searchContent(stored, reader, { text, limit: 100, timeMs: 60_000, ...options })).spans.map(
        (key) => Number.parseInt(key.spanId, 16),
      );

    beforeEach(async () => {
      await add([
        { trace: 1, span: 1, text: 'The Quick brown fox' },
        { trace: 1, span: 2, text: 'says "hello"\nthere' },
      ]);
      await add([{ trace: 2, span: 3, text: '{"a":"says \\"hello\\"\\nthere \\u00e9t\\u00c9"}' }]);
      await roll();
      await add([
        { trace: 3, span: 4, text: 'quick: été' },
        { trace: 3, span: 5, text: '100%_' },
      ]);
    });

    it('finds text as it is and as JSON writes it, newest segment first, ASCII case ignored', async () => {
      assert.deepEqual(await search('QUICK'), [4, 1]);
      assert.deepEqual(await search('says "Hello"\nthere'), [2, 3]);
      assert.deepEqual(await search('é'), [4, 3]);
      assert.deepEqual(await search('%_'), [5]);
      assert.deepEqual(await search('ã©'), [], 'letters of UTF-8 bytes do not fold');
      assert.deepEqual(await search('resource'), [], 'text that no span holds');
      assert.deepEqual(await search('   '), []);
      assert.deepEqual(await search('.*'), []);
    });

    it('finds text that lies across chunks', async () => {
      const { records } = stored.read({ segment: 2, offset: 0 }, 1 << 20);
      assert.equal(records.length, 1);
      for (const chunkBytes of [1, 3, 7, 64])
        assert.deepEqual((await search('quick', { chunkBytes })).sort(), [1, 4], `${chunkBytes}`);
    });

    it('stops at its limits and goes on from there', async () => {
      const found: number[] = [];
      let resume: { segment: number; offset: number } | undefined;
      do {
        const result = await searchContent(stored, reader, {
          text: 'quick',
          limit: 1,
          timeMs: 60_000,
          resume,
          chunkBytes: 16,
        });
        found.push(...result.spans.map((key) => Number.parseInt(key.spanId, 16)));
        resume = result.resume;
      } while (resume);
      assert.deepEqual(found, [4, 1]);
      const none = await searchContent(stored, reader, { text: 'quick', limit: 1, timeMs: 0 });
      assert.deepEqual(none.spans, []);
      assert.ok(none.resume);
      const aborted = await searchContent(stored, reader, {
        text: 'quick',
        limit: 1,
        timeMs: 1000,
        signal: AbortSignal.abort(),
      });
      assert.ok(aborted.resume);
    });

    it('finds the span by its log record', async () => {
      const { bytes, places } = logsRequest([{ trace: 1, span: 1, text: 'only in the log' }]);
      const position = await journal.append('logs', bytes);
      index.writeBatch({
        logs: [
          log(1, {
            range: {
              ...log(1).range,
              segment: position.segment,
              offset: position.offset + places[0]!.offset,
              length: places[0]!.length,
            },
          }),
        ],
      });
      assert.deepEqual(await search('only in the LOG'), [1]);
    });
  });
});
