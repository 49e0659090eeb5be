import type { IndexedSpan } from './api.ts';
import { callClasses, partFields } from './schema.ts';
import { addSpan, noSums } from './sums.ts';
import type { Sums } from './sums.ts';
import type { SummedSpan } from './summedSpan.ts';
import type { TreeNode } from './treeStructure.ts';

interface PartChange {
  readonly field: number;
  readonly value: string;
  readonly severity: number | null;
  spans: number;
  /** Of services and models; other values are only counted. */
  readonly sums: Sums | undefined;
}

/** Joins a flag to the service or model it is counted under. */
export const partSeparator = '\u0001';

/** What one batch does to one trace: gathered in memory, written once at the end. */
export class TraceChange {
  readonly t: number;
  readonly traceId: string;
  /** The trace had no row before. */
  readonly isNew: boolean;
  readonly sums: Sums = noSums();
  readonly parts = new Map<string, PartChange>();
  readonly nodes = new Map<string, TreeNode>();
  roots = 0;
  running = 0;
  startMicros = Number.POSITIVE_INFINITY;
  endMicros: number | undefined;
  firstSegment = Number.POSITIVE_INFINITY;
  lastSegment = 0;
  /** The earliest root that was added, else the earliest span. */
  named:
    | {
        readonly name: string;
        readonly service: string;
        readonly startMicros: number;
        readonly isRoot: boolean;
      }
    | undefined;
  /** Something was taken away: parts may have become empty. */
  hasLosses = false;
  /** Bounds and name that replaced or removed spans may have decided; read anew when they did. */
  lostStart = Number.POSITIVE_INFINITY;
  lostEnd = Number.NEGATIVE_INFINITY;
  lostName = false;
  sessionsChanged = false;
  /** Spans were added, replaced or removed (not only logs). */
  hasSpans = false;

  #lastService: PartChange | undefined;

  constructor(t: number, traceId: string, isNew: boolean) {
    this.t = t;
    this.traceId = traceId;
    this.isNew = isNew;
  }

  add(span: SummedSpan): void {
    this.#count(span, 1);
    const { startMicros, segment } = span;
    const isRoot = span.parentId === '';
    if (startMicros < this.startMicros) this.startMicros = startMicros;
    const end = endOf(span);
    if (end !== undefined && (this.endMicros === undefined || end > this.endMicros)) this.endMicros = end;
    const named = this.named;
    if (!named || (isRoot && !named.isRoot) || (isRoot === named.isRoot && startMicros < named.startMicros)) {
      this.named = { name: span.name, service: span.service, startMicros, isRoot };
    }
    if (segment < this.firstSegment) this.firstSegment = segment;
    if (segment > this.lastSegment) this.lastSegment = segment;
  }

  /** Takes a stored span's part away again; `by` is what replaces it. */
  subtract(span: SummedSpan, by: SummedSpan | undefined): void {
    this.#count(span, -1);
    this.hasLosses = true;
    const end = endOf(span);
    const newEnd = by && endOf(by);
    if (!by || by.startMicros > span.startMicros) this.lostStart = Math.min(this.lostStart, span.startMicros);
    if (end !== undefined && (newEnd === undefined || newEnd < end))
      this.lostEnd = Math.max(this.lostEnd, end);
    const isSameName = by?.name === span.name && by.service === span.service && by.parentId === span.parentId;
    if (!isSameName || by.startMicros !== span.startMicros) this.lostName = true;
  }

  #count(span: SummedSpan, sign: 1 | -1): void {
    this.hasSpans = true;
    addSpan(this.sums, span, sign);
    if (span.parentId === '') this.roots += sign;
    if (span.durationNanos === undefined) this.running += sign;
    const { service } = span;
    // Nearly all spans of a trace are of one service.
    if (service !== this.#lastService?.value)
      this.#lastService = this.#part(partFields.service, service, noSums);
    addTo(this.#lastService, span, sign);
    const model = span.callClass === callClasses.none ? undefined : span.model;
    if (model !== undefined) addTo(this.#part(partFields.model, model, noSums), span, sign);
    if (span.session !== undefined) {
      this.sessionsChanged = true;
      this.#part(partFields.session, span.session).spans += sign;
    }
    for (const [id, severity] of span.flags) {
      this.#part(partFields.flag, id, undefined, severity).spans += sign;
      this.#part(partFields.flagInService, service + partSeparator + id, undefined, severity).spans += sign;
      if (model !== undefined)
        this.#part(partFields.flagInModel, model + partSeparator + id, undefined, severity).spans += sign;
    }
  }

  #part(field: number, value: string, sums?: () => Sums, severity: number | null = null): PartChange {
    const key = `${field} ${value}`;
    let part = this.parts.get(key);
    if (!part) {
      part = { field, value, severity, spans: 0, sums: sums?.() };
      this.parts.set(key, part);
    }
    return part;
  }
}

function addTo(part: PartChange, span: SummedSpan, sign: 1 | -1): void {
  part.spans += sign;
  if (part.sums) addSpan(part.sums, span, sign);
}

/**
 * Whole microseconds; undefined while the span runs. A span that ends before it starts ends where it starts.
 */
export function endOf(span: Pick<IndexedSpan, 'startMicros' | 'durationNanos'>): number | undefined {
  return span.durationNanos === undefined
    ? undefined
    : span.startMicros + Math.max(0, Math.ceil(span.durationNanos / 1000));
}
