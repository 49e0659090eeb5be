import { flameBits } from '../../src/protocol/flame.ts';
import { kindNames } from '../../src/protocol/kinds.ts';
import { spanKinds } from '../../src/model/span.ts';
import type { FlameData } from './flameData.ts';

/** One word of a search: what it must occur in, and the word in lower case. */
export interface Term {
  readonly field: 'any' | 'name' | 'model' | 'service' | 'kind' | 'flag' | 'is';
  readonly text: string;
}

const fields = new Map<string, Term['field']>(
  (['name', 'model', 'service', 'kind', 'flag', 'is'] as const).map((field) => [field, field]),
);
const longestQuery = 500;

/** `chat model:gpt is:error` → its words; quotes keep blanks. All must match. */
export function parseQuery(query: string): Term[] {
  const terms: Term[] = [];
  const words =
    query
      .slice(0, longestQuery)
      .toLowerCase()
      .match(/(?:[a-z]+:)?"[^"]*"?|\S+/g) ?? [];
  for (const word of words) {
    const colon = word.indexOf(':');
    const field = colon > 0 ? fields.get(word.slice(0, colon)) : undefined;
    const text = (field ? word.slice(colon + 1) : word).replaceAll('"', '');
    if (text !== '') terms.push({ field: field ?? 'any', text });
  }
  return terms;
}

/** Words after `is:` and the bits that they stand for. */
const states = new Map<string, number>([
  ['error', flameBits.error],
  ['failed', flameBits.error],
  ['flagged', flameBits.warning | flameBits.severe | flameBits.noted],
  ['unfinished', flameBits.unfinished],
  ['running', flameBits.unfinished],
  ['skewed', flameBits.skewed],
  ['orphan', flameBits.orphan],
  ['ratelimited', flameBits.rateLimited],
  ['unknown', flameBits.costUnknown | flameBits.tokensUnknown],
]);

/** 1 for each span that matches all terms; undefined when there are none. */
export function matchSpans(data: FlameData, terms: readonly Term[]): Uint8Array | undefined {
  if (terms.length === 0) return undefined;
  const match = new Uint8Array(data.count).fill(1);
  for (const term of terms) applyTerm(data, term, match);
  return match;
}

function applyTerm(data: FlameData, { field, text }: Term, match: Uint8Array): void {
  const { columns, tables } = data;
  if (field === 'is') {
    const bits = states.get(text);
    for (let span = 0; span < data.count; span++)
      if (bits === undefined || ((columns.bits[span] as number) & bits) === 0) match[span] = 0;
    return;
  }
  // Each text is looked at once, however many spans share it.
  const within = (texts: readonly string[], used: boolean): Uint8Array | undefined =>
    used ? Uint8Array.from(texts, (one) => (one.toLowerCase().includes(text) ? 1 : 0)) : undefined;
  const isAny = field === 'any';
  const names = within(tables.names, isAny || field === 'name');
  const models = within(tables.models, isAny || field === 'model');
  const services = within(tables.services, isAny || field === 'service');
  const flags = within(tables.flags, isAny || field === 'flag');
  const kinds = within(
    spanKinds.map((kind) => `${kind} ${kindNames[kind]}`),
    isAny || field === 'kind',
  );
  for (let span = 0; span < data.count; span++) {
    if (match[span] === 0) continue;
    const found =
      names?.[columns.name[span] as number] === 1 ||
      models?.[columns.model[span] as number] === 1 ||
      services?.[columns.service[span] as number] === 1 ||
      flags?.[columns.flags[span] as number] === 1 ||
      kinds?.[columns.kind[span] as number] === 1;
    if (!found) match[span] = 0;
  }
}

/** Indexes of the matching spans, by time. */
export function matchList(data: FlameData, match: Uint8Array): Uint32Array {
  let count = 0;
  for (const one of match) count += one;
  const list = new Uint32Array(count);
  for (let span = 0, at = 0; span < match.length; span++) if (match[span] === 1) list[at++] = span;
  const { start } = data.columns;
  let isSorted = true;
  for (let at = 1; at < count && isSorted; at++)
    isSorted = (start[list[at] as number] as number) >= (start[list[at - 1] as number] as number);
  return isSorted ? list : list.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
}

/** Place in the list of the match after (or before) a span; round and round. -1 for an empty list. */
export function nextMatch(data: FlameData, list: Uint32Array, selected: number, direction: 1 | -1): number {
  if (list.length === 0) return -1;
  const { start } = data.columns;
  const at = list.indexOf(selected);
  if (at >= 0) return (at + direction + list.length) % list.length;
  const time = selected < 0 ? -Infinity : (start[selected] as number);
  const behind = list.findIndex((span) => (start[span] as number) > time);
  if (direction === 1) return Math.max(0, behind);
  return behind < 0 ? list.length - 1 : (behind - 1 + list.length) % list.length;
}
