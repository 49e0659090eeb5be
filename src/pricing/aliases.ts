import type { ModelAlias } from '../model/userPrice.ts';
import { compileGlob } from './glob.ts';
import { tableProvider } from './providerNames.ts';

const mostAliases = 1000;

/** A user's alias, ready to be matched. */
export interface CompiledAlias {
  readonly matches: (name: string) => boolean;
  readonly model: string;
  /** The table's provider, where the alias names one. */
  readonly provider: string | undefined;
}

/** Checks and prepares the user's aliases; faulty ones are left out, with a sentence that says what to mend. */
export function compileAliases(values: readonly unknown[]): {
  readonly aliases: readonly CompiledAlias[];
  readonly problems: readonly string[];
} {
  const aliases: CompiledAlias[] = [];
  const problems: string[] = [];
  if (values.length > mostAliases)
    problems.push(`Only the first ${mostAliases} of ${values.length} aliases are used.`);
  values.slice(0, mostAliases).forEach((value, index) => {
    const problem = problemOf(value);
    if (problem !== undefined) {
      problems.push(`Alias ${index + 1}: ${problem}`);
      return;
    }
    const { name, model, provider } = value as ModelAlias;
    aliases.push({ matches: compileGlob(name), model, provider: tableProvider(provider) });
  });
  return { aliases, problems };
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null)
    return 'must be an object such as { "name": "chatbot-*", "model": "gpt-4o" }.';
  const { name, model, provider } = value as Readonly<Record<string, unknown>>;
  if (!isName(name))
    return '`name` must be the name that spans give, at most 256 characters; `*` stands for any text.';
  if (!isName(model)) return '`model` must be the name of a model that the price table knows.';
  if (provider === undefined) return undefined;
  if (!isName(provider)) return '`provider` must be a name, or left out.';
  return tableProvider(provider) === undefined
    ? `the price table has no provider ${JSON.stringify(provider)}.`
    : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 256;
}
