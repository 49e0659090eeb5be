import { ChannelError } from '../../src/base/channel.ts';
import type { FlameCriticalPath } from '../../src/protocol/flame.ts';
import { flameBits, isFlameEvent } from '../../src/protocol/flame.ts';
import type { ChartLayout } from './chartLayout.ts';
import type { FlameData } from './flameData.ts';
import type { FlameChannel } from './loader.ts';
import { askForTrace, loadLayout, loadTrace } from './loader.ts';
import type { Arrangement } from './savedState.ts';
import { matchList, matchSpans, nextMatch, parseQuery } from './spanQuery.ts';
import { SubtreeSums } from './spanText.ts';

export interface Shown {
  readonly data: FlameData;
  readonly layout: ChartLayout;
  readonly sums: SubtreeSums;
  readonly match: Uint8Array | undefined;
  readonly matches: Uint32Array;
  readonly critical: FlameCriticalPath | undefined;
  readonly selected: number;
  readonly collapsed: ReadonlySet<number>;
  readonly pinned: readonly number[];
}

export interface FlameState {
  readonly traceId: string | undefined;
  readonly arrangement: Arrangement;
  readonly shown: Shown | undefined;
  /** Why nothing is shown, or nothing new. */
  readonly status: 'loading' | 'shown' | 'gone' | 'failed';
  readonly message: string;
  readonly isBusy: boolean;
}

/** Updates of a running trace: no more often, and a trace that takes long is read more seldom. */
const shortestPauseMs = 100;
const pauseFactor = 4;
const retryMs = 1000;
/** What has not ended grows: it is looked at again this often. */
const growthMs = 1000;

/** What the page shows and why: asks the host, keeps the answers, tells listeners of each change. */
export class FlameStore {
  readonly #channel: FlameChannel;
  readonly #listeners = new Set<() => void>();
  #state: FlameState;
  #load: AbortController | undefined;
  #layout: AbortController | undefined;
  /** What is shown is not laid out as it is arranged: a layout is on its way, or failed. */
  #isLayoutDue = false;
  /** How often the host has told of a change. */
  #changes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = shortestPauseMs;

  constructor(channel: FlameChannel, arrangement: Arrangement) {
    this.#channel = channel;
    this.#state = {
      traceId: undefined,
      arrangement,
      shown: undefined,
      status: 'loading',
      message: '',
      isBusy: false,
    };
    channel.on('flame/changed', (body) => {
      if (isFlameEvent('flame/changed', body)) this.#reloadSoon();
    });
    channel.on('flame/selected', (body) => {
      if (isFlameEvent('flame/selected', body)) this.#selectId(body.spanId);
    });
  }

  get state(): FlameState {
    return this.#state;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    try {
      const { traceId, spanId } = await this.#channel.call('flame/ready', {});
      const { arrangement } = this.#state;
      this.#set({ traceId, arrangement: { ...arrangement, selected: spanId ?? arrangement.selected } });
      await this.#reload();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Selects a span here; the host and all that shows spans hear of it. */
  select(span: number): void {
    const { shown } = this.#state;
    if (!shown || span < 0 || span === shown.selected) return;
    const spanId = shown.data.spanId(span);
    this.#selectId(spanId);
    this.#tell(this.#channel.call('flame/select', { spanId }));
  }

  openSource(span: number): void {
    const { shown } = this.#state;
    if (!shown || span < 0) return;
    this.select(span);
    this.#tell(this.#channel.call('flame/openSource', { spanId: shown.data.spanId(span) }, { timeoutMs: 0 }));
  }

  showDetails(span: number): void {
    const { shown } = this.#state;
    if (!shown || span < 0) return;
    this.select(span);
    this.#tell(this.#channel.call('flame/showDetails', { spanId: shown.data.spanId(span) }));
  }

  /** Arranges the chart otherwise; asks for another layout where that takes one. */
  arrange(change: Partial<Arrangement>): void {
    const before = this.#state.arrangement;
    const arrangement = { ...before, ...change };
    this.#set({ arrangement });
    const { shown } = this.#state;
    if (!shown) return;
    if (arrangement.query !== before.query) this.#search(arrangement.query);
    if (arrangement.pinned !== before.pinned)
      this.#show({ pinned: indexesOf(shown.data, arrangement.pinned) });
    if (arrangement.collapsed !== before.collapsed)
      this.#show({ collapsed: new Set(indexesOf(shown.data, arrangement.collapsed)) });
    if (arrangement.critical !== before.critical) void this.#findCriticalPath();
    if (needsOtherLayout(before, arrangement)) void this.#layOut();
  }

  toggleCollapsed(span: number): void {
    const { shown, arrangement } = this.#state;
    if (!shown || span < 0 || shown.data.isLeaf(span)) return;
    this.arrange({ collapsed: toggled(arrangement.collapsed, shown.data.spanId(span)) });
  }

  togglePinned(span: number): void {
    const { shown, arrangement } = this.#state;
    if (!shown || span < 0) return;
    // Of a row that is pinned by another of its spans, that one is taken away.
    const row = shown.layout.row[span];
    const same = shown.pinned.find((pinned) => shown.layout.row[pinned] === row);
    const spanId = shown.data.spanId(same ?? span);
    this.arrange({ pinned: toggled(arrangement.pinned, spanId).slice(-8) });
  }

  /** Selects the next or the last match. Returns it, -1 when there is none. */
  toMatch(direction: 1 | -1): number {
    const { shown } = this.#state;
    if (!shown) return -1;
    const at = nextMatch(shown.data, shown.matches, shown.selected, direction);
    const span = shown.matches[at] ?? -1;
    this.select(span);
    return span;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#load?.abort();
    this.#layout?.abort();
    this.#listeners.clear();
  }

  #selectId(spanId: string): void {
    const { shown, arrangement } = this.#state;
    this.#set({ arrangement: { ...arrangement, selected: spanId } });
    if (shown) this.#show({ selected: shown.data.indexOf(spanId) });
  }

  /** A change during a load is looked at after it. */
  #reloadSoon(): void {
    this.#changes++;
    if (!this.#load) this.#after(this.#pauseMs);
  }

  #after(pauseMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#reload();
    }, pauseMs);
  }

  async #reload(): Promise<void> {
    const abort = new AbortController();
    this.#load?.abort();
    this.#load = abort;
    const seen = this.#changes;
    const begun = performance.now();
    this.#set({ isBusy: true });
    try {
      const { arrangement } = this.#state;
      const before = this.#state.shown;
      const known = before?.data.head.loadId;
      const head = await askForTrace(this.#channel, viewOf(arrangement), known, abort.signal);
      abort.signal.throwIfAborted();
      if (head !== 'same') {
        // A layout of the reading that was shown is no use now.
        this.#layout?.abort();
        this.#layout = undefined;
        const loaded = head && (await loadTrace(this.#channel, head, abort.signal));
        abort.signal.throwIfAborted();
        this.#pauseMs = Math.max(shortestPauseMs, (performance.now() - begun) * pauseFactor);
        if (!loaded) this.#set({ shown: undefined, status: 'gone', isBusy: false });
        else await this.#arrive(loaded.data, loaded.layout, abort.signal);
        abort.signal.throwIfAborted();
      } else {
        this.#set({ status: 'shown', message: '', isBusy: this.#layout !== undefined });
        if (this.#isLayoutDue && !this.#layout) void this.#layOut();
      }
      this.#load = undefined;
      const isGrowing = this.#state.shown !== undefined && isOpen(this.#state.shown.data);
      if (this.#changes !== seen) this.#after(this.#pauseMs);
      else if (isGrowing) this.#after(Math.max(growthMs, this.#pauseMs));
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#load = undefined;
      this.#failed(error);
    }
  }

  async #arrive(data: FlameData, layout: ChartLayout, signal: AbortSignal): Promise<void> {
    const asked = this.#state.arrangement;
    const masks = this.#masks(this.#viewOf(data, layout));
    // The first layout leaves nothing out.
    const isPartial = masks.hidden !== undefined || masks.collapsed !== undefined;
    const final = isPartial
      ? await loadLayout(this.#channel, data, { ...viewOf(asked), ...masks }, signal)
      : layout;
    if (signal.aborted) return;
    this.#isLayoutDue = false;
    const shown = this.#viewOf(data, final);
    this.#set({ shown, status: 'shown', message: '', isBusy: false });
    const { arrangement } = this.#state;
    if (needsOtherLayout(asked, arrangement)) void this.#layOut();
    if (arrangement.critical) void this.#findCriticalPath();
  }

  /** A trace as it is arranged now. */
  #viewOf(data: FlameData, layout: ChartLayout): Shown {
    const { query, selected, collapsed, pinned } = this.#state.arrangement;
    const match = matchSpans(data, parseQuery(query));
    return {
      data,
      layout,
      sums: this.#state.shown?.data === data ? this.#state.shown.sums : new SubtreeSums(data),
      match,
      matches: match ? matchList(data, match) : new Uint32Array(0),
      critical: undefined,
      selected: selected === undefined ? -1 : data.indexOf(selected),
      collapsed: new Set(indexesOf(data, collapsed)),
      pinned: indexesOf(data, pinned),
    };
  }

  async #layOut(): Promise<void> {
    const { shown, arrangement } = this.#state;
    if (!shown) return;
    const abort = new AbortController();
    this.#layout?.abort();
    this.#layout = abort;
    this.#isLayoutDue = true;
    this.#set({ isBusy: true });
    try {
      const query = { ...viewOf(arrangement), ...this.#masks(shown) };
      const layout = await loadLayout(this.#channel, shown.data, query, abort.signal);
      if (abort.signal.aborted || this.#state.shown?.data !== shown.data) return;
      this.#layout = undefined;
      this.#isLayoutDue = false;
      this.#show({ layout });
      this.#set({ isBusy: false });
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#layout = undefined;
      this.#set({ isBusy: false });
      // Read again since, by another engine or for another chart: this one reads it again, too.
      if (isStale(error)) this.#reloadSoon();
      else this.#failed(error);
    }
  }

  async #findCriticalPath(): Promise<void> {
    const { shown, arrangement } = this.#state;
    if (!shown) return;
    if (!arrangement.critical) return this.#show({ critical: undefined });
    try {
      const { loadId } = shown.data.head;
      const critical = await this.#channel.call('flame/criticalPath', { loadId });
      if (this.#state.shown?.data === shown.data && this.#state.arrangement.critical)
        this.#show({ critical });
    } catch (error) {
      if (isStale(error)) this.#reloadSoon();
      else this.#failed(error);
    }
  }

  #search(query: string): void {
    const { shown } = this.#state;
    if (!shown) return;
    const match = matchSpans(shown.data, parseQuery(query));
    this.#show({ match, matches: match ? matchList(shown.data, match) : new Uint32Array(0) });
  }

  #masks(shown: Shown): { hidden?: Uint8Array; collapsed?: Uint32Array } {
    const { others } = this.#state.arrangement;
    const { match, collapsed } = shown;
    return {
      ...(match && others === 'hide' ? { hidden: hiddenBits(match) } : {}),
      ...(collapsed.size > 0 ? { collapsed: Uint32Array.from(collapsed) } : {}),
    };
  }

  #failed(error: unknown): void {
    const isStarting = error instanceof ChannelError && error.code === 'closed';
    const reason = error instanceof Error ? error.message : String(error);
    const message = isStarting ? 'Waiting for the engine…' : `Could not be loaded: ${reason}`;
    this.#set({ status: 'failed', message, isBusy: false });
    this.#after(retryMs);
  }

  /** The host tells the user itself when such a request fails. */
  #tell(promise: Promise<unknown>): void {
    promise.catch(() => undefined);
  }

  #show(change: Partial<Shown>): void {
    const { shown } = this.#state;
    if (shown) this.#set({ shown: { ...shown, ...change } });
  }

  #set(change: Partial<FlameState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

function viewOf({ axis, compressIdle }: Arrangement): Pick<Arrangement, 'axis' | 'compressIdle'> {
  return { axis, compressIdle };
}

/** Whether spans lie elsewhere in one arrangement than in the other. */
function needsOtherLayout(a: Arrangement, b: Arrangement): boolean {
  const hiding = ({ others, query }: Arrangement): string => (others === 'hide' ? query : '');
  return (
    a.axis !== b.axis ||
    a.compressIdle !== b.compressIdle ||
    a.collapsed !== b.collapsed ||
    hiding(a) !== hiding(b)
  );
}

function isStale(error: unknown): boolean {
  return error instanceof ChannelError && (error.code === 'stale' || error.code === 'closed');
}

function indexesOf(data: FlameData, ids: readonly string[]): number[] {
  return ids.map((id) => data.indexOf(id)).filter((span) => span >= 0);
}

function toggled(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
}

/** A bit for each span that does not match. */
export function hiddenBits(match: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(match.length / 8));
  for (let span = 0; span < match.length; span++)
    if (match[span] === 0) bits[span >> 3] = (bits[span >> 3] as number) | (1 << (span & 7));
  return bits;
}

/** Whether something in it has not ended. */
function isOpen({ head, columns }: FlameData): boolean {
  return head.running && columns.bits.some((bits) => (bits & flameBits.unfinished) !== 0);
}
