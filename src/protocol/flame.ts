/**
 * The flame chart's messages: columns of numbers, one entry a span, in the order of the tree (a span before its
 * children, siblings by start), so that a span's descendants are the entries behind it, up to `subtreeEnd`.
 */
import type { Handlers } from '../base/channel.ts';
import type { Check } from './checks.ts';
import { checkedHandlers, flag, id, oneOf, optional, shape } from './checks.ts';

/** What a span's width stands for. */
export const flameAxes = ['time', 'cost', 'tokens'] as const;
export type FlameAxis = (typeof flameAxes)[number];

/** Bits of `FlameColumns.bits`. */
export const flameBits = {
  error: 1,
  /** It has not ended: drawn up to where the trace is now. */
  unfinished: 2,
  /** It began before its parent, by the clocks of their machines: drawn from the parent's start. */
  skewed: 4,
  /** Its parent has not arrived. */
  orphan: 8,
  /** Its parents form a ring, which is cut here. */
  ring: 16,
  /** It goes on after its parent's end. */
  outlives: 32,
  rateLimited: 64,
  /** A flag of severity `warning`. */
  warning: 128,
  /** A flag of severity `error`. */
  severe: 256,
  /** A model call that counts and whose cost, or whose tokens, nobody knows. */
  costUnknown: 512,
  tokensUnknown: 1024,
  /** Another span counts for the same call: its own usage is in no sum. */
  notCounted: 2048,
  /** A flag of severity `info` only. */
  noted: 4096,
} as const;

/** The row of a span that the layout leaves out. */
export const noRow = 0xffff_ffff;
/** Spans in one message. */
export const flameChunk = 131_072;
export const noParent = -1;

/** A stretch of the columns of a trace. */
export interface FlameColumns {
  readonly from: number;
  /** Span ids: the upper and the lower 32 bits. */
  readonly idHigh: Uint32Array;
  readonly idLow: Uint32Array;
  /** Index of the parent, `noParent` for a root. */
  readonly parent: Int32Array;
  readonly subtreeEnd: Uint32Array;
  /** Microseconds after the trace's start, as the span says. */
  readonly start: Float64Array;
  /** Microseconds; NaN while it has not ended. */
  readonly duration: Float64Array;
  /** Microseconds in which none of its children ran. */
  readonly self: Float32Array;
  /** Microseconds from the start to the first token; NaN where unknown. */
  readonly firstToken: Float32Array;
  /** Code of the kind: an index into `spanKinds`. */
  readonly kind: Uint8Array;
  readonly bits: Uint16Array;
  readonly retries: Uint8Array;
  /** USD of this call alone; NaN where it is unknown, no call, or counted elsewhere. */
  readonly cost: Float32Array;
  /** Input and output tokens of this call alone; NaN as with the cost. */
  readonly tokens: Float32Array;
  /** Indexes into the tables of the head; 0 is '' in each. */
  readonly name: Uint32Array;
  readonly model: Uint16Array;
  readonly service: Uint16Array;
  readonly flags: Uint16Array;
}

/** Where the layout puts a stretch of spans. */
export interface FlamePositions {
  readonly from: number;
  /** Left and right edge on the axis: microseconds after the start, USD or tokens. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** 0 on top; `noRow` for a span that is not shown. */
  readonly row: Uint32Array;
}

export interface FlameTables {
  readonly names: readonly string[];
  readonly models: readonly string[];
  readonly services: readonly string[];
  /** Flag ids of a span, joined by `, `. */
  readonly flags: readonly string[];
}

export interface FlameLayoutHead {
  readonly layoutId: number;
  readonly axis: FlameAxis;
  readonly rows: number;
  /** Length of the axis. */
  readonly extent: number;
  /** Idle stretches of the trace, in microseconds after its start, and the length each has on the axis. */
  readonly gapFrom: Float64Array;
  readonly gapTo: Float64Array;
  readonly gapShown: number;
  readonly isCompressed: boolean;
  readonly positions: FlamePositions;
}

export interface FlameHead {
  /** Names this reading of the trace; requests about an older one are answered with the code `stale`. */
  readonly loadId: number;
  readonly traceId: string;
  readonly name: string;
  readonly count: number;
  readonly running: boolean;
  readonly revision: number;
  /** Of the earliest span, microseconds since the epoch. */
  readonly startMicros: number;
  /** Where an unfinished span is drawn to, microseconds after the start. */
  readonly nowMicros: number;
  readonly tables: FlameTables;
  /** The first `flameChunk` spans. */
  readonly columns: FlameColumns;
  readonly layout: FlameLayoutHead;
}

/** Since the reading `loadId` nothing has changed: what the page has still holds, and so do its layouts. */
export interface FlameSame {
  readonly loadId: number;
  readonly isSame: true;
}

/** The spans that decided how long the trace took, and when each did; microseconds after the start, latest first. */
export interface FlameCriticalPath {
  readonly span: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export interface FlameView {
  readonly axis: FlameAxis;
  readonly compressIdle: boolean;
}

export interface FlameLoadQuery extends FlameView {
  /** The reading that the page shows: the answer is short when it would be the same. */
  readonly known?: number;
}

export interface FlameLayoutQuery extends FlameView {
  readonly loadId: number;
  /** A bit for each span, lowest first: spans to leave out; their children move up. Absent: none. */
  readonly hidden?: Uint8Array;
  /** Spans whose descendants are left out. */
  readonly collapsed?: Uint32Array;
}

/** What the reading thread answers; the page's requests are the same without the trace's id, which the host adds. */
export interface FlameRequests {
  'flame/load': {
    params: FlameLoadQuery & { readonly traceId: string };
    result: FlameHead | FlameSame | null;
  };
  'flame/columns': { params: { readonly loadId: number; readonly from: number }; result: FlameColumns };
  'flame/layout': { params: FlameLayoutQuery; result: FlameLayoutHead };
  'flame/positions': {
    params: { readonly loadId: number; readonly layoutId: number; readonly from: number };
    result: FlamePositions;
  };
  'flame/criticalPath': { params: { readonly loadId: number }; result: FlameCriticalPath };
  /** No chart shows the trace any more. */
  'flame/forget': { params: { readonly traceId: string }; result: null };
}

export const flameMethods = [
  'flame/load',
  'flame/columns',
  'flame/layout',
  'flame/positions',
  'flame/criticalPath',
  'flame/forget',
] as const satisfies readonly (keyof FlameRequests)[];

/** What a chart shows; with `spanId` that span is selected. */
export interface FlameTarget {
  readonly traceId: string;
  readonly spanId?: string | undefined;
}

/** From the chart's page to the host. */
export interface FlamePageRequests {
  'flame/ready': { params: Record<string, never>; result: FlameTarget };
  'flame/load': { params: FlameLoadQuery; result: FlameHead | FlameSame | null };
  'flame/columns': FlameRequests['flame/columns'];
  'flame/layout': FlameRequests['flame/layout'];
  'flame/positions': FlameRequests['flame/positions'];
  'flame/criticalPath': FlameRequests['flame/criticalPath'];
  /** The user selected a span. */
  'flame/select': { params: { readonly spanId: string }; result: null };
  /** Opens the line of source that made the span. */
  'flame/openSource': { params: { readonly spanId: string }; result: null };
  'flame/showDetails': { params: { readonly spanId: string }; result: null };
}

/** From the host to the chart's page. */
export interface FlamePageEvents {
  /** The trace has changed, or the engine is another: ask again. */
  'flame/changed': { readonly traceId: string };
  /** Something else selected this span. */
  'flame/selected': { readonly spanId: string };
}

const spans = 1 << 26;
const wholeNumber: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const view = { axis: oneOf(...flameAxes), compressIdle: flag };
const span = shape({ spanId: id(16) });

const pageChecks: Readonly<Record<keyof FlamePageRequests, Check>> = {
  'flame/ready': shape({}),
  'flame/load': shape({ ...view, known: optional(wholeNumber) }),
  'flame/columns': shape({ loadId: wholeNumber, from: wholeNumber }),
  'flame/layout': shape({
    ...view,
    loadId: wholeNumber,
    hidden: optional((value) => value instanceof Uint8Array && value.length <= spans / 8),
    collapsed: optional((value) => value instanceof Uint32Array && value.length <= spans),
  }),
  'flame/positions': shape({ loadId: wholeNumber, layoutId: wholeNumber, from: wholeNumber }),
  'flame/criticalPath': shape({ loadId: wholeNumber }),
  'flame/select': span,
  'flame/openSource': span,
  'flame/showDetails': span,
};

/** The handlers, each behind the check of its parameters. */
export function checkedFlameHandlers(
  handlers: Required<Handlers<FlamePageRequests>>,
): Handlers<FlamePageRequests> {
  return checkedHandlers(pageChecks, handlers);
}

const target = shape({ traceId: id(32), spanId: optional(id(16)) });

export function isFlameTarget(value: unknown): value is FlameTarget {
  return target(value);
}

const eventChecks: Readonly<Record<keyof FlamePageEvents, Check>> = {
  'flame/changed': shape({ traceId: id(32) }),
  'flame/selected': span,
};

export function isFlameEvent<E extends keyof FlamePageEvents>(
  event: E,
  body: unknown,
): body is FlamePageEvents[E] {
  return eventChecks[event](body);
}
