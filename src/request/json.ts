/** A JSON value that we build; keys of objects may be received ones, so objects are made by `jsonObject`. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** An object of the members that are not undefined, own properties whatever their names are. */
export function jsonObject(members: Iterable<readonly [string, Json | undefined]>): JsonObject {
  const given = [...members].filter((member): member is [string, Json] => member[1] !== undefined);
  return Object.fromEntries(given);
}

/** Parses JSON text; undefined when it is none, or nested deeper than `deepest`. */
export function parseJson(text: string, deepest = 100): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isWithin(value, deepest) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWithin(value: Json, deepest: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (deepest === 0) return false;
  return Object.values(value).every((member: Json) => isWithin(member, deepest - 1));
}

/**
 * Characters that a reader would not see, or that would reorder what is seen: they are written as escapes, so that
 * code that is pasted is what it looks like.
 */
const unseen =
  /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]|[\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udfff]/g;

/** JSON text in which nothing is hidden. `indent` as in `JSON.stringify`. */
export function visibleJson(value: Json, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(unseen, escapeUnits);
}

function escapeUnits(chars: string): string {
  let out = '';
  for (let at = 0; at < chars.length; at++) out += `\\u${chars.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return out;
}

/** A string as a literal of JSON (and so of JavaScript), with nothing hidden. */
export function jsonString(text: string): string {
  return visibleJson(text);
}
