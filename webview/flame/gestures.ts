import type { Chart } from './chart.ts';
import { rulerHeight } from './geometry.ts';

export interface GestureEvents {
  /** Pointer over a span, or over none (-1); page coordinates. */
  readonly onHover: (span: number, x: number, y: number) => void;
  readonly onSelect: (span: number) => void;
  readonly onOpen: (span: number) => void;
}

/** A press that moves less is a click. */
const clickReach = 4;
const wheelZoom = 0.0022;

/** Pointer and wheel on the chart: drag to move, wheel and pinch to zoom where the pointer is, Shift-drag for a stretch. */
export function listenToPointer(element: HTMLElement, chart: Chart, events: GestureEvents): () => void {
  let press:
    { x: number; y: number; lastX: number; lastY: number; isBrush: boolean; isDrag: boolean } | undefined;
  const at = (event: MouseEvent): { x: number; y: number; width: number } => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, width: Math.max(1, box.width) };
  };
  const spanAt = (event: MouseEvent): number => {
    const { x, y } = at(event);
    return chart.geometry?.hit(x, y - rulerHeight) ?? -1;
  };

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0 && event.button !== 1) return;
    const { x, y } = at(event);
    press = { x, y, lastX: x, lastY: y, isBrush: event.shiftKey || y < rulerHeight, isDrag: false };
    element.setPointerCapture(event.pointerId);
    events.onHover(-1, 0, 0);
  };
  const onMove = (event: PointerEvent): void => {
    const { x, y, width } = at(event);
    if (!press) {
      const span = y < rulerHeight ? -1 : spanAt(event);
      chart.setOverlay({ hovered: span });
      element.classList.toggle('on-span', span >= 0);
      events.onHover(span, event.clientX, event.clientY);
      return;
    }
    press.isDrag ||= Math.hypot(x - press.x, y - press.y) >= clickReach;
    if (!press.isDrag) return;
    if (press.isBrush) chart.setOverlay({ brush: { from: press.x, to: x } });
    else {
      element.classList.add('dragging');
      chart.panBy((press.lastX - x) / width, press.lastY - y);
    }
    press.lastX = x;
    press.lastY = y;
  };
  const onUp = (event: PointerEvent): void => {
    const ended = press;
    press = undefined;
    element.classList.remove('dragging');
    chart.setOverlay({ brush: undefined });
    if (!ended) return;
    const { x } = at(event);
    const { geometry } = chart;
    if (ended.isBrush && ended.isDrag && geometry) {
      const [from, to] = [geometry.place(Math.min(ended.x, x)), geometry.place(Math.max(ended.x, x))];
      if (to > from) chart.showStretch(from, to);
    } else if (!ended.isDrag && event.button === 0) {
      const span = spanAt(event);
      if (span >= 0) events.onSelect(span);
    }
  };
  const onCancel = (): void => {
    press = undefined;
    element.classList.remove('dragging');
    chart.setOverlay({ brush: undefined });
  };
  const onLeave = (): void => {
    if (press) return;
    chart.setOverlay({ hovered: -1 });
    events.onHover(-1, 0, 0);
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, width } = at(event);
    const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1;
    const [across, down] = [event.deltaX * unit, event.deltaY * unit];
    events.onHover(-1, 0, 0);
    if (event.ctrlKey) chart.zoomBy(Math.exp(-down * wheelZoom * 4), x / width);
    else if (event.shiftKey) chart.panBy(0, down === 0 ? across : down);
    else if (Math.abs(across) > Math.abs(down)) chart.panBy(across / width, 0);
    else chart.zoomBy(Math.exp(-down * wheelZoom), x / width);
  };
  const onDouble = (event: MouseEvent): void => {
    const span = spanAt(event);
    if (span >= 0) events.onOpen(span);
  };

  const stop = new AbortController();
  const options = { signal: stop.signal };
  element.addEventListener('pointerdown', onDown, options);
  element.addEventListener('pointermove', onMove, options);
  element.addEventListener('pointerup', onUp, options);
  element.addEventListener('pointercancel', onCancel, options);
  element.addEventListener('pointerleave', onLeave, options);
  element.addEventListener('dblclick', onDouble, options);
  element.addEventListener('wheel', onWheel, { ...options, passive: false });
  return () => stop.abort();
}

/** The minimap: drag what is seen, or its edges; elsewhere a stretch is marked out. */
export function listenToMinimap(canvas: HTMLCanvasElement, chart: Chart): () => void {
  let hold:
    { kind: 'window' | 'left' | 'right' | 'brush'; at: number; from: number; length: number } | undefined;
  const edge = 6;
  const places = (event: PointerEvent): { place: number; reach: number } | undefined => {
    const { geometry } = chart;
    if (!geometry) return undefined;
    const box = canvas.getBoundingClientRect();
    const extent = geometry.bounds.extent > 0 ? geometry.bounds.extent : 1;
    const unit = extent / Math.max(1, box.width);
    return { place: (event.clientX - box.left) * unit, reach: edge * unit };
  };
  const kindAt = (place: number, reach: number): 'window' | 'left' | 'right' | 'brush' => {
    const { from, length } = chart.view;
    if (Math.abs(place - from) <= reach) return 'left';
    if (Math.abs(place - from - length) <= reach) return 'right';
    return !chart.isWhole && place > from && place < from + length ? 'window' : 'brush';
  };
  const stop = new AbortController();
  const options = { signal: stop.signal };
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      const at = places(event);
      if (!at || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      hold = { kind: kindAt(at.place, at.reach), at: at.place, ...chart.view };
    },
    options,
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const at = places(event);
      if (!at) return;
      if (!hold) {
        canvas.dataset['over'] = kindAt(at.place, at.reach);
        return;
      }
      const end = hold.from + hold.length;
      const { scroll } = chart.view;
      const stretch = (a: number, b: number): void => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        if (to - from > at.reach / 2) chart.setView({ from, length: to - from, scroll });
      };
      if (hold.kind === 'window')
        chart.setView({ from: hold.from + at.place - hold.at, length: hold.length, scroll });
      else if (hold.kind === 'left') stretch(at.place, end);
      else if (hold.kind === 'right') stretch(hold.from, at.place);
      else stretch(hold.at, at.place);
    },
    options,
  );
  const release = (): void => void (hold = undefined);
  canvas.addEventListener('pointerup', release, options);
  canvas.addEventListener('pointercancel', release, options);
  canvas.addEventListener('dblclick', () => chart.fit(), options);
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      chart.zoomBy(Math.exp(-event.deltaY * wheelZoom), 0.5);
    },
    { ...options, passive: false },
  );
  return () => stop.abort();
}
