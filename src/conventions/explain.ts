import type { Provenance } from '../model/span.ts';
import { collect } from './collect.ts';
import { contentPrefixes } from './contentSources.ts';
import { ConversationReader, readDocuments, readToolDefinitions } from './conversation.ts';
import {
  type Dialect,
  type DialectFacts,
  fieldNames,
  type FieldName,
  type TimingName,
  usageNames,
  type UsageName,
} from './dialect.ts';
import { isEvaluationKey } from './evaluations.ts';
import type { SpanInput } from './input.ts';
import { at, entryOfKey } from './keyTables.ts';
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
  /** Dialects that show signs on the span, the deciding one first. */
  readonly #candidates: readonly Dialect[];
  readonly #rows: Provenance[] = [];

  constructor(input: SpanInput, reading: Reading) {
    this.#input = input;
    this.#reading = reading;
    const { decided } = reading;
    const others = collect(new SpanView(input)).candidates.flatMap((index) => dialects[index] ?? []);
    this.#candidates = [decided, ...others.filter((dialect) => dialect !== decided)];
  }

  rows(): readonly Provenance[] {
    const { facts, dialectFacts, fields } = this.#reading;
    const told = (name: FieldName): boolean => asText(fields.get(at[name])) !== undefined;
    this.#addKind();
    this.#addFact('operation', facts.operation);
    // Of these two, the attribute goes before what a dialect's function says.
    this.#addFact('provider', facts.provider, told('provider') ? undefined : dialectFacts?.provider);
    this.#addFact('requestModel', facts.requestModel, dialectFacts?.requestModel);
    this.#addFact('responseModel', facts.responseModel, dialectFacts?.responseModel);
    this.#addFact('responseId', facts.responseId, told('responseId') ? undefined : dialectFacts?.responseId);
    for (const name of usageNames) this.#addUsage(name);
    this.#addFact('finish', facts.finishReasons.join(', ') || undefined, dialectFacts?.finishReasons);
    this.#addFact('sessionId', facts.sessionId, dialectFacts?.sessionId);
    this.#addFact('userId', facts.userId, dialectFacts?.userId);
    this.#addFact('agentName', facts.agentName, dialectFacts?.agentName);
    if (facts.reportedCost) {
      const { total, attribute } = facts.reportedCost;
      this.#add('cost', String(total), [attribute], this.#creditCost());
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
    const { decided, fields } = this.#reading;
    const origin = fields.origin(at[name]);
    if (fromDialect === undefined && origin) return this.#add(name, value, [origin.key], this.#credit(name));
    const author = fromDialect === undefined ? undefined : this.#authorOf(factOf(name));
    const present = (author?.from ?? []).filter((key) => this.#input.span.attributes.has(key));
    const from = present.length > 0 ? present : [inferredFrom(name, author !== undefined)];
    this.#add(name, value, from, author?.dialect ?? decided.id);
  }

  /** The dialect behind a value from the tables: of those that read its key, the deciding one, else one with signs. */
  #credit(name: FieldName | TimingName): string {
    const origin = this.#reading.fields.origin(at[name]);
    if (!origin || origin.dialect === 'user') return origin?.dialect ?? this.#reading.decided.id;
    const { decided } = this.#reading;
    const reader = this.#candidates.find((dialect) => reads(dialect, origin.key, dialect === decided));
    return reader?.id ?? origin.dialect;
  }

  #creditCost(): string {
    return this.#authorOf('cost')?.dialect ?? this.#credit('cost');
  }

  /** The dialect whose function gave a fact, and the attributes that it says it read. */
  #authorOf(fact: keyof DialectFacts): { dialect: string; from: readonly string[] } | undefined {
    const view = new SpanView(this.#input);
    for (const dialect of this.#candidates) {
      const facts = dialect.facts?.(view);
      if (facts?.[fact] !== undefined) return { dialect: dialect.id, from: facts.from };
    }
    return undefined;
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
    const { facts, fields } = this.#reading;
    if (facts.timeToFirstTokenMs === undefined) return;
    const name = fields.origin(at.firstTokenMillis) ? 'firstTokenMillis' : 'firstTokenSeconds';
    const origin = fields.origin(at[name]);
    const author = this.#authorOf('firstTokenMillis');
    const from = author?.from ?? (origin ? [origin.key] : ['span events']);
    const dialect = author?.dialect ?? (origin ? this.#credit(name) : facts.dialect);
    this.#add('timeToFirstTokenMs', String(facts.timeToFirstTokenMs), from, dialect);
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

/** True when the dialect's documented attributes include the key; its plain names count only where it decided. */
function reads(dialect: Dialect, key: string, isDeciding: boolean): boolean {
  const tables = [dialect.fields, dialect.usage];
  const own = isDeciding ? [dialect.ownFields, dialect.ownUsage] : [];
  const isListed = [...tables, ...own].some((table) =>
    Object.values(table ?? {}).some((keys) => keys.includes(key)),
  );
  return isListed || (isDeciding && dialect.alsoReads?.includes(key) === true);
}

/** The member of `DialectFacts` that tells a field. */
function factOf(name: FieldName): keyof DialectFacts {
  return name === 'finish' ? 'finishReasons' : (name as keyof DialectFacts);
}

function inferredFrom(name: FieldName, isTold: boolean): string {
  if (name === 'provider') return isTold ? 'the convention itself' : 'the model’s name';
  return name === 'sessionId' ? 'the resource' : 'the span’s name, events or log records';
}

/** Attribute keys that nothing looked at. */
export function ignoredKeys(input: SpanInput, options: UnderstandOptions): readonly string[] {
  const touched = new Set<string>();
  const view = new SpanView(input, touched);
  const { facts, decided } = read(view, options);
  new ConversationReader(view, facts.kind, decided, options).conversation();
  readToolDefinitions(view, options);
  readDocuments(view, facts.kind, options);
  const ignored: string[] = [];
  for (const key of input.span.attributes.keys()) {
    if (touched.has(key) || entryOfKey(key) !== undefined || isParameterKey(key) || isTagKey(key) || isEvaluationKey(key))
      continue;
    if (contentPrefixes.some((prefix) => key.startsWith(prefix))) continue;
    ignored.push(key);
  }
  return ignored;
}
