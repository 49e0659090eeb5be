import { statSync } from 'node:fs';
import path from 'node:path';
import type { EnvironmentVariable } from '../environment/programEnvironment.ts';
import { applied, joined, programEnvironment, respecting } from '../environment/programEnvironment.ts';
import { statements } from '../environment/shellText.ts';
import { optional, parse, UsageError } from './arguments.ts';

const shells = ['sh', 'fish', 'pwsh', 'json'] as const;

/** Prints the environment that makes programs started from a shell send here, with their frames. */
export function env(args: readonly string[]): Promise<number> {
  const parsed = parse(args, ['workspace', 'endpoint', 'shell']);
  const shell = shells.find((name) => name === (optional(parsed, 'shell') ?? 'sh'));
  if (!shell) throw new UsageError(`--shell is one of ${shells.join(', ')}`);
  const asked = optional(parsed, 'endpoint');
  const endpoint = endpointOf(asked ?? 'http://127.0.0.1:4318');
  const { env: existing, platform } = process;
  const variables = respecting(
    programEnvironment({
      endpoint,
      workspace: folderOf(optional(parsed, 'workspace')),
      hooks: hooksBeside(__dirname),
      platform,
    }),
    // An endpoint that was asked for is what the caller wants now.
    (name) => existing[name] !== undefined && !(asked !== undefined && exporterVariables.has(name)),
  );
  if (asked !== undefined) variables.push(...signalEndpoints(endpoint, existing));
  process.stdout.write(`${print(variables, shell)}\n`);
  return Promise.resolve(0);
}

/** Endpoints of single signals would win over the one that was asked for: those that are set follow it. */
function signalEndpoints(endpoint: string, existing: NodeJS.ProcessEnv): EnvironmentVariable[] {
  return ['traces', 'logs', 'metrics'].flatMap((signal) => {
    const name = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
    if (existing[name] === undefined) return [];
    return [{ name, value: `${endpoint}/v1/${signal}`, how: 'default' as const, separator: '' }];
  });
}

const exporterVariables: ReadonlySet<string> = new Set([
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
]);

function print(variables: readonly EnvironmentVariable[], shell: (typeof shells)[number]): string {
  const { env: existing, platform } = process;
  if (shell === 'json') return JSON.stringify(Object.fromEntries(applied(variables, existing, platform)));
  // What the shell has already is not joined to it again.
  const news = variables.filter(
    (variable) =>
      variable.how === 'default' || joined(variable, existing[variable.name]) !== existing[variable.name],
  );
  return statements(news, shell === 'pwsh' ? 'powershell' : shell);
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(`--endpoint takes a URL such as http://127.0.0.1:4318, not ${JSON.stringify(text)}`);
  }
  return text.replace(/\/+$/, '');
}

function folderOf(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  const absolute = path.resolve(folder);
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--workspace: there is no folder ${JSON.stringify(folder)}`);
  }
  return absolute;
}

/** The hooks that are shipped beside the command line. */
function hooksBeside(folder: string): { python: string; node: string } {
  return {
    python: path.join(folder, 'capture', 'python'),
    node: path.join(folder, 'capture', 'node', 'register.cjs'),
  };
}
