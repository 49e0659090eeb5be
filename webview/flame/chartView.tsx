import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { flameBits } from '../../src/protocol/flame.ts';
import { Chart } from './chart.ts';
import type { FlameData } from './flameData.ts';
import type { FlameState, FlameStore, Shown } from './flameStore.ts';
import { rulerHeight } from './geometry.ts';
import { listenToMinimap, listenToPointer } from './gestures.ts';
import { HoverCard } from './hoverCard.tsx';
import type { ChartAction } from './keys.ts';
import { actionOf } from './keys.ts';
import type { Coloring } from './palette.ts';
import type { SpanLooks } from './rowRaster.ts';
import { countBySlot } from './rowRaster.ts';
import { readThemeColors } from './themeColors.ts';
import { TreeMirror } from './treeMirror.tsx';
import type { Viewport } from './viewport.ts';

interface ChartViewProps {
  readonly state: FlameState;
  readonly shown: Shown;
  readonly coloring: Coloring;
  readonly store: FlameStore;
  readonly act: (action: ChartAction) => void;
  readonly chart: { current: Chart | undefined };
  readonly chartBox: RefObject<HTMLDivElement | null>;
  readonly onView: (view: Viewport, isWhole: boolean) => void;
}

/** The page around the chart follows its view when it has come to rest. */
const settleMs = 150;

interface Hover {
  readonly span: number;
  readonly x: number;
  readonly y: number;
}

/** The canvases, what is said about the span under the pointer, and the tree that mirrors them. */
export function ChartView(props: ChartViewProps): JSX.Element {
  const { state, shown, coloring, store, act, chart, chartBox, onView } = props;
  const main = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const minimap = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Hover>();
  const [theme, setTheme] = useState(0);
  const [scrollHeight, setScrollHeight] = useState(0);
  const { data, layout } = shown;

  useEffect(() => {
    const parts = { main: main.current, overlay: overlay.current, minimap: minimap.current };
    const box = chartBox.current;
    if (!parts.main || !parts.overlay || !parts.minimap || !box) return undefined;
    let settled: ReturnType<typeof setTimeout> | undefined;
    const drawing = new Chart(
      { main: parts.main, overlay: parts.overlay, minimap: parts.minimap },
      (view) => {
        const { current } = scroller;
        if (current && Math.abs(current.scrollTop - view.scroll) > 1) current.scrollTop = view.scroll;
        clearTimeout(settled);
        settled = setTimeout(() => onView(view, drawing.isWhole), settleMs);
      },
      () => {
        performance.clearMarks('flame:painted');
        performance.mark('flame:painted');
      },
    );
    chart.current = drawing;
    const onHover = (span: number, x: number, y: number): void =>
      setHover(span < 0 ? undefined : { span, x, y });
    const stops = [
      listenToPointer(parts.overlay, drawing, {
        onHover,
        onSelect: (span) => store.select(span),
        onOpen: (span) => store.openSource(span),
      }),
      listenToMinimap(parts.minimap, drawing),
      watchSize(box, (width, height) => drawing.resize(width, height, devicePixelRatio)),
      watchTheme(() => setTheme((count) => count + 1)),
    ];
    return () => {
      for (const stop of stops) stop();
      clearTimeout(settled);
      drawing.dispose();
      chart.current = undefined;
    };
  }, []);

  const colors = useMemo(() => readThemeColors(document.body), [theme]);
  const looks = useMemo(
    () => looksOf(data, coloring, shown, state),
    [data, coloring, shown.match, state.arrangement.others],
  );
  const counts = useMemo(
    () => ({
      failed: countBySlot(layout, (span) => looks.mark[span] === 1),
      matched: looks.match && countBySlot(layout, (span) => looks.match?.[span] === 1),
    }),
    [layout, looks],
  );
  const lastShown = useRef<Shown>(undefined);
  useEffect(() => {
    const drawing = chart.current;
    if (!drawing) return;
    const before = lastShown.current;
    lastShown.current = shown;
    const wasWhole = drawing.isWhole;
    const { selected, collapsed, pinned, critical } = shown;
    drawing.setScene({ data, layout, looks, counts, colors, selected, collapsed, pinned, critical });
    setScrollHeight(drawing.geometry?.bounds.contentHeight ?? 0);
    const { view } = state.arrangement;
    if (!before) drawing.setView(view ?? { from: 0, length: Infinity, scroll: 0 });
    // What was seen whole stays so while it grows; another axis is another view.
    else if (
      before.layout.facts.axis !== layout.facts.axis ||
      before.layout.facts.isCompressed !== layout.facts.isCompressed
    )
      drawing.setView({ from: 0, length: Infinity, scroll: drawing.view.scroll });
    else if (wasWhole) drawing.setView({ ...drawing.view, from: 0, length: Infinity });
    if (selected >= 0 && selected !== before?.selected && before) drawing.reveal(selected);
  }, [data, layout, looks, counts, colors, shown.selected, shown.collapsed, shown.pinned, shown.critical]);

  const { view } = state.arrangement;
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = chart.current?.view.scroll ?? 0;
  }, [scrollHeight]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    if (action.do === 'card') setHover(hover ? undefined : besideBar(chart.current, shown.selected));
    else {
      // It was beside what has moved now.
      setHover(undefined);
      act(action);
    }
  };
  return (
    <div class="chart-area">
      <canvas class="minimap" ref={minimap} aria-hidden="true" />
      <div
        class="chart"
        ref={chartBox}
        role="application"
        aria-label={`Flame chart of ${data.head.name.slice(0, 100)}. Press question mark for its keys; the tree behind it holds the spans.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => chart.current?.setOverlay({ isFocused: true })}
        onBlur={() => chart.current?.setOverlay({ isFocused: false })}
      >
        <canvas ref={main} aria-hidden="true" />
        <canvas class="overlay" ref={overlay} aria-hidden="true" />
        <div
          class="scroller"
          ref={scroller}
          tabIndex={-1}
          onScroll={(event) => {
            const drawing = chart.current;
            const { scrollTop } = event.currentTarget;
            if (drawing && Math.abs(drawing.view.scroll - scrollTop) > 1)
              drawing.setView({ ...drawing.view, scroll: scrollTop });
          }}
        >
          <div style={{ height: `${scrollHeight}px` }} />
        </div>
      </div>
      <TreeMirror
        shown={shown}
        view={view}
        store={store}
        onFocus={(isFocused) => chart.current?.setOverlay({ isFocused })}
      />
      {hover && hover.span < data.count ? <HoverCard shown={shown} {...hover} /> : null}
    </div>
  );
}

/** Where the card of a span is shown that no pointer points at. */
function besideBar(chart: Chart | undefined, span: number): Hover | undefined {
  const { geometry } = chart ?? {};
  const edges = geometry?.layout.edges(span);
  const box = document.querySelector('.chart .overlay')?.getBoundingClientRect();
  if (!geometry || !edges || !box) return undefined;
  const x = Math.min(geometry.width, Math.max(0, geometry.x(edges.left)));
  const y = Math.min(geometry.height, Math.max(0, geometry.topOf(edges.row)));
  return { span, x: box.left + x, y: box.top + rulerHeight + y };
}

function looksOf(data: FlameData, { color }: Coloring, shown: Shown, state: FlameState): SpanLooks {
  const { bits, firstToken, duration } = data.columns;
  const mark = new Uint8Array(data.count);
  const wait = new Uint8Array(data.count);
  for (let span = 0; span < data.count; span++) {
    const mask = bits[span] as number;
    if ((mask & flameBits.error) !== 0) mark[span] = 1;
    else if ((mask & (flameBits.warning | flameBits.severe | flameBits.rateLimited)) !== 0) mark[span] = 2;
    const part = (firstToken[span] as number) / (duration[span] as number);
    if (part > 0 && part <= 1) wait[span] = Math.round(part * 255);
  }
  const match = state.arrangement.others === 'dim' ? shown.match : undefined;
  return { color, mark, wait, match };
}

function watchSize(element: HTMLElement, onSize: (width: number, height: number) => void): () => void {
  const tell = (): void => onSize(element.clientWidth - 14, element.clientHeight);
  const observer = new ResizeObserver(tell);
  observer.observe(element);
  addEventListener('resize', tell);
  // Another screen has other pixels, without another size.
  let density: MediaQueryList | undefined;
  const watchDensity = (): void => {
    density?.removeEventListener('change', watchDensity);
    density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    density.addEventListener('change', watchDensity);
    tell();
  };
  watchDensity();
  return () => {
    observer.disconnect();
    removeEventListener('resize', tell);
    density?.removeEventListener('change', watchDensity);
  };
}

/** The editor puts a theme's colours on the root element and its kind on the body. */
function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}
