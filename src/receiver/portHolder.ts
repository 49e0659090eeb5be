import { listeningProcess } from './listeningProcess.ts';
import type { ListeningProcess } from './listeningProcess.ts';
import { probeHttp, speaksHttp2 } from './portProbe.ts';
import type { HttpAnswer } from './portProbe.ts';
import type { ReceiverProtocol } from './types.ts';
import { selfName } from './selfDescription.ts';

/**
 * Says in a few words what listens on a port of this machine, e.g. `Jaeger (process jaeger, pid 4711)`, `another window
 * of LLM Trace Inspector`, `a gRPC server`; undefined when it cannot be told. Takes at most `timeoutMs`. Asks nothing but
 * the port itself, and only on loopback. What the other program says about itself is matched, never repeated.
 */
export async function identifyPortHolder(
  protocol: ReceiverProtocol,
  host: string,
  port: number,
  timeoutMs = 500,
): Promise<string | undefined> {
  if (!isLoopback(host)) return undefined;
  const stop = AbortSignal.timeout(timeoutMs);
  const [root, traces, http2, process] = await Promise.all([
    protocol === 'http' ? probeHttp(host, port, '/', stop) : undefined,
    protocol === 'http' ? probeHttp(host, port, '/v1/traces', stop) : undefined,
    protocol === 'grpc' ? speaksHttp2(host, port, stop) : undefined,
    listeningProcess(host, port, stop),
  ]);
  if (root?.body.includes(`"name":"${selfName}"`)) return `another window of ${selfName}`;
  const product = productOfProcess(process) ?? productOfAnswer(root) ?? collectorOfAnswer(traces);
  const server = http2 ? 'a gRPC server' : root || traces ? 'an HTTP server' : undefined;
  const what = product ?? server;
  if (!process) return what;
  const detail = `process ${process.name}, pid ${process.pid}`;
  return what ? `${what} (${detail})` : detail;
}

function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Names of programs; Linux cuts them at 15 characters. */
const programs: readonly (readonly [RegExp, string])[] = [
  [/^jaeger/, 'Jaeger'],
  [/^otelcol|^otelcontribcol/, 'an OpenTelemetry Collector'],
  [/^tempo/, 'Grafana Tempo'],
  [/^alloy/, 'Grafana Alloy'],
  [/^victoria-traces/, 'VictoriaTraces'],
  [/^otel-desktop-vi/, 'otel-desktop-viewer'],
  [/^otel-tui/, 'otel-tui'],
  [/^docker-proxy|^com\.docker|^rootlesskit|^rootlessport|^pasta|^slirp4netns/, 'a container'],
  [/^sshd?$/, 'a port forwarded by SSH'],
];

/** Words in the command line of a script, where the program itself is only `python` or `node`. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [/\bphoenix\b/i, 'Arize Phoenix'],
  [/\bmlflow\b/i, 'MLflow'],
  [/\blangfuse\b/i, 'Langfuse'],
  [/\bspotlight\b/i, 'Sentry Spotlight'],
];

/** What web interfaces call themselves. */
const pages: readonly (readonly [RegExp, string])[] = [
  [/<title>[^<]{0,40}Phoenix/i, 'Arize Phoenix'],
  [/<title>[^<]{0,40}Langfuse/i, 'Langfuse'],
  [/<title>[^<]{0,40}Jaeger/i, 'Jaeger'],
  [/<title>[^<]{0,40}MLflow/i, 'MLflow'],
  [/<title>[^<]{0,40}Spotlight/i, 'Sentry Spotlight'],
  [/<title>[^<]{0,40}(?:\.NET )?Aspire/i, 'the .NET Aspire dashboard'],
  [/<title>[^<]{0,40}SigNoz/i, 'SigNoz'],
  [/<title>[^<]{0,40}Zipkin/i, 'Zipkin'],
  [/VictoriaTraces/i, 'VictoriaTraces'],
];

function productOfProcess(process: ListeningProcess | undefined): string | undefined {
  if (!process) return undefined;
  return (
    programs.find(([pattern]) => pattern.test(process.name))?.[1] ??
    scripts.find(([pattern]) => pattern.test(process.commandLine))?.[1]
  );
}

function productOfAnswer(answer: HttpAnswer | undefined): string | undefined {
  if (!answer) return undefined;
  if (/spotlight/i.test(answer.poweredBy)) return 'Sentry Spotlight';
  return pages.find(([pattern]) => pattern.test(answer.body))?.[1];
}

/** The Collector's own receiver, which Jaeger and Tempo contain as well, has a characteristic refusal of GET. */
function collectorOfAnswer(answer: HttpAnswer | undefined): string | undefined {
  if (answer?.status !== 405 || !/method not allowed, supported: \[POST\]/i.test(answer.body))
    return undefined;
  return 'an OpenTelemetry Collector, or a program that contains one, such as Jaeger or Tempo';
}
