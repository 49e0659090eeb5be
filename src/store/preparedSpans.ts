import type { Flag } from '../model/flag.ts';
import type { IndexedSpan, WriteBatch } from './api.ts';
import { isSameOrigin, originText, type NameIds, type Origin } from './names.ts';
import { severities } from './schema.ts';
import { clip, detailColumns, encodeDetails, encodeSpan, spanColumns, type Value } from './spanCodec.ts';

/**
 * Spans as they go into the tables, in flat lists: what one thread prepares passes to the one that writes at little
 * cost. Texts and traces that many rows share are given once, and by their places in `names` and `traces`.
 */
export interface PreparedSpans {
  readonly names: readonly string[];
  readonly traces: readonly string[];
  /** `rowStride` values a span: see `rowAt`. */
  readonly rows: readonly Value[];
  /** `detailColumns` of the spans that have any, in order; `cost_shape` is a place in `names`. */
  readonly details: readonly Value[];
}

/** A batch for another thread. */
export interface PreparedBatch extends Omit<WriteBatch, 'spans'> {
  readonly spans?: PreparedSpans | undefined;
}

/** Places in a row: first `spanColumns`, of which `t`, `origin` and `rule` are places in the lists. */
export const rowAt = {
  id: 0,
  trace: 1,
  spanId: 2,
  parentId: 3,
  start: 4,
  duration: 5,
  status: 7,
  class: 8,
  name: 10,
  origin: 11,
  rule: 12,
  /** Ids and severities as JSON, a place in `names`; null without flags. */
  flags: spanColumns.length,
  /** 1 when the next of `details` are this span's. */
  hasDetails: spanColumns.length + 1,
} as const;
export const rowStride = spanColumns.length + 2;
export const detailStride = detailColumns.length;

/** Where in `detailColumns` a column is. */
export function detailAt(column: (typeof detailColumns)[number]): number {
  return detailColumns.indexOf(column);
}

export function prepareBatch(batch: WriteBatch): PreparedBatch {
  const { spans, ...rest } = batch;
  return { ...rest, spans: spans && prepareSpans(spans) };
}

export function prepareSpans(spans: readonly IndexedSpan[]): PreparedSpans {
  const names = new Places();
  const traces = new Places();
  const rows: Value[][] = [];
  const details: Value[][] = [];
  for (const span of spans) {
    const ofSpan = encodeDetails(span, names);
    if (ofSpan) details.push(ofSpan);
    const flags = span.flags.length === 0 ? null : names.idOf(flagsText(span.flags));
    rows.push(encodeSpan(span, traces.idOf(span.traceId), names), [flags, ofSpan ? 1 : 0]);
  }
  return { names: names.texts, traces: traces.texts, rows: oneList(rows), details: oneList(details) };
}

const together = 4096;

/** All values in one list that is made at its full length: one that grows leaves as much again behind. */
function oneList(lists: readonly Value[][]): Value[] {
  if (lists.length <= together) return ([] as Value[]).concat(...lists);
  const parts: Value[][] = [];
  for (let i = 0; i < lists.length; i += together)
    parts.push(([] as Value[]).concat(...lists.slice(i, i + together)));
  return oneList(parts);
}

/** Texts by their place in a list. */
class Places implements NameIds {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();
  #lastOrigin: { readonly origin: Origin; readonly id: number } | undefined;

  idOf(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.texts.push(text) - 1;
      this.#places.set(text, place);
    }
    return place;
  }

  idOfOrigin(origin: Origin): number {
    const last = this.#lastOrigin;
    if (last && isSameOrigin(last.origin, origin)) return last.id;
    const id = this.idOf(originText(origin));
    this.#lastOrigin = { origin, id };
    return id;
  }
}

/** A flag's id and the place of its severity. */
export type FlagSeverity = readonly [id: string, severity: number];

function flagsText(flags: readonly Flag[]): string {
  const pairs = flags.map(({ id, severity }): FlagSeverity => [clip(id), severities.indexOf(severity)]);
  return JSON.stringify(pairs);
}
