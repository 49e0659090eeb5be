import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { TraceStates, type KnownSpan, type TraceState } from '../../../src/engine/traceStates.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { call, span, spanId, traceId } from '../store/samples.ts';
import { TemporaryFolder } from '../store/temporary.ts';

const nobody = (): void => assert.fail('nothing is to be settled');

describe('the traces that are being received', () => {
  let folder: TemporaryFolder;
  let index: IndexWriter;
  beforeEach(() => {
    folder = new TemporaryFolder();
    index = IndexWriter.open(folder.file('traces.db'));
  });
  afterEach(() => {
    index.close();
    folder.dispose();
  });

  /** Fills a trace's state with new spans. */
  function fill(
    states: TraceStates,
    trace: number,
    from: number,
    count: number,
    parentSpanId = '',
  ): TraceState {
    const state = states.touch(traceId(trace));
    for (let i = from; i < from + count; i++) {
      const { traceId: _, ...rest } = span(i);
      const view = {
        ...rest,
        traceId: traceId(trace),
        parentSpanId,
        model: undefined,
        responseId: undefined,
        failed: false,
        usage: undefined,
        endMicros: rest.startMicros,
      } as unknown as KnownSpan['view'];
      states.add(state, { view, decided: undefined });
    }
    return state;
  }

  it('are read from the index, with what was decided', () => {
    index.writeBatch({
      spans: [
        call(1, { retries: 2, rateLimited: true }),
        span(2, {
          countRule: 'A start notice: the span itself counts once it arrives.',
          durationNanos: undefined,
        }),
        call(3, { counted: false, countedIn: { traceId: traceId(9), spanId: spanId(9) } }),
      ],
    });
    const { spans, whole } = new TraceStates(index).touch(traceId(1));
    assert.equal(whole, true);
    const counted = spans.get(spanId(1))?.decided;
    assert.deepEqual([counted?.counted, counted?.retries, counted?.rateLimited], [true, 2, true]);
    assert.equal(spans.get(spanId(2))?.view.disposition, 'pending');
    assert.equal(spans.get(spanId(2))?.measured, false);
    assert.equal(spans.get(spanId(3))?.across?.countedIn?.spanId, spanId(9));
    assert.equal(spans.get(spanId(1))?.across, undefined);
  });

  it('go when too many spans are held, those touched longest ago first', () => {
    const states = new TraceStates(index, { spans: 25, ended: 25 });
    for (const trace of [1, 2, 3]) states.accounted(fill(states, trace, 1, 10));
    states.touch(traceId(1));
    states.trim(nobody);
    assert.ok(states.held(traceId(1)));
    assert.equal(states.held(traceId(2)), undefined);
    assert.ok(states.held(traceId(3)));
    states.trim(nobody);
    assert.ok(states.held(traceId(3)));
  });

  it('go sooner when their root has come, but for the one that is growing', () => {
    const states = new TraceStates(index, { spans: 100, ended: 15 });
    states.accounted(fill(states, 1, 1, 20, spanId(99)));
    for (const trace of [2, 3]) states.accounted(fill(states, trace, 1, 10));
    states.trim(nobody);
    assert.ok(states.held(traceId(1)));
    assert.equal(states.held(traceId(2)), undefined);
    assert.ok(states.held(traceId(3)));
    // The root of the first one comes last.
    states.accounted(fill(states, 1, 30, 1));
    states.trim(nobody);
    assert.equal(states.held(traceId(3)), undefined);
    states.trim(nobody);
    assert.ok(states.held(traceId(1)));
  });

  it('are accounted whole before they go, when they grew since', () => {
    const states = new TraceStates(index, { spans: 15, ended: 15 });
    states.accounted(fill(states, 1, 1, 10));
    fill(states, 2, 1, 10);
    const settled: string[] = [];
    states.touch(traceId(1));
    states.trim((list) => settled.push(...list.map((state) => state.traceId)));
    assert.deepEqual(settled, [traceId(2)]);
    assert.equal(states.held(traceId(2)), undefined);
  });

  it('stay when they could not be settled', () => {
    const states = new TraceStates(index, { spans: 5, ended: 5 });
    fill(states, 1, 1, 10);
    assert.throws(() =>
      states.trim(() => {
        throw new Error('full');
      }),
    );
    assert.ok(states.held(traceId(1)));
  });

  it('are accounted with each batch while small, and as they grow by a quarter when large', () => {
    const states = new TraceStates(index);
    const state = fill(states, 1, 1, 4_000);
    states.accounted(state);
    assert.equal(states.isDue(state), true);
    fill(states, 1, 4_001, 500);
    assert.equal(states.isDue(state), false);
    assert.deepEqual(states.deferred(), [state]);
    fill(states, 1, 4_501, 500);
    assert.equal(states.isDue(state), true);
    states.accounted(state);
    assert.deepEqual(states.deferred(), []);
  });
});
