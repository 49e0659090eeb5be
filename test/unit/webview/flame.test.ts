import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FlameTrace } from '../../../src/flame/flameTrace.ts';
import type { FlameAxis, FlameHead } from '../../../src/protocol/flame.ts';
import { flameBits, noRow } from '../../../src/protocol/flame.ts';
import { LayoutBuilder } from '../../../webview/flame/chartLayout.ts';
import type { ChartLayout } from '../../../webview/flame/chartLayout.ts';
import { FlameData } from '../../../webview/flame/flameData.ts';
import { hiddenBits } from '../../../webview/flame/flameStore.ts';
import { Geometry, rowHeight } from '../../../webview/flame/geometry.ts';
import { actionOf, keyHelp } from '../../../webview/flame/keys.ts';
import { isHead } from '../../../webview/flame/loader.ts';
import { rowsOfLine } from '../../../webview/flame/minimap.ts';
import { neighbour } from '../../../webview/flame/neighbour.ts';
import { countBySlot, drawRow, rowPixels } from '../../../webview/flame/rowRaster.ts';
import type { Inks } from '../../../webview/flame/rowRaster.ts';
import { tickLabel, ticks } from '../../../webview/flame/ruler.ts';
import { readArrangement, writeArrangement } from '../../../webview/flame/savedState.ts';
import { matchList, matchSpans, nextMatch, parseQuery } from '../../../webview/flame/spanQuery.ts';
import { SubtreeSums, spanFacts, spanNotes, spanSentence } from '../../../webview/flame/spanText.ts';
import { between, clamp, fit, pan, reveal, show, zoom } from '../../../webview/flame/viewport.ts';
import { anySpans, sourceOf } from '../flame/support.ts';
import type { Draft } from '../flame/support.ts';

interface Marked extends Draft {
  readonly bits?: number;
  readonly name?: string;
  readonly model?: string;
}

function open(
  drafts: readonly Marked[],
  axis: FlameAxis = 'time',
): { data: FlameData; layout: ChartLayout; head: FlameHead } {
  const source = sourceOf(drafts);
  const names = ['', ...new Set(drafts.map(({ name = '' }) => name).filter((name) => name !== ''))];
  const models = ['', ...new Set(drafts.map(({ model = '' }) => model).filter((model) => model !== ''))];
  drafts.forEach(({ bits = 0, name = '', model = '' }, index) => {
    source.bits[index] = bits;
    source.name[index] = names.indexOf(name);
    source.model[index] = models.indexOf(model);
    source.kind[index] = 12;
  });
  const trace = new FlameTrace(source, 0);
  const layout = trace.layout({ axis, compressIdle: false });
  const head: FlameHead = {
    loadId: 1,
    traceId: 'a'.repeat(32),
    name: 'trace',
    count: trace.count,
    running: false,
    revision: 1,
    startMicros: trace.startMicros,
    nowMicros: trace.nowMicros,
    tables: { names, models, services: [''], flags: [''] },
    columns: trace.columns(0),
    layout,
  };
  return { head, data: new FlameData(head), layout: new LayoutBuilder(layout, trace.count).finish() };
}

const inks: Inks = {
  fill: Uint32Array.of(10, 20),
  wait: Uint32Array.of(11, 21),
  edge: Uint32Array.of(10, 20),
  dim: Uint32Array.of(12, 22),
  error: 99,
  warning: 98,
  background: 1,
  line: 2,
  grid: 3,
};

/** A row drawn at `perPixel` from `from`; what is not told is plain. */
function draw(
  { data, layout }: { data: FlameData; layout: ChartLayout },
  view: { row?: number; from?: number; perPixel: number; width?: number },
  looks: { mark?: number[]; match?: number[]; wait?: number[] } = {},
) {
  const of = (values: number[] | undefined): Uint8Array =>
    Uint8Array.from({ length: data.count }, (_, at) => values?.[at] ?? 0);
  const spanLooks = {
    color: of(undefined),
    mark: of(looks.mark),
    wait: of(looks.wait),
    match: looks.match && of(looks.match),
  };
  const pixels = rowPixels(view.width ?? 20);
  pixels.ground.fill(inks.background);
  const counts = {
    failed: countBySlot(layout, (span) => spanLooks.mark[span] === 1),
    matched: spanLooks.match && countBySlot(layout, (span) => spanLooks.match?.[span] === 1),
  };
  const wide = drawRow(
    layout,
    spanLooks,
    counts,
    inks,
    view.row ?? 0,
    view.from ?? 0,
    view.perPixel,
    pixels,
    8,
  );
  return { wide, body: [...pixels.body], strip: [...pixels.strip] };
}

describe('the rows of the flame chart', () => {
  it('hold every drawn span once, by its left edge', () => {
    fc.assert(
      fc.property(anySpans, fc.constantFrom<FlameAxis>('time', 'cost'), (drafts, axis) => {
        const { layout } = open(drafts, axis);
        const seen = new Set(layout.span);
        assert.equal(seen.size, layout.span.length);
        for (let row = 0; row < layout.rows; row++) {
          for (let slot = layout.rowStart[row]! + 1; slot < layout.rowStart[row + 1]!; slot++) {
            assert.ok(layout.left[slot]! >= layout.left[slot - 1]!);
            assert.ok(layout.right[slot]! >= layout.right[slot - 1]!);
          }
        }
        for (const span of seen) assert.equal(layout.span[layout.slot[span]!], span);
      }),
    );
  });

  it('leave out calls without any width, where width is money', () => {
    const { layout } = open([{ id: 1 }, { id: 2, parent: 1, cost: 1 }, { id: 3, parent: 1 }], 'cost');
    assert.deepEqual([...layout.span], [0, 1]);
    assert.equal(layout.slot[2], noRow);
    assert.equal(layout.edges(2), undefined);
  });

  it('are drawn as bars with a gap behind each', () => {
    const one = open([
      { id: 1, start: 0, duration: 100 },
      { id: 2, start: 100, duration: 50 },
    ]);
    const { body, wide } = draw(one, { perPixel: 10 });
    assert.deepEqual(body, [10, 10, 10, 10, 10, 10, 10, 10, 10, 1, 10, 10, 10, 10, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual(wide, [0], 'only the first has room for text');
  });

  it('draw what is below a pixel as one pixel, and mark it when any of it failed', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ id: at + 1, start: at, duration: 0.5 }));
    const one = open(many);
    const mark = many.map((_, at) => (at === 57 ? 1 : 0));
    const { body, strip } = draw(one, { perPixel: 10 }, { mark });
    assert.deepEqual(body.slice(0, 12), [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 1, 1]);
    assert.deepEqual(strip.slice(0, 10), [10, 10, 10, 10, 10, 99, 10, 10, 10, 10]);
  });

  it('do not flicker when they are moved by whole pixels', () => {
    fc.assert(
      fc.property(
        anySpans,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 30 }),
        (drafts, perPixel, by) => {
          const one = open(
            drafts.map((draft) => ({ ...draft, start: Math.abs(draft.start ?? 0) % 1e5, duration: 3000 })),
          );
          if (one.layout.rows === 0) return;
          const before = draw(one, { perPixel, width: 60 }).body;
          const after = draw(one, { perPixel, width: 60, from: by * perPixel }).body;
          if (after.every((pixel) => pixel === 0) || before.every((pixel) => pixel === 0)) return;
          // The left edge of the view cuts gaps and edges of bars that begin before it.
          assert.deepEqual(after.slice(1, 60 - by), before.slice(by + 1, 60));
        },
      ),
    );
  });

  it('take as many steps as there are pixels, not as there are spans', () => {
    const many = 100_000;
    const { layout } = open(
      Array.from({ length: many }, (_, at) => ({ id: at + 1, start: at * 2, duration: 1 })),
    );
    let reads = 0;
    const left = new Proxy(layout.left, {
      get(edges, key) {
        reads++;
        return Reflect.get(edges, key, edges) as unknown;
      },
    });
    const watched = Object.create(layout, { left: { value: left } }) as ChartLayout;
    const none = new Uint8Array(many);
    const looks = { color: none, mark: none, wait: none, match: undefined };
    const counts = { failed: new Uint32Array(many + 1), matched: undefined };
    const width = 500;
    drawRow(watched, looks, counts, inks, 0, 0, (many * 2) / width, rowPixels(width), 8);
    assert.ok(reads > width && reads < width * 40, `${reads} looks for ${width} pixels of ${many} spans`);
  });

  it('show the wait for the first token within the bar, and dim what does not match', () => {
    const one = open([{ id: 1, start: 0, duration: 100 }]);
    assert.deepEqual(
      draw(one, { perPixel: 10 }, { wait: [128] }).body.slice(0, 10),
      [11, 11, 11, 11, 11, 10, 10, 10, 10, 1],
    );
    assert.deepEqual(draw(one, { perPixel: 10 }, { match: [0] }).body.slice(0, 3), [12, 12, 12]);
  });

  it('are empty where nothing is seen', () => {
    const one = open([
      { id: 1, start: 0, duration: 100 },
      { id: 2, start: 10_000, duration: 100 },
    ]);
    assert.equal(draw(one, { perPixel: 10, from: 5000 }).wide, undefined);
  });
});

describe('pointing at the chart', () => {
  const drafts = [
    { id: 1, duration: 1000 },
    { id: 2, parent: 1, start: 100, duration: 200 },
    { id: 3, parent: 1, start: 700, duration: 1 },
  ];
  const { layout } = open(drafts);
  const geometry = new Geometry(
    layout,
    { from: 0, length: 1000, scroll: 0 },
    { width: 100, height: 200 },
    [],
  );

  it('finds the bar, or one of a pixel beside it, or nothing', () => {
    assert.equal(geometry.hit(50, 5), 0);
    assert.equal(geometry.hit(15, rowHeight + 5), 1);
    assert.equal(geometry.hit(71, rowHeight + 5), 2);
    assert.equal(geometry.hit(50, rowHeight + 5), -1);
    assert.equal(geometry.hit(50, 5 * rowHeight), -1);
    assert.equal(geometry.hit(50, -1), -1);
  });

  it('finds what was drawn at each place, whatever the spans', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const one = open(spans);
        for (const span of one.layout.span) {
          const edges = one.layout.edges(span)!;
          const found = one.layout.spanAt(edges.row, (edges.left + edges.right) / 2, 0);
          const other = one.layout.edges(found)!;
          assert.ok(other.left <= edges.right && other.right >= edges.left);
        }
      }),
    );
  });

  it('finds the rows that are pinned above the others', () => {
    const pinned = new Geometry(
      layout,
      { from: 0, length: 1000, scroll: 0 },
      { width: 100, height: 200 },
      [1],
    );
    assert.equal(pinned.hit(15, 5), 1);
    assert.equal(pinned.hit(50, pinned.pinnedHeight + 5), 0);
    assert.equal(pinned.topOf(1), 0);
  });
});

describe('the minimap', () => {
  it('shows every row of a trace of some hundred, and of a trace of very many a bounded number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 1_000_000 }), (lines, rows) => {
        fc.pre(rows > lines);
        const shown = Array.from({ length: lines }, (_, line) => rowsOfLine(line, lines, rows)).flat();
        assert.ok(shown.every((row, at) => row < rows && (at === 0 || row > (shown[at - 1] ?? -1))));
        assert.ok(shown.length <= 8 * lines);
        if (rows <= 7 * lines) assert.equal(shown.length, rows);
      }),
    );
  });
});

describe('the view of the chart', () => {
  const bounds = { extent: 1000, contentHeight: 500, height: 200 };

  it('stays within its bounds, however it is moved', () => {
    const step = fc.oneof(
      fc.tuple(
        fc.constant('zoom' as const),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      fc.tuple(
        fc.constant('pan' as const),
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: -999, max: 999, noNaN: true }),
      ),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let view = fit(bounds);
        for (const [what, a, b] of steps)
          view = what === 'zoom' ? zoom(view, bounds, a, b) : pan(view, bounds, a, b);
        assert.ok(view.from >= 0 && view.from + view.length <= 1000 * (1 + 1e-12));
        assert.ok(view.length > 0 && view.scroll >= 0 && view.scroll <= 300);
      }),
    );
  });

  it('keeps the place under the pointer while it is zoomed', () => {
    const view = zoom({ from: 200, length: 400, scroll: 0 }, bounds, 2, 0.25);
    assert.deepEqual(view, { from: 250, length: 200, scroll: 0 });
  });

  it('shows a span with a margin, and moves no more than it must to reveal one', () => {
    const shown = show(fit(bounds), bounds, 400, 500);
    assert.deepEqual([Math.round(shown.from), Math.round(shown.length)], [395, 110]);
    const seen = { from: 0, length: 100, scroll: 0 };
    assert.deepEqual(reveal(seen, bounds, { left: 10, right: 20, top: 0, rowHeight: 20 }), seen);
    assert.deepEqual(reveal(seen, bounds, { left: 500, right: 520, top: 400, rowHeight: 20 }), {
      from: 460,
      length: 100,
      scroll: 240,
    });
  });

  it('goes from one view to another without leaving them', () => {
    const [a, b] = [
      { from: 0, length: 1000, scroll: 0 },
      { from: 500, length: 10, scroll: 100 },
    ];
    assert.deepEqual(between(a, b, 0), a);
    assert.deepEqual(between(a, b, 1), b);
    assert.deepEqual(clamp({ from: NaN, length: Infinity, scroll: 0 }, bounds).length, 1000);
  });
});

describe('the ruler', () => {
  it('counts in units that people use', () => {
    const labels = (from: number, length: number): string[] =>
      ticks('time', from, length, 5).map(({ label }) => label);
    assert.deepEqual(labels(0, 1000), ['0', '0.2 ms', '0.4 ms', '0.6 ms', '0.8 ms', '1.0 ms']);
    assert.deepEqual(labels(0, 4e6), ['0', '1 s', '2 s', '3 s', '4 s']);
    assert.deepEqual(labels(60e6, 2e6), ['1:00.0', '1:00.5', '1:01.0', '1:01.5', '1:02.0']);
    assert.deepEqual(labels(0, 4 * 3600e6), ['0', '1:00:00', '2:00:00', '3:00:00', '4:00:00']);
    assert.deepEqual(
      ticks('cost', 0, 0.04, 4).map(({ label }) => label),
      ['$0', '$0.01', '$0.02', '$0.03', '$0.04'],
    );
    assert.deepEqual(
      ticks('tokens', 0, 2, 5).map(({ label }) => label),
      ['0', '1', '2'],
    );
  });

  it('has neighbouring marks with different labels, and not too many of them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<FlameAxis>('time', 'cost', 'tokens'),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        fc.integer({ min: -1, max: 33 }),
        (axis, from, power) => {
          const length = axis === 'cost' ? 2 ** (power - 28) : 2 ** power;
          const start = axis === 'cost' ? from / 1e9 : from;
          const marks = ticks(axis, start, length, 10);
          assert.ok(marks.length <= 13);
          if (axis === 'time' || power > 4)
            assert.equal(new Set(marks.map(({ value }) => value)).size, marks.length);
        },
      ),
    );
    assert.equal(tickLabel('time', 59_999_999.9, 0.1).length > 0, true);
    assert.deepEqual(ticks('time', NaN, 10, 5), []);
    assert.deepEqual(ticks('time', 0, 0, 5), []);
  });
});

describe('searching spans', () => {
  const { data } = open([
    { id: 1, name: 'agent', start: 0 },
    { id: 2, parent: 1, name: 'chat GPT', model: 'gpt-4o', start: 10, bits: flameBits.error },
    { id: 3, parent: 1, name: 'search [x]', start: 20 },
    { id: 4, parent: 2, name: 'chat again', model: 'claude', start: 15 },
  ]);
  const found = (query: string): number[] => {
    const match = matchSpans(data, parseQuery(query));
    return match ? [...matchList(data, match)].map((span) => data.columns.idLow[span]!) : [];
  };

  it('finds words in names, models and kinds, all of them', () => {
    assert.deepEqual(found('chat'), [2, 4]);
    assert.deepEqual(found('chat gpt-4'), [2]);
    assert.deepEqual(found('model:CLAUDE'), [4]);
    assert.deepEqual(found('is:error'), [2]);
    assert.deepEqual(found('"search [x]"'), [3]);
    assert.deepEqual(found('name:gpt-4'), []);
    assert.deepEqual(found('is:nonsense'), []);
    assert.equal(matchSpans(data, parseQuery('  ')), undefined);
  });

  it('takes no query for a pattern', () => {
    for (const query of ['(a+)+$', '[z', '\\', '.*', '*'.repeat(10_000)])
      assert.deepEqual(found(query), [], query.slice(0, 9));
  });

  it('goes round by time, from where one is', () => {
    const list = matchList(data, matchSpans(data, parseQuery('chat'))!);
    assert.equal(nextMatch(data, list, -1, 1), 0);
    assert.equal(nextMatch(data, list, list[0]!, 1), 1);
    assert.equal(nextMatch(data, list, list[1]!, 1), 0);
    assert.equal(nextMatch(data, list, list[0]!, -1), 1);
    assert.equal(nextMatch(data, list, data.indexOf('0000000000000003'), -1), 1);
    assert.equal(nextMatch(data, new Uint32Array(0), 1, 1), -1);
  });

  it('tells the layout what to hide, a bit a span', () => {
    assert.deepEqual([...hiddenBits(Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1, 0))], [0b00010010, 1]);
  });
});

describe('what the chart says of a span', () => {
  const { data } = open([
    { id: 1, name: 'agent \u202Egpj.exe', duration: 3000 },
    {
      id: 2,
      parent: 1,
      name: 'chat',
      model: 'gpt-4o',
      duration: 1000,
      cost: 0.25,
      tokens: 1200,
      bits: flameBits.error,
    },
    { id: 3, parent: 1, name: '', duration: 500, start: 1500, bits: flameBits.costUnknown },
  ]);
  const facts = (span: number): Record<string, string> =>
    Object.fromEntries(spanFacts(data, span, new SubtreeSums(data)).map(({ name, value }) => [name, value]));

  it('holds times, tokens, money, and what is not known as unknown', () => {
    assert.equal(facts(0)['Self time'], '1.5 ms');
    assert.equal(facts(0)['With all below'], '≥ $0.2500, 2 calls');
    assert.equal(facts(1)['Cost'], '$0.2500');
    assert.equal(facts(1)['Tokens'], '1,200');
    assert.equal(facts(2)['Cost'], 'cost ?');
    assert.deepEqual(spanNotes(data, 1), ['It failed.']);
  });

  it('is a sentence for screen readers, with nothing that hides or turns text', () => {
    const sentence = spanSentence(data, 0);
    assert.match(sentence, /^Span agent ⟨U\+202E⟩gpj\.exe, duration 3 ms/);
    assert.match(spanSentence(data, 2), /^Span Span, duration/);
  });
});

describe('keys of the chart', () => {
  const key = (name: string, more: Partial<Parameters<typeof actionOf>[0]> = {}) =>
    actionOf({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

  it('do what the pointer does', () => {
    assert.equal(key('ArrowLeft')?.do, 'pan');
    assert.equal(key('D')?.do, 'pan');
    assert.equal(key('+')?.do, 'zoom');
    assert.equal(key('z')?.do, 'zoomToSpan');
    assert.equal(key('Enter')?.do, 'openSource');
    assert.equal(key('ArrowDown', { shiftKey: true })?.do, 'step');
    assert.equal(key('f', { ctrlKey: true })?.do, 'search');
  });

  it('are there for everything that the pointer does', () => {
    const shift = { shiftKey: true };
    const gestures: readonly (readonly [gesture: string, does: string | undefined, ...same: string[]])[] = [
      ['drag across, drag the minimap', key('ArrowLeft')?.do, 'pan'],
      ['drag back', key('ArrowRight')?.do, 'pan'],
      ['drag down, Shift + wheel', key('ArrowDown')?.do, 'pan'],
      ['drag up', key('ArrowUp')?.do, 'pan'],
      ['wheel, pinch, narrow the minimap', key('+', shift)?.do, 'zoom'],
      ['wheel back, widen the minimap', key('-')?.do, 'zoom'],
      ['double click the minimap', key('0')?.do, 'fit'],
      ['click a bar', key('ArrowRight', shift)?.do, 'step'],
      ['point at a bar', key('h')?.do, 'card'],
      ['double click a bar', key('Enter')?.do, 'openSource'],
      ['the button of the critical path', key('k')?.do, 'critical'],
      ['the button of idle time', key('i')?.do, 'idle'],
      ['the search box', key('/')?.do, 'search'],
      ['its buttons', key('n')?.do, 'match'],
      ['the help button', key('?', shift)?.do, 'help'],
    ];
    for (const [gesture, does, wanted] of gestures) assert.equal(does, wanted, gesture);
    const across = (name: string): number => {
      const action = key(name);
      return action?.do === 'pan' ? Math.sign(action.across) : NaN;
    };
    assert.deepEqual(['ArrowLeft', 'ArrowRight', 'ArrowUp'].map(across), [-1, 1, 0]);
  });

  it('leave the editor its own', () => {
    for (const mine of ['p', 's', 'w', 'ArrowLeft', 'Enter', 'c']) {
      assert.equal(key(mine, { ctrlKey: true }), undefined, mine);
      assert.equal(key(mine, { altKey: true }), undefined, mine);
    }
    assert.equal(key('Tab'), undefined);
    assert.equal(key('constructor'), undefined);
  });

  it('are explained', () => assert.ok(keyHelp.length >= 15));
});

describe('going from span to span by keys', () => {
  const { data, layout } = open([
    { id: 1, duration: 1000 },
    { id: 2, parent: 1, start: 0, duration: 100 },
    { id: 3, parent: 1, start: 200, duration: 100 },
  ]);

  it('leads to the parent, the first child and the neighbours in the row, and stays at the ends', () => {
    assert.equal(neighbour(data, layout, -1, 'next'), 0);
    assert.equal(neighbour(data, layout, 0, 'child'), 1);
    assert.equal(neighbour(data, layout, 1, 'next'), 2);
    assert.equal(neighbour(data, layout, 2, 'next'), 2);
    assert.equal(neighbour(data, layout, 2, 'previous'), 1);
    assert.equal(neighbour(data, layout, 1, 'parent'), 0);
    assert.equal(neighbour(data, layout, 0, 'parent'), 0);
  });
});

describe('what the page remembers', () => {
  it('comes back as it was', () => {
    const arrangement = {
      ...readArrangement(undefined),
      axis: 'cost' as const,
      selected: 'ab'.repeat(8),
      pinned: ['12'.repeat(8)],
      view: { from: 1, length: 2, scroll: 3 },
    };
    assert.deepEqual(readArrangement(writeArrangement('f'.repeat(32), arrangement)), arrangement);
  });

  it('is as at first where it was tampered with', () => {
    const initial = readArrangement(undefined);
    const wrong = {
      axis: 'x',
      color: {},
      query: 5,
      others: '__proto__',
      view: { from: NaN },
      pinned: ['x', 5],
      collapsed: 'y',
    };
    for (const saved of [null, 'x', [], wrong]) assert.deepEqual(readArrangement(saved), initial);
  });

  it('is checked when it comes as an answer', () => {
    const { head } = open([{ id: 1 }]);
    assert.ok(isHead(head));
    for (const answer of [
      null,
      5,
      {},
      { ...head, columns: {} },
      { ...head, tables: null },
      { ...head, count: '1' },
    ])
      assert.ok(!isHead(answer));
  });
});
