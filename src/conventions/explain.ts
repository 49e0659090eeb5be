import type { Provenance } from '../model/span.ts';
import { at, isKnownKey } from './collect.ts';
import { contentPrefixes } from './contentSources.ts';
import { readConversation, readDocuments, readToolDefinitions } from './conversation.ts';
import { type Dialect, fieldNames, type FieldName, usageNames, type UsageName } from './dialect.ts';
import { isEvaluationKey } from './evaluations.ts';
import type { SpanInput } from './input.ts';
import type { UnderstandOptions } from './options.ts';
import { isParameterKey, isTagKey } from './parameters.ts';
import { read, type Reading, type UsageSource } from './read.ts';
import { dialects } from './registry.ts';
import { SpanView } from './spanView.ts';
import { asText } from './values.ts';

/** Where each value of a span came from: the reading is done again, and watched. */
export function explain(input: SpanInput, options: UnderstandOptions): readonly Provenance[] {
  return new Explainer(input, read(new SpanView(input), options)).rows();
}

/** Facts of tools say nothing about other spans. */
const toolFields = new Set<FieldName>([
  'toolName',
  'toolCallId',
  'toolType',
  'toolDescription',
  'toolArguments',
  'toolResult',
]);

class Explainer {
  readonly #input: SpanInput;
  readonly #reading: Reading;
  readonly #rows: Provenance[] = [];

  constructor(input: SpanInput, reading: Reading) {
    this.#input = input;
    this.#reading = reading;
  }

  rows(): readonly Provenance[] {
    const { facts, dialectFacts } = this.#reading;
    this.#addKind();
    this.#addFact('operation', facts.operation);
    this.#addFact('provider', facts.provider, dialectFacts?.provider);
    this.#addFact('requestModel', facts.requestModel, dialectFacts?.requestModel);
    this.#addFact('responseModel', facts.responseModel, dialectFacts?.responseModel);
    this.#addFact('responseId', facts.responseId, dialectFacts?.responseId);
    for (const name of usageNames) this.#addUsage(name);
    this.#addFact('finish', facts.finishReasons.join(', ') || undefined, dialectFacts?.finishReasons);
    this.#addFact('sessionId', facts.sessionId, dialectFacts?.sessionId);
    this.#addFact('userId', facts.userId, dialectFacts?.userId);
    this.#addFact('agentName', facts.agentName, dialectFacts?.agentName);
    if (facts.reportedCost) {
      this.#add('cost', String(facts.reportedCost.total), [facts.reportedCost.attribute], facts.dialect);
    }
    this.#addFirstToken();
    const isTool = facts.kind === 'tool' || facts.kind === 'mcp';
    for (const name of fieldNames) {
      if (name === 'cost' || (toolFields.has(name) && !isTool)) continue;
      if (!this.#rows.some(({ field }) => field === name)) {
        this.#addFact(name, asText(this.#reading.fields.get(at[name])));
      }
    }
    if (facts.status.code === 'error') this.#addStatus();
    return this.#rows;
  }

  #add(field: string, value: string, from: readonly string[], dialect: string): void {
    const short = value.length > 300 ? `${value.slice(0, 300)}…` : value;
    this.#rows.push({ field, value: short, from, dialect });
  }

  #addKind(): void {
    const { facts, decided } = this.#reading;
    const keys = this.#watch((view) => decided.kind(view));
    const { name } = this.#input.scope;
    const byScope = decided.signs.scopes?.some((scope) => name.startsWith(scope)) ? [`scope ${name}`] : [];
    const from = keys.length > 0 ? [...keys, ...byScope] : [...byScope, `name ${this.#input.span.name}`];
    this.#add('kind', facts.kind, from, facts.dialect);
  }

  /** @param fromDialect the value, when the dialect's own function gave it */
  #addFact(name: FieldName, value: string | undefined, fromDialect?: unknown): void {
    if (value === undefined) return;
    const { decided, dialectFacts, fields } = this.#reading;
    const origin = fields.origin(at[name]);
    if (fromDialect === undefined && origin) return this.#add(name, value, [origin.key], origin.dialect);
    const said = fromDialect === undefined ? [] : (dialectFacts?.from ?? []);
    const present = said.filter((key) => this.#input.span.attributes.has(key));
    this.#add(name, value, present.length > 0 ? present : [inferredFrom(name)], decided.id);
  }

  /** The attribute a count was read from, and what it was corrected with. */
  #addUsage(name: UsageName): void {
    const usage = this.#reading.facts.usage as Readonly<Record<string, number | undefined>> | undefined;
    const value = usage?.[name];
    const source = this.#sourceOf(name) ?? this.#sourceOf('total');
    if (value === undefined || !source) return;
    const from = new Set(this.#keysOf(source, name));
    if (source.raw[name] !== value) {
      const parts: readonly UsageName[] = name === 'output' ? ['reasoning'] : ['cacheRead', 'cacheWrite'];
      for (const part of [...parts, 'total' as const]) {
        const other = this.#sourceOf(part);
        if (other) for (const key of this.#keysOf(other, part)) from.add(key);
      }
    }
    this.#add(`usage.${name}`, String(value), [...from], source.dialect);
  }

  #sourceOf(name: UsageName): UsageSource | undefined {
    return this.#reading.usageFrom.find(({ raw }) => raw[name] !== undefined);
  }

  #keysOf(source: UsageSource, name: UsageName): readonly string[] {
    if (source.keys) return source.keys[name] === undefined ? [] : [source.keys[name]];
    const dialect: Dialect = dialects.find(({ id }) => id === source.dialect) ?? this.#reading.decided;
    const keys = this.#watch((view) => dialect.rawUsage?.(view));
    return keys.length > 0 ? keys : ['log records'];
  }

  #addFirstToken(): void {
    const { facts, fields, dialectFacts } = this.#reading;
    if (facts.timeToFirstTokenMs === undefined) return;
    const origin = fields.origin(at.firstTokenMillis) ?? fields.origin(at.firstTokenSeconds);
    const told = dialectFacts?.firstTokenMillis === undefined ? undefined : dialectFacts.from;
    const from = told ?? (origin ? [origin.key] : ['span events']);
    this.#add('timeToFirstTokenMs', String(facts.timeToFirstTokenMs), from, origin?.dialect ?? facts.dialect);
  }

  #addStatus(): void {
    const { facts, decided, fields } = this.#reading;
    const { span, logs } = this.#input;
    const from: string[] = [];
    if (span.statusCode === 2) from.push('status');
    const origin = fields.origin(at.errorType);
    if (origin) from.push(origin.key);
    if (span.events.some(({ name }) => name === 'exception')) from.push('event exception');
    from.push(...this.#watch((view) => decided.failed?.(view)));
    if (from.length === 0) from.push(logs.length > 0 ? 'log records' : 'the finish reason');
    this.#add('status', `error: ${facts.status.message}`, [...new Set(from)], facts.dialect);
  }

  /** The attributes that a dialect's function looks at and finds. */
  #watch(look: (view: SpanView) => unknown): readonly string[] {
    const touched = new Set<string>();
    look(new SpanView(this.#input, touched));
    return [...touched];
  }
}

function inferredFrom(name: FieldName): string {
  if (name === 'provider') return 'the model’s name';
  return name === 'sessionId' ? 'the resource' : 'the span’s name, events or log records';
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
