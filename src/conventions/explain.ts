import type { Provenance } from '../model/span.ts';
import { at, isKnownKey } from './collect.ts';
import { type DialectFacts, fieldNames } from './dialect.ts';
import { isEvaluationKey } from './evaluations.ts';
import type { SpanInput } from './input.ts';
import type { UnderstandOptions } from './options.ts';
import { isParameterKey, isTagKey } from './parameters.ts';
import { read, type Reading } from './read.ts';
import { readConversation, readDocuments, readToolDefinitions } from './conversation.ts';
import { contentPrefixes } from './contentSources.ts';
import { SpanView } from './spanView.ts';
import { asText } from './values.ts';

/** Where each value of a span came from: the reading is done again, and watched. */
export function explain(input: SpanInput, options: UnderstandOptions): readonly Provenance[] {
  const view = new SpanView(input, new Set());
  const reading = read(view, options);
  const rows: Provenance[] = [kindRow(input, reading)];
  const { facts } = reading;
  addField(rows, reading, 'operation', facts.operation);
  addField(rows, reading, 'provider', facts.provider);
  addField(rows, reading, 'requestModel', facts.requestModel, reading.dialectFacts?.requestModel);
  addField(rows, reading, 'responseModel', facts.responseModel, reading.dialectFacts?.responseModel);
  addField(rows, reading, 'responseId', facts.responseId, reading.dialectFacts?.responseId);
  addUsage(rows, reading, view);
  addField(
    rows,
    reading,
    'finish',
    facts.finishReasons.join(', ') || undefined,
    reading.dialectFacts?.finishReasons,
  );
  if (facts.reportedCost) {
    rows.push(row('cost', String(facts.reportedCost.total), [facts.reportedCost.attribute], facts.dialect));
  }
  if (facts.timeToFirstTokenMs !== undefined) {
    const origin = reading.fields.origin(at.firstTokenMillis) ?? reading.fields.origin(at.firstTokenSeconds);
    const told = reading.dialectFacts?.firstTokenMillis === undefined ? undefined : reading.dialectFacts.from;
    const from = origin ? [origin.key] : (told ?? ['span events']);
    rows.push(
      row('timeToFirstTokenMs', String(facts.timeToFirstTokenMs), from, origin?.dialect ?? facts.dialect),
    );
  }
  for (const name of fieldNames) {
    if (rows.some((known) => known.field === name) || name === 'cost') continue;
    const value = asText(reading.fields.get(at[name]));
    if (value !== undefined) addField(rows, reading, name, value);
  }
  if (facts.sessionId !== undefined && !rows.some((known) => known.field === 'sessionId')) {
    const fromFacts = reading.dialectFacts?.sessionId !== undefined;
    const from = fromFacts ? reading.dialectFacts.from : ['resource session.id'];
    rows.push(row('sessionId', facts.sessionId, from, facts.dialect));
  }
  if (facts.status.code === 'error') rows.push(statusRow(input, reading));
  return rows;
}

function row(field: string, value: string, from: readonly string[], dialect: string): Provenance {
  return { field, value: value.length > 300 ? `${value.slice(0, 300)}…` : value, from, dialect };
}

function kindRow(input: SpanInput, { facts, decided }: Reading): Provenance {
  const { signs } = decided;
  const from: string[] = [];
  for (const key of signs.keys ?? []) if (input.span.attributes.has(key)) from.push(key);
  if (from.length === 0 && signs.scopes?.some((scope) => input.scope.name.startsWith(scope))) {
    from.push(`scope ${input.scope.name}`);
  }
  if (
    decided.kindFrom.includes('gen_ai.operation.name') &&
    input.span.attributes.has('gen_ai.operation.name')
  ) {
    from.push('gen_ai.operation.name');
  }
  if (from.length === 0) from.push(`name ${input.span.name}`);
  return row('kind', facts.kind, [...new Set(from)], facts.dialect);
}

function addField(
  rows: Provenance[],
  reading: Reading,
  name: (typeof fieldNames)[number],
  value: string | undefined,
  fromDialect?: unknown,
): void {
  if (value === undefined) return;
  const origin = reading.fields.origin(at[name]);
  const facts: DialectFacts | undefined = reading.dialectFacts;
  if (fromDialect !== undefined || !origin) {
    rows.push(row(name, value, facts?.from.length ? facts.from : inferred(name), reading.facts.dialect));
  } else rows.push(row(name, value, [origin.key], origin.dialect));
}

function inferred(name: string): readonly string[] {
  return name === 'provider' ? ['the model’s name'] : ['events, log records or the span’s name'];
}

function addUsage(rows: Provenance[], reading: Reading, view: SpanView): void {
  const { usage } = reading.facts;
  if (!usage) return;
  for (const [name, value] of Object.entries(usage)) {
    const sources = reading.usageFrom;
    const keys = sources.flatMap((source) => source.keys);
    const json = (reading.decided.alsoReads ?? []).filter((key) => view.touched?.has(key));
    const own = sources[0]?.keys.length === 0 ? json : [];
    rows.push(
      row(`usage.${name}`, String(value), [...own, ...keys], sources[0]?.dialect ?? reading.facts.dialect),
    );
  }
}

function statusRow(input: SpanInput, reading: Reading): Provenance {
  const from: string[] = [];
  if (input.span.statusCode === 2) from.push('status');
  const origin = reading.fields.origin(at.errorType);
  if (origin) from.push(origin.key);
  if (input.span.events.some((event) => event.name === 'exception')) from.push('event exception');
  if (from.length === 0) from.push(...(reading.decided.alsoReads ?? ['the dialect’s own mark']));
  return row('status', `error: ${reading.facts.status.message}`, from, reading.facts.dialect);
}

/** Attribute keys that nothing looked at. */
export function ignoredKeys(input: SpanInput, options: UnderstandOptions): readonly string[] {
  const touched = new Set<string>();
  const view = new SpanView(input, touched);
  const { facts, decided } = read(view, options);
  readConversation(view, facts.kind, decided, options);
  readToolDefinitions(view, options);
  readDocuments(view, facts.kind, options);
  const ignored: string[] = [];
  for (const key of input.span.attributes.keys()) {
    if (touched.has(key) || isKnownKey(key) || isParameterKey(key) || isTagKey(key) || isEvaluationKey(key))
      continue;
    if (contentPrefixes.some((prefix) => key.startsWith(prefix))) continue;
    ignored.push(key);
  }
  return ignored;
}
