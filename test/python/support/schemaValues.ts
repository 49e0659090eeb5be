export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A value that fits a JSON schema: what is required of an object, by type. */
export function filledFrom(schema: Json | undefined): Json {
  const { properties, required } = asRecord(schema);
  const known = asRecord(properties);
  const names = Array.isArray(required)
    ? required.filter((name) => typeof name === 'string')
    : Object.keys(known);
  return Object.fromEntries(names.map((name) => [name, valueOf(name, asRecord(known[name]))]));
}

function valueOf(name: string, schema: Record<string, Json>): Json {
  const kind = (text(schema.type) ?? 'string').toLowerCase();
  if (kind === 'integer') return 3;
  if (kind === 'number') return 640;
  if (kind === 'boolean') return true;
  if (kind === 'array') return [];
  if (kind === 'object') return filledFrom(schema);
  return name === 'date' ? '2026-05-01' : 'Lisbon';
}

export function asRecord(value: Json | undefined): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Json>)
    : {};
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
