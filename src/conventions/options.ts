import { type SpanKind, spanKinds } from '../model/span.ts';
import { fieldNames, type FieldName, usageNames, type UsageName } from './dialect.ts';

/** What a user may say that an attribute of an unknown convention means. */
export const mappableFields = [
  'kind',
  ...fieldNames,
  ...usageNames,
  'timeToFirstTokenMs',
  'systemMessages',
  'inputMessages',
  'outputMessages',
  'toolDefinitions',
  'documents',
] as const;
export type MappableField = (typeof mappableFields)[number];

/** One line of the user's settings: this attribute holds that fact. */
export interface AttributeMapping {
  readonly attribute: string;
  readonly field: MappableField;
}

export interface UnderstandOptions {
  /** The user's own words go before every dialect's. */
  readonly mappings?: readonly AttributeMapping[];
}

const mappableSet = new Set<string>(mappableFields);
const fieldSet = new Set<string>(fieldNames);
const usageSet = new Set<string>(usageNames);

export function isMappableField(name: string): name is MappableField {
  return mappableSet.has(name);
}

export function isFieldName(name: string): name is FieldName {
  return fieldSet.has(name);
}

export function isUsageName(name: string): name is UsageName {
  return usageSet.has(name);
}

/** A kind by its own name; `undefined` for any other word. */
export function kindNamed(name: string | undefined): SpanKind | undefined {
  return (spanKinds as readonly string[]).includes(name ?? '') ? (name as SpanKind) : undefined;
}
