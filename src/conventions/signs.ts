import { dialects } from './registry.ts';
import { KeyMemo } from './keyMemo.ts';

/*
 * Which dialects the name of a span or of its scope is a sign of, by their places in the registry. Signs among the
 * attributes are in `keyTables.ts`.
 */

const byName = new Map<string, number[]>();
const namePrefixes: (readonly [string, number])[] = [];
const scopePrefixes: (readonly [string, number])[] = [];

dialects.forEach(({ signs }, index) => {
  for (const scope of signs.scopes ?? []) scopePrefixes.push([scope, index]);
  for (const name of signs.names ?? []) {
    if (name.endsWith('*')) namePrefixes.push([name.slice(0, -1), index]);
    else byName.set(name, [...(byName.get(name) ?? []), index]);
  }
});

const lists = new Map<string, readonly number[]>();

/** Equal lists are one object. */
function same(indices: readonly number[]): readonly number[] {
  const key = indices.join(' ');
  const known = lists.get(key);
  if (known) return known;
  lists.set(key, indices);
  return indices;
}

const ofScopes = new KeyMemo((scope) =>
  same([...new Set(scopePrefixes.filter(([prefix]) => matches(scope, prefix)).map(([, index]) => index))]),
);
const ofNames = new KeyMemo((name) =>
  same([
    ...(byName.get(name) ?? []),
    ...namePrefixes.filter(([prefix]) => name.startsWith(prefix)).map(([, index]) => index),
  ]),
);

/** A prefix ends at the end of a word: `codex` is no sign of `codexample`. */
function matches(scope: string, prefix: string): boolean {
  if (!scope.startsWith(prefix)) return false;
  return scope.length === prefix.length || !/[A-Za-z0-9]/.test(scope[prefix.length] ?? '');
}

/** One object for the same dialects. */
export function signsOfScope(scope: string): readonly number[] {
  return ofScopes.of(scope);
}

/** One object for the same dialects. */
export function signsOfName(name: string): readonly number[] {
  return ofNames.of(name);
}
