import type { AttributeValue } from '../otlp/types.ts';
import type { FieldName, UsageKeys, UsageName } from './dialect.ts';
import type { FieldValues } from './fieldValues.ts';
import { at } from './keyTables.ts';
import { type AttributeMapping, isFieldName, isUsageName } from './options.ts';
import type { SpanView } from './spanView.ts';
import type { RawUsage } from './usage.ts';
import { asCount, asText, isUsable } from './values.ts';

/** What the user's mappings found on a span. */
export interface Mapped {
  readonly kind: string | undefined;
  readonly usage: RawUsage | undefined;
  readonly usageKeys: UsageKeys;
  readonly fields: ReadonlyMap<FieldName, { key: string; value: AttributeValue }>;
  /** True when a mapped model comes with mapped usage or messages. */
  readonly isCall: boolean;
  /** True when the mappings, not a dialect, say what the span is. */
  readonly decides: boolean;
}

/** `undefined` when none of the mapped attributes is there. The first mapping of a field wins. */
export function mappedValues(view: SpanView, mappings: readonly AttributeMapping[]): Mapped | undefined {
  const fields = new Map<FieldName, { key: string; value: AttributeValue }>();
  const usage: RawUsage = {};
  const usageKeys: { [U in UsageName]?: string } = {};
  let kind: string | undefined;
  let messages = false;
  for (const { attribute, field } of mappings) {
    const value = view.get(attribute);
    if (!isUsable(value)) continue;
    if (field === 'kind') kind ??= asText(value)?.toLowerCase();
    else if (isFieldName(field)) {
      if (!fields.has(field)) fields.set(field, { key: attribute, value });
    } else if (isUsageName(field)) addCount(usage, field, asCount(value), usageKeys, attribute);
    else if (field === 'timeToFirstTokenMs') addTiming(fields, attribute, value);
    else messages = true;
  }
  const hasUsage = Object.keys(usageKeys).length > 0;
  if (fields.size === 0 && !hasUsage && kind === undefined && !messages) return undefined;
  const isCall = (fields.has('requestModel') || fields.has('responseModel')) && (hasUsage || messages);
  return {
    kind,
    usage: hasUsage ? usage : undefined,
    usageKeys,
    fields,
    isCall,
    decides: kind !== undefined || isCall,
  };
}

function addCount(
  usage: RawUsage,
  field: UsageName,
  tokens: number | undefined,
  keys: { [U in UsageName]?: string },
  attribute: string,
): void {
  if (tokens === undefined || usage[field] !== undefined) return;
  usage[field] = tokens;
  keys[field] = attribute;
}

const timing = 'firstTokenMillis' as FieldName;

function addTiming(
  fields: Map<FieldName, { key: string; value: AttributeValue }>,
  key: string,
  value: AttributeValue,
): void {
  if (!fields.has(timing)) fields.set(timing, { key, value });
}

/** Puts mapped values in front of what the dialects' tables found. */
export function applyMappings(mapped: Mapped, fields: FieldValues): void {
  for (const [field, { key, value }] of mapped.fields) fields.setMapped(at[field], value, key);
}
