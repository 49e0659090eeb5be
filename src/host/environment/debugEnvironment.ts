/** The environment of debug configurations. Pure. */

/** Types of debug configurations that take variables in `env`, and start a program that may have telemetry. */
const types: ReadonlySet<string> = new Set([
  'debugpy',
  'python',
  'node',
  'pwa-node',
  'node-terminal',
  'bun',
  'deno',
  'go',
  'java',
  'coreclr',
  'dotnet',
  'ruby_lsp',
  'rdbg',
  'php',
  'lldb',
  'dart',
]);

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The configuration with the environment added; the very same when it starts nothing, is of a type that is not known to
 * take variables and has none, or nothing is to be added. `inFile`: names that its `envFile` sets, which `env` goes over.
 */
export async function withEnvironment<C extends { type: string; request: string; [key: string]: unknown }>(
  configuration: C,
  inFile: ReadonlySet<string>,
  valuesFor: (own: Variables) => Promise<ReadonlyMap<string, string>>,
): Promise<C> {
  const { type, request, env } = configuration;
  const hasVariables = typeof env === 'object' && env !== null && !Array.isArray(env);
  if (request !== 'launch' || (!types.has(type) && !hasVariables)) return configuration;
  const own = hasVariables ? (env as Record<string, unknown>) : {};
  const set = Object.entries(own).map(([name, value]) => [name, textOf(value)] as const);
  const values = await valuesFor(Object.fromEntries(set));
  const added = [...values].filter(([name, value]) => !inFile.has(name) && own[name] !== value);
  return added.length === 0
    ? configuration
    : { ...configuration, env: { ...own, ...Object.fromEntries(added) } };
}

/** Debuggers take numbers and switches for texts as well. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
