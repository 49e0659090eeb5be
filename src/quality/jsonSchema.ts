import { RE2JS } from 're2js';

/** Steps after which a schema is given up on: schemas come from outside and may branch without end. */
const mostSteps = 20_000;
const deepest = 64;
const longestPattern = 500;

/**
 * What in a value contradicts a JSON Schema, as a sentence's beginning such as `$.city is missing`; undefined when
 * nothing does, or when it cannot be told in bounded time.
 *
 * Knows what tools' parameters and structured outputs are made of (types, properties, items, enums, bounds, lengths,
 * patterns, combinations, local references); what it does not know it lets pass, so that it never blames wrongly.
 * Types in capitals and `nullable` are Google's and OpenAPI's spelling. Source: JSON Schema 2020-12 and draft 7.
 */
export function schemaProblem(value: unknown, schema: unknown): string | undefined {
  const run: Run = { root: schema, steps: mostSteps, exhausted: false };
  const problem = check(value, schema, '$', run, 0);
  return run.exhausted ? undefined : problem;
}

interface Run {
  readonly root: unknown;
  steps: number;
  exhausted: boolean;
}

type Schema = Readonly<Record<string, unknown>>;

function check(value: unknown, schema: unknown, path: string, run: Run, depth: number): string | undefined {
  if (run.steps-- <= 0 || depth > deepest) run.exhausted = true;
  if (run.exhausted || schema === true) return undefined;
  if (schema === false) return `${path} is not allowed`;
  if (!isRecord(schema)) return undefined;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = resolve(reference, run.root);
    return target === undefined ? undefined : check(value, target, path, run, depth + 1);
  }
  if (value === null && schema['nullable'] === true) return undefined;
  return (
    checkType(value, schema, path) ??
    checkValue(value, schema, path) ??
    checkCombinations(value, schema, path, run, depth) ??
    (Array.isArray(value) ? checkArray(value, schema, path, run, depth) : undefined) ??
    (isRecord(value) ? checkObject(value, schema, path, run, depth) : undefined)
  );
}

function checkType(value: unknown, schema: Schema, path: string): string | undefined {
  const declared = schema['type'];
  const types = (Array.isArray(declared) ? declared : [declared]).filter((type) => typeof type === 'string');
  if (types.length === 0) return undefined;
  const names = types.map((type) => type.toLowerCase());
  if (names.some((type) => !knownTypes.has(type) || isOfType(value, type))) return undefined;
  return `${path} is ${typeName(value)}, not ${names.join(' or ')}`;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

function checkValue(value: unknown, schema: Schema, path: string): string | undefined {
  const options = schema['enum'];
  if (Array.isArray(options) && !options.some((option) => isSame(option, value))) {
    return `${path} is none of the ${options.length} allowed values`;
  }
  if (Object.hasOwn(schema, 'const') && !isSame(schema['const'], value))
    return `${path} is not the one allowed value`;
  if (typeof value === 'number') return checkNumber(value, schema, path);
  return typeof value === 'string' ? checkString(value, schema, path) : undefined;
}

function checkNumber(value: number, schema: Schema, path: string): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === 'number' && value < minimum) return `${path} is below ${minimum}`;
  if (typeof maximum === 'number' && value > maximum) return `${path} is above ${maximum}`;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    return `${path} is not above ${exclusiveMinimum}`;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    return `${path} is not below ${exclusiveMaximum}`;
  return undefined;
}

function checkString(value: string, schema: Schema, path: string): string | undefined {
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number' && value.length < minLength)
    return `${path} is shorter than ${minLength} characters`;
  // Characters are counted as code points; two units may be one.
  if (typeof maxLength === 'number' && value.length > maxLength && Array.from(value).length > maxLength) {
    return `${path} is longer than ${maxLength} characters`;
  }
  if (typeof pattern === 'string' && !matches(pattern, value)) return `${path} does not match its pattern`;
  return undefined;
}

function checkCombinations(
  value: unknown,
  schema: Schema,
  path: string,
  run: Run,
  depth: number,
): string | undefined {
  const { allOf, anyOf, oneOf, not } = schema;
  if (Array.isArray(allOf)) {
    for (const part of allOf) {
      const problem = check(value, part, path, run, depth + 1);
      if (problem !== undefined) return problem;
    }
  }
  for (const choice of [anyOf, oneOf]) {
    if (!Array.isArray(choice) || choice.length === 0) continue;
    const problems: string[] = [];
    for (const part of choice) {
      const problem = check(value, part, path, run, depth + 1);
      if (problem === undefined) break;
      problems.push(problem);
    }
    if (problems.length === choice.length)
      return choice.length === 1 ? problems[0] : `${path} fits none of its alternatives`;
  }
  const denied = isRecord(not) && check(value, not, path, run, depth + 1) === undefined;
  return denied ? `${path} is of a form that is not allowed` : undefined;
}

function checkArray(
  value: readonly unknown[],
  schema: Schema,
  path: string,
  run: Run,
  depth: number,
): string | undefined {
  const { minItems, maxItems, items, prefixItems } = schema;
  if (typeof minItems === 'number' && value.length < minItems)
    return `${path} has fewer than ${minItems} items`;
  if (typeof maxItems === 'number' && value.length > maxItems)
    return `${path} has more than ${maxItems} items`;
  const heads: readonly unknown[] = Array.isArray(prefixItems)
    ? prefixItems
    : Array.isArray(items)
      ? items
      : [];
  const rest = Array.isArray(items) ? schema['additionalItems'] : items;
  for (let index = 0; index < value.length && !run.exhausted; index++) {
    const schemaOfItem = index < heads.length ? heads[index] : rest;
    if (schemaOfItem === undefined) continue;
    const problem = check(value[index], schemaOfItem, `${path}[${index}]`, run, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkObject(
  value: Schema,
  schema: Schema,
  path: string,
  run: Run,
  depth: number,
): string | undefined {
  const { required, properties, patternProperties, additionalProperties } = schema;
  if (Array.isArray(required)) {
    for (const key of required) {
      if (typeof key === 'string' && !Object.hasOwn(value, key)) return `${path}.${short(key)} is missing`;
    }
  }
  const known = isRecord(properties) ? properties : {};
  const patterns = isRecord(patternProperties) ? Object.entries(patternProperties) : [];
  for (const key of Object.keys(value)) {
    if (run.exhausted) return undefined;
    const where = `${path}.${short(key)}`;
    let covered = false;
    if (Object.hasOwn(known, key)) {
      covered = true;
      const problem = check(value[key], known[key], where, run, depth + 1);
      if (problem !== undefined) return problem;
    }
    for (const [pattern, part] of patterns) {
      if (!matches(pattern, key)) continue;
      covered = true;
      const problem = check(value[key], part, where, run, depth + 1);
      if (problem !== undefined) return problem;
    }
    if (covered || additionalProperties === undefined) continue;
    const problem =
      additionalProperties === false
        ? `${where} is not among the known properties`
        : check(value[key], additionalProperties, where, run, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `#`, `#/$defs/City`: a place in the same schema. Anything else is left alone. */
function resolve(reference: string, root: unknown): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/') || reference.length > 500) return undefined;
  let at = root;
  for (const step of reference.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = (at as readonly unknown[])[Number(key)];
    else if (isRecord(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

/** In linear time, whatever the pattern; one that RE2 does not know lets everything pass. */
function matches(pattern: string, text: string): boolean {
  if (pattern.length > longestPattern || text.length > 10_000) return true;
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch {
    return true;
  }
}

/** Equal as JSON; deep values are compared by their text. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  try {
    return JSON.stringify(left) === JSON.stringify(right);
  } catch {
    return true;
  }
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function short(key: string): string {
  return key.length > 60 ? `${key.slice(0, 59)}…` : key;
}

const knownTypes: ReadonlySet<string> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'null',
]);
