import type { UserMapping } from '../model/attributeMapping.ts';
import { type AttributeMapping, isMappableField } from './options.ts';

const mostMappings = 200;

/**
 * The user's mappings, those that make sense; of the others, a sentence each. The settings come from files: members
 * may be of any type.
 */
export function prepareMappings(entries: readonly UserMapping[]): {
  readonly mappings: readonly AttributeMapping[];
  readonly problems: readonly string[];
} {
  const mappings: AttributeMapping[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.slice(0, mostMappings).entries()) {
    const { attribute, field } = entry as { attribute?: unknown; field?: unknown };
    const name = `Attribute mapping ${index + 1}`;
    if (typeof attribute !== 'string' || attribute === '') {
      problems.push(`${name} is left out: it names no attribute.`);
    } else if (typeof field !== 'string' || !isMappableField(field)) {
      problems.push(`${name} (${attribute.slice(0, 100)}) is left out: ${fieldText(field)}.`);
    } else mappings.push({ attribute, field });
  }
  if (entries.length > mostMappings) {
    problems.push(`Only the first ${mostMappings} attribute mappings are used; there are ${entries.length}.`);
  }
  return { mappings, problems };
}

function fieldText(field: unknown): string {
  return typeof field === 'string' ? `there is no field “${field.slice(0, 100)}”` : 'it names no field';
}
