/** The environment that points a program's exporter at the receiver, in the words of each shell. Pure. */

export type Shell = 'sh' | 'fish' | 'powershell' | 'cmd' | 'dotenv';
export type Target = 'python' | 'node' | 'any';

export interface ReceiverUrls {
  /** `http://127.0.0.1:4317`, where the gRPC port is open. */
  readonly grpc?: string | undefined;
  readonly http?: string | undefined;
}

/**
 * Variables and values for a kind of program. Python's default exporter speaks gRPC, Node.js's HTTP/protobuf; each is
 * given the port it needs and, where only the other port is open, that one with its protocol.
 *
 * Source: OpenTelemetry's environment variable specification; the GenAI variables of its Python and JavaScript packages.
 */
export function environmentFor(target: Target, urls: ReceiverUrls): ReadonlyMap<string, string> | undefined {
  const wantsGrpc = target === 'python';
  const url = wantsGrpc ? (urls.grpc ?? urls.http) : (urls.http ?? urls.grpc);
  if (url === undefined) return undefined;
  return new Map([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', url],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', url === urls.grpc ? 'grpc' : 'http/protobuf'],
    ['OTEL_TRACES_EXPORTER', 'otlp'],
    ['OTEL_LOGS_EXPORTER', 'otlp'],
    // Spans show up while the program runs, not five seconds later.
    ['OTEL_BSP_SCHEDULE_DELAY', '500'],
    ['OTEL_BLRP_SCHEDULE_DELAY', '500'],
    ['OTEL_SEMCONV_STABILITY_OPT_IN', 'gen_ai_latest_experimental'],
    ['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', target === 'python' ? 'SPAN_ONLY' : 'true'],
  ]);
}

/** Text to paste: a line for each variable, without a line end behind the last, so that pasting runs nothing by itself. */
export function environmentText(variables: ReadonlyMap<string, string>, shell: Shell): string {
  return [...variables].map(([name, value]) => line(shell, name, value)).join('\n');
}

function line(shell: Shell, name: string, value: string): string {
  switch (shell) {
    case 'sh':
      return `export ${name}=${quoteSh(value)}`;
    case 'fish':
      return `set -gx ${name} ${quoteFish(value)}`;
    case 'powershell':
      return `$env:${name} = '${value.replaceAll("'", "''")}'`;
    case 'cmd':
      return `set "${name}=${value.replace(/["%]/g, '')}"`;
    case 'dotenv':
      return `${name}=${/^[\w./:[\]-]*$/.test(value) ? value : JSON.stringify(value)}`;
  }
}

function quoteSh(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function quoteFish(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The shell a path such as `/usr/bin/fish` names; `sh` when it is none we know. */
export function shellOf(path: string | undefined, platform: NodeJS.Platform): Shell {
  const name = (path ?? '').toLowerCase().split(/[\\/]/).at(-1) ?? '';
  if (name.startsWith('fish')) return 'fish';
  if (name.startsWith('pwsh') || name.startsWith('powershell')) return 'powershell';
  if (name === 'cmd.exe' || name === 'cmd') return 'cmd';
  return name === '' && platform === 'win32' ? 'powershell' : 'sh';
}
