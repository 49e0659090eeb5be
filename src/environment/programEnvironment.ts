import path from 'node:path';

/** What a program's environment is made of. */
export interface ProgramEnvironmentOptions {
  /** Where to send, e.g. `http://127.0.0.1:4318`: an HTTP port that takes gRPC as well. */
  readonly endpoint: string;
  /** `http/protobuf` unless told: an endpoint that takes gRPC only. */
  readonly protocol?: 'grpc' | undefined;
  /** Absolute paths of the hooks that record frames; undefined where none are to be recorded. */
  readonly hooks?: { readonly python: string; readonly node: string } | undefined;
  /** Absolute path of the workspace's folder the program belongs to. */
  readonly workspace?: string | undefined;
  /** Messages are captured by instrumentations that leave them out otherwise. */
  readonly captureContent?: boolean | undefined;
  readonly platform: NodeJS.Platform;
}

/**
 * One variable: `default` is set where the user has not set it; `prepend` and `append` are joined to what is there with
 * `separator`, and left alone where what is there has them already.
 */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
  readonly how: 'default' | 'prepend' | 'append';
  readonly separator: string;
}

/** Resource attribute with the absolute path of the workspace's folder that a program was started from. */
export const workspaceAttribute = 'llm_trace_inspector.workspace';
/** Repeats a service name that is only a default, for hooks to take back where a program's own would lose to it. */
export const defaultServiceVariable = 'LLM_TRACE_INSPECTOR_DEFAULT_SERVICE';

/**
 * The environment that makes programs send here, with their frames. Values with line ends or NULs are left out.
 *
 * Source: OpenTelemetry's specification of environment variables and of the OTLP exporter.
 */
export function programEnvironment(options: ProgramEnvironmentOptions): EnvironmentVariable[] {
  const { endpoint, hooks, workspace, platform } = options;
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const variables: EnvironmentVariable[] = [
    unset('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint),
    unset('OTEL_EXPORTER_OTLP_PROTOCOL', options.protocol ?? 'http/protobuf'),
    unset('OTEL_TRACES_EXPORTER', 'otlp'),
    unset('OTEL_LOGS_EXPORTER', 'otlp'),
    // Spans show up while the program runs, not five seconds later.
    unset('OTEL_BSP_SCHEDULE_DELAY', '500'),
    unset('OTEL_BLRP_SCHEDULE_DELAY', '500'),
  ];
  if (options.captureContent) {
    variables.push(unset('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', 'true'));
  }
  if (workspace !== undefined) {
    const name = paths.basename(workspace);
    if (name !== '') variables.push(unset('OTEL_SERVICE_NAME', name), unset(defaultServiceVariable, name));
    const attribute = `${workspaceAttribute}=${encodeBaggage(workspace)}`;
    variables.push({ name: 'OTEL_RESOURCE_ATTRIBUTES', value: attribute, how: 'append', separator: ',' });
  }
  if (hooks) {
    variables.push({ name: 'PYTHONPATH', value: hooks.python, how: 'prepend', separator: paths.delimiter });
    const option = `--require ${quoteNodeOption(hooks.node)}`;
    variables.push({ name: 'NODE_OPTIONS', value: option, how: 'append', separator: ' ' });
  }
  return variables.filter(({ value }) => !/[\0\r\n]/.test(value));
}

/** Variables that belong together: who sets the first has chosen for the second as well. */
const companions: ReadonlyMap<string, readonly string[]> = new Map([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', ['OTEL_EXPORTER_OTLP_ENDPOINT']],
  [defaultServiceVariable, ['OTEL_SERVICE_NAME']],
]);

/** The environment without what an environment of ours has put into it: a program started from one may start others. */
export function withoutOurs(
  existing: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const attributes = (existing['OTEL_RESOURCE_ATTRIBUTES'] ?? '').split(',');
  const theirs = attributes.filter((pair) => !pair.startsWith(`${workspaceAttribute}=`));
  if (theirs.length === attributes.length) return existing;
  const ours = new Set(
    programEnvironment({ endpoint: '-', workspace: '/-', platform: 'linux' })
      .filter(({ how }) => how === 'default')
      .map(({ name }) => name),
  );
  const kept = Object.entries(existing).filter(([name]) => !ours.has(name));
  return { ...Object.fromEntries(kept), OTEL_RESOURCE_ATTRIBUTES: theirs.join(',') || undefined };
}

/** Those of the variables that may be set beside what the user has set. */
export function respecting(
  variables: readonly EnvironmentVariable[],
  isSet: (name: string) => boolean,
): EnvironmentVariable[] {
  return variables.filter(
    ({ name, how }) =>
      how !== 'default' || (!isSet(name) && !(companions.get(name)?.some((other) => isSet(other)) ?? false)),
  );
}

/** Complete values over an existing environment; names are compared as the platform does. */
export function applied(
  variables: readonly EnvironmentVariable[],
  existing: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Map<string, string> {
  const known = new Map(
    Object.entries(existing).map(([name, value]) => [
      platform === 'win32' ? name.toUpperCase() : name,
      value,
    ]),
  );
  return new Map(
    variables.map((variable) => {
      const there = known.get(variable.name);
      return [variable.name, variable.how === 'default' ? variable.value : joined(variable, there)];
    }),
  );
}

/** The value with what is there; once, however often it is joined. */
export function joined({ value, how, separator }: EnvironmentVariable, there: string | undefined): string {
  if (there === undefined || there === '') return value;
  const holds =
    separator === ' ' ? ` ${there} `.includes(` ${value} `) : there.split(separator).includes(value);
  if (holds) return there;
  return how === 'prepend' ? `${value}${separator}${there}` : `${there}${separator}${value}`;
}

function unset(name: string, value: string): EnvironmentVariable {
  return { name, value, how: 'default', separator: '' };
}

/** `NODE_OPTIONS` is split at spaces, outside double quotes, in which a backslash escapes. */
function quoteNodeOption(file: string): string {
  return /[\s"\\]/.test(file) ? `"${file.replace(/[\\"]/g, '\\$&')}"` : file;
}

/** A value of `OTEL_RESOURCE_ATTRIBUTES`: percent-encoded but for what W3C baggage allows. */
function encodeBaggage(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3A', ':');
}
