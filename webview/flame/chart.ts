import { Geometry, rowHeight, rulerHeight } from './geometry.ts';
import { MinimapPainter } from './minimap.ts';
import type { Overlay } from './overlayPainter.ts';
import { hasNothingOver, paintOverlay } from './overlayPainter.ts';
import { RowsPainter } from './rowsPainter.ts';
import { paintRuler } from './rulerPainter.ts';
import type { Scene } from './scene.ts';
import type { Viewport } from './viewport.ts';
import { between, clamp, fit, pan, reveal, show, zoom } from './viewport.ts';

export interface ChartParts {
  readonly main: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly minimap: HTMLCanvasElement;
}

/** How long after the last movement everything is written out. */
const restMs = 120;
const glideMs = 160;

/**
 * Draws a scene through a viewport onto three canvases, each only when what it shows has changed, at most once a
 * frame. Knows nothing of the page around it.
 */
export class Chart {
  readonly #parts: ChartParts;
  readonly #rows = new RowsPainter();
  readonly #minimap = new MinimapPainter();
  /** Told of each new view. */
  readonly #onView: (view: Viewport) => void;
  /** Told once of each trace that was read, when it is on the canvas. */
  readonly #onPainted: () => void;
  #told: Scene['data'] | undefined;
  #scene: Scene | undefined;
  #view: Viewport = { from: 0, length: 1, scroll: 0 };
  #size = { width: 1, height: 1 };
  #scale = 1;
  #overlay: Overlay = { hovered: -1, brush: undefined, isFocused: false };
  #frame = 0;
  #isStale = { main: false, overlay: false, minimap: false };
  #isMoving = false;
  #isOverlayEmpty = true;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #glide: { readonly from: Viewport; readonly to: Viewport; readonly begun: number } | undefined;

  constructor(parts: ChartParts, onView: (view: Viewport) => void, onPainted: () => void) {
    this.#parts = parts;
    this.#onView = onView;
    this.#onPainted = onPainted;
    for (const canvas of [parts.main, parts.overlay, parts.minimap]) {
      // What a lost context has drawn is gone; the scene is not.
      canvas.addEventListener('contextrestored', () => this.#touch('main', 'overlay', 'minimap'));
    }
  }

  get scene(): Scene | undefined {
    return this.#scene;
  }
  get view(): Viewport {
    return this.#view;
  }
  /** Whether all of the axis is seen, or will be when the view has come to rest. */
  get isWhole(): boolean {
    const { length } = this.#glide?.to ?? this.#view;
    return this.#scene === undefined || length >= this.#scene.layout.extent * (1 - 1e-9);
  }

  /** Undefined until there is a scene. */
  get geometry(): Geometry | undefined {
    const scene = this.#scene;
    if (!scene) return undefined;
    const rows = scene.pinned.flatMap((span) => scene.layout.edges(span)?.row ?? []);
    return new Geometry(scene.layout, this.#view, this.#size, [...new Set(rows)].slice(0, 8));
  }

  setScene(scene: Scene): void {
    const before = this.#scene;
    if (before?.data !== scene.data) this.#rows.labels.forget();
    this.#scene = scene;
    if (before?.layout !== scene.layout) this.#setView(this.#view);
    this.#touch('main', 'overlay', 'minimap');
  }

  /** CSS pixels, and device pixels to each. */
  resize(width: number, height: number, scale: number): void {
    this.#size = { width, height };
    this.#scale = scale;
    for (const canvas of [this.#parts.main, this.#parts.overlay]) setSize(canvas, width, height, scale);
    setSize(this.#parts.minimap, width, this.#parts.minimap.clientHeight, scale);
    this.#setView(this.#view);
    this.#touch('main', 'overlay', 'minimap');
  }

  setOverlay(change: Partial<Overlay>): void {
    const next = { ...this.#overlay, ...change };
    const { hovered, brush, isFocused } = this.#overlay;
    if (next.hovered === hovered && next.brush === brush && next.isFocused === isFocused) return;
    this.#overlay = next;
    this.#touch('overlay');
  }

  setView(view: Viewport): void {
    this.#glide = undefined;
    this.#move(view);
  }
  /** `at`: place under which nothing moves, 0…1 of the width. */
  zoomBy(factor: number, at = 0.5): void {
    this.#change((view, geometry) => zoom(view, geometry.bounds, factor, at));
  }
  /** Parts of the width, CSS pixels of height. */
  panBy(across: number, down: number): void {
    this.#change((view, geometry) => pan(view, geometry.bounds, across, down));
  }
  fit(): void {
    this.#glideTo((_, geometry) => fit(geometry.bounds));
  }
  zoomTo(span: number): void {
    this.#glideTo((view, geometry) => {
      const edges = geometry.layout.edges(span);
      if (!edges) return view;
      const shown = show(view, geometry.bounds, edges.left, edges.right);
      return this.#revealed(shown, geometry, span);
    });
  }
  showStretch(from: number, to: number): void {
    this.#glideTo((view, geometry) => show(view, geometry.bounds, from, to, 0));
  }
  reveal(span: number): void {
    this.#glideTo((view, geometry) => this.#revealed(view, geometry, span));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
  }

  #revealed(view: Viewport, geometry: Geometry, span: number): Viewport {
    const edges = geometry.layout.edges(span);
    if (!edges || geometry.pinned.includes(edges.row)) return view;
    return reveal(view, geometry.bounds, { ...edges, top: edges.row * rowHeight, rowHeight });
  }

  #change(next: (view: Viewport, geometry: Geometry) => Viewport): void {
    const { geometry } = this;
    if (!geometry) return;
    this.#glide = undefined;
    this.#move(next(this.#view, geometry));
  }

  /** A jump is shown as a short movement, unless the user wants none. */
  #glideTo(next: (view: Viewport, geometry: Geometry) => Viewport): void {
    const { geometry } = this;
    if (!geometry) return;
    const to = next(this.#glide?.to ?? this.#view, geometry);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return this.#change(() => to);
    this.#glide = { from: this.#view, to, begun: performance.now() };
    this.#touch('main');
  }

  #move(view: Viewport): void {
    this.#isMoving = true;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#isMoving = false;
      this.#touch('main');
    }, restMs);
    this.#setView(view);
  }

  #setView(view: Viewport): void {
    const { geometry } = this;
    this.#view = geometry ? clamp(view, geometry.bounds) : view;
    this.#touch('main', 'overlay', 'minimap');
    this.#onView(this.#view);
  }

  #touch(...parts: (keyof ChartParts)[]): void {
    for (const part of parts) this.#isStale[part] = true;
    this.#frame ||= requestAnimationFrame((time) => this.#paint(time));
  }

  #paint(time: number): void {
    this.#frame = 0;
    if (this.#glide) this.#glideOn(this.#glide, time);
    const scene = this.#scene;
    const { geometry } = this;
    if (!scene || !geometry) return;
    const stale = this.#isStale;
    this.#isStale = { main: false, overlay: false, minimap: false };
    if (stale.main) this.#paintMain(scene, geometry);
    if (stale.overlay) this.#paintOverlay(scene, geometry);
    if (stale.minimap) {
      const context = this.#parts.minimap.getContext('2d', { alpha: false, willReadFrequently: true });
      if (context) this.#minimap.paint(context, scene, this.#view, this.#scale);
    }
    if (stale.main && this.#told !== scene.data) {
      this.#told = scene.data;
      this.#onPainted();
    }
  }

  #paintMain(scene: Scene, geometry: Geometry): void {
    const { main } = this.#parts;
    // Image data is put into it in each frame: it is kept where the processor can write.
    const context = main.getContext('2d', { alpha: false, willReadFrequently: true });
    if (!context) return;
    const top = Math.round(rulerHeight * this.#scale);
    this.#rows.paint(context, scene, geometry, this.#scale, top, this.#isMoving);
    paintRuler(context, geometry, scene.colors, this.#scale, main.height);
  }

  /** What lies empty over the bars, and stays so, costs the browser nothing. */
  #paintOverlay(scene: Scene, geometry: Geometry): void {
    const isEmpty = hasNothingOver(scene, this.#overlay);
    if (isEmpty && this.#isOverlayEmpty) return;
    const context = this.#parts.overlay.getContext('2d');
    if (!context) return;
    paintOverlay(context, scene, geometry, this.#overlay, this.#scale);
    this.#isOverlayEmpty = isEmpty;
  }

  #glideOn({ from, to, begun }: { from: Viewport; to: Viewport; begun: number }, time: number): void {
    const part = Math.min(1, Math.max(0, time - begun) / glideMs);
    // Fast at first, slow at the end.
    const eased = 1 - (1 - part) ** 3;
    this.#move(part >= 1 ? to : between(from, to, eased));
    if (part >= 1) this.#glide = undefined;
    else this.#touch('main');
  }
}

function setSize(canvas: HTMLCanvasElement, width: number, height: number, scale: number): void {
  const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  // Setting a canvas's size empties it, even when it is the same.
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}
