import type { FindingId, ServiceFinding, ServiceReport } from '../../protocol/doctor.ts';
import type { EngineStatus } from '../../protocol/status.ts';
import { plural } from '../../protocol/format.ts';
import type { CommandId } from '../ids.ts';
import { commands } from '../ids.ts';

/** What a button of an advice does. */
export type Fix =
  | { readonly label: string; readonly copy: string }
  | { readonly label: string; readonly command: CommandId; readonly argument?: unknown };

/** One thing that is missing: what, what follows from it, and what helps. Plain text throughout. */
export interface Advice {
  readonly title: string;
  readonly detail: string;
  readonly fixes: readonly Fix[];
}

const contentVariable = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
/** Python's packages know two modes, each with a value of its own. */
const pythonContent = `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental\n${contentVariable}=SPAN_ONLY`;

/** What switches content on, by convention; the first whose dialect or scope is there. */
const contentSwitches: readonly {
  readonly dialects?: readonly string[];
  readonly scopes?: readonly string[];
  readonly detail: string;
  readonly copy?: string;
}[] = [
  {
    dialects: ['openinference'],
    detail: 'OpenInference hides content when these are set; unset them.',
    copy: 'unset OPENINFERENCE_HIDE_INPUTS OPENINFERENCE_HIDE_OUTPUTS OPENINFERENCE_HIDE_INPUT_MESSAGES OPENINFERENCE_HIDE_OUTPUT_MESSAGES',
  },
  {
    dialects: ['openllmetry'],
    detail: 'OpenLLMetry captures content unless it is switched off.',
    copy: 'TRACELOOP_TRACE_CONTENT=true',
  },
  {
    dialects: ['vercelAiLegacy', 'vercelAi7'],
    detail: 'The AI SDK records content unless the call says otherwise.',
    copy: 'experimental_telemetry: { isEnabled: true, recordInputs: true, recordOutputs: true }',
  },
  {
    dialects: ['anthropicSdk'],
    detail:
      "The SDK's own spans never hold messages; an instrumentation beside it does, and calls still count once.",
    copy: 'pip install openinference-instrumentation-anthropic',
  },
  {
    dialects: ['googleAdk'],
    detail: 'ADK writes content when these are set.',
    copy: `ADK_CAPTURE_MESSAGE_CONTENT_IN_SPANS=true\n${pythonContent}`,
  },
  {
    dialects: ['semanticKernel'],
    detail: 'Semantic Kernel writes content in its sensitive mode only.',
    copy: 'SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE=true',
  },
  {
    dialects: ['pydanticAi'],
    detail: 'Pydantic AI leaves content out when it is told to.',
    copy: 'InstrumentationSettings(include_content=True)',
  },
  {
    dialects: ['claudeCode'],
    detail: 'Claude Code leaves prompts out unless told otherwise.',
    copy: 'OTEL_LOG_USER_PROMPTS=1\nOTEL_LOG_TOOL_DETAILS=1',
  },
  { dialects: ['codex'], detail: 'In ~/.codex/config.toml, under [otel].', copy: 'log_user_prompt = true' },
  {
    dialects: ['geminiCli'],
    detail: 'Gemini CLI has a switch for it.',
    copy: 'GEMINI_TELEMETRY_LOG_PROMPTS=true',
  },
  {
    dialects: ['copilotChat'],
    detail: 'A setting of Copilot Chat.',
    copy: '"github.copilot.chat.otel.captureContent": true',
  },
  { dialects: ['ag2'], detail: 'AG2 has a switch for it.', copy: 'AG2_OTEL_RECORD_CONTENT=true' },
  {
    dialects: ['agentFramework'],
    detail: 'The framework writes content in its sensitive mode only.',
    copy: 'ENABLE_SENSITIVE_DATA=true',
  },
  {
    dialects: ['otelGenai'],
    detail: "OpenTelemetry's instrumentations leave content out unless told otherwise.",
    copy: `${contentVariable}=true`,
  },
];

/** In words, with what helps; the window's own problems are `windowAdvice`. */
export function adviceFor(report: ServiceReport, finding: ServiceFinding): Advice {
  return makers[finding.id](report, finding);
}

const ofCalls = ({ calls, of }: ServiceFinding): string => `${calls} of the ${plural(of, 'newest call')}`;

const makers: Readonly<Record<FindingId, (report: ServiceReport, finding: ServiceFinding) => Advice>> = {
  'no-model-calls': ({ scopes }) => ({
    title: 'No model calls',
    detail: `Spans arrive${scopes[0] === undefined ? '' : ` (${scopes.slice(0, 3).join(', ')})`}, but none of them is a model call: the model's client is not instrumented.`,
    fixes: [{ label: 'Send a Framework’s Calls Here…', command: commands.sendHere }],
  }),
  'metrics-only': () => ({
    title: 'Only metrics arrive',
    detail:
      'Token counts arrive as metrics, which cannot tell one call from the next. Switch on traces as well.',
    fixes: [
      { label: 'Copy OTEL_TRACES_EXPORTER=otlp', copy: 'OTEL_TRACES_EXPORTER=otlp' },
      { label: 'Send a Framework’s Calls Here…', command: commands.sendHere },
    ],
  }),
  'stream-usage-missing': (report, finding) => {
    const option =
      report.language === 'python'
        ? 'stream_options={"include_usage": True}'
        : 'stream_options: { include_usage: true }';
    return {
      title: 'No token counts from streams',
      detail: `${ofCalls(finding)} streamed and came without usage, so that their cost is unknown. OpenAI-compatible services send usage in streams only when asked (LangChain: stream_usage).`,
      fixes: [{ label: `Copy ${option}`, copy: option }],
    };
  },
  'usage-missing': (_, finding) => ({
    title: 'No token counts',
    detail: `${ofCalls(finding)} came without usage, so that their cost is unknown. Streams send it only when asked (stream_options.include_usage); else the service or the instrumentation leaves it out.`,
    fixes: [{ label: 'Copy stream_options', copy: '"stream_options": { "include_usage": true }' }],
  }),
  'price-missing': (_, finding) => ({
    title: finding.model === undefined ? 'No price' : `No price for ${finding.model}`,
    detail: `${ofCalls(finding)} are of a model without a known price.`,
    fixes: [
      {
        label: 'Set Price…',
        command: commands.setPrice,
        argument: { model: finding.model, provider: finding.provider },
      },
    ],
  }),
  'content-missing': (report, finding) => {
    const found = contentSwitches.find(
      ({ dialects, scopes }) =>
        dialects?.some((dialect) => report.dialects.includes(dialect)) ||
        scopes?.some((scope) => report.scopes.some((name) => name.startsWith(scope))),
    );
    return {
      title: 'No messages',
      detail: `${ofCalls(finding)} came without messages. ${found?.detail ?? 'Its spans have no attribute with messages (gen_ai.input.messages and gen_ai.output.messages, or those of another convention).'}`,
      fixes: [
        ...(found?.copy === undefined ? [] : [copyOf(found.copy)]),
        ...(isPythonGenai(report) ? [copyOf(pythonContent)] : []),
      ],
    };
  },
  'logs-missing': (report) => {
    const python =
      report.language === 'python' ? '\nOTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true' : '';
    return {
      title: 'No log records',
      detail:
        'This instrumentation writes messages into log records, and none arrive: the program has no exporter of logs (a LoggerProvider with an OTLP exporter, or this variable with automatic instrumentation).',
      fixes: [{ label: 'Copy OTEL_LOGS_EXPORTER=otlp', copy: `OTEL_LOGS_EXPORTER=otlp${python}` }],
    };
  },
  'no-source': (report, finding) => {
    const isCaptured = report.language === 'python' || report.language === 'nodejs';
    const detail = `${ofCalls(finding)} do not say where they were made.`;
    return isCaptured
      ? {
          title: 'No source lines in its spans',
          detail: `${detail} Started from a new terminal, a task or a debug session of this window, the program records them by itself; lines are then exact instead of guessed from the workspace's sources.`,
          fixes: [
            { label: 'New Terminal', command: commands.newTerminal },
            { label: 'Copy Environment…', command: commands.copyEnvironment },
          ],
        }
      : {
          title: 'No source lines in its spans',
          detail: `${detail} Set code.file.path and code.line.number on its spans.`,
          fixes: [{ label: 'Copy the Attributes’ Names', copy: 'code.file.path\ncode.line.number' }],
        };
  },
  'parents-missing': (report, finding) => {
    const flush = report.language === 'python' ? 'provider.shutdown()' : 'await sdk.shutdown()';
    return {
      title: 'Spans are lost',
      detail: `${ofCalls(finding)} name a parent that never came: the program ended before its exporter had sent all, or sampled.`,
      fixes: [{ label: `Copy ${flush}`, copy: flush }],
    };
  },
};

const copyOf = (text: string): Fix => ({ label: `Copy ${text.replaceAll('\n', ' ')}`, copy: text });

/** Of OpenTelemetry's Python instrumentations, some follow the newer conventions only when asked. */
const isPythonGenai = ({ language, dialects }: ServiceReport): boolean =>
  language === 'python' && dialects.includes('otelGenai');

/** Why requests were refused, and what helps; reasons that are not the user's to mend are left out. */
const refusals: ReadonlyMap<string, { readonly title: string; readonly detail: string }> = new Map([
  [
    'wrong-protocol',
    {
      title: 'HTTP was sent to the gRPC port',
      detail: 'An exporter speaks HTTP (or TLS) to the gRPC port. Give it the HTTP endpoint, without https.',
    },
  ],
  [
    'unknown-path',
    {
      title: 'Requests to unknown paths',
      detail: 'Paths have to end in /v1/traces, /v1/logs or /v1/metrics.',
    },
  ],
  [
    'unsupported-media-type',
    {
      title: 'Requests of an unknown kind',
      detail:
        'OTLP over HTTP is application/x-protobuf or application/json; Zipkin and Jaeger formats are not taken.',
    },
  ],
  [
    'forbidden-host',
    {
      title: 'Requests to another host name',
      detail: 'Programs have to send to localhost, 127.0.0.1 or [::1].',
    },
  ],
  [
    'forbidden-origin',
    {
      title: 'Requests from a web page',
      detail: 'Pages may send only when their origin is in the setting llmTraces.receiver.allowedOrigins.',
    },
  ],
  [
    'too-large',
    {
      title: 'Requests that are too large',
      detail: 'The setting llmTraces.receiver.maxRequestSizeMB says how large one may be.',
    },
  ],
  [
    'malformed',
    { title: 'Requests that cannot be read', detail: 'Their bytes are not what their content type says.' },
  ],
  [
    'invalid-ids',
    { title: 'Spans without valid ids', detail: 'A trace id has 16 bytes and a span id 8, not all zero.' },
  ],
]);

/** What keeps anything at all from arriving in this window. */
export function windowAdvice(status: EngineStatus | undefined, problems: readonly string[]): Advice[] {
  const advice: Advice[] = problems.map((problem) => ({
    title: 'The receiver has a problem',
    detail: problem,
    fixes: [
      ...(status?.conflicts.length ? [{ label: 'Use Another Port', command: commands.usePort }] : []),
      { label: 'Try Again', command: commands.restartReceiver },
      { label: 'Show Log', command: commands.showLog },
    ],
  }));
  if (status?.state === 'off') {
    advice.push({
      title: 'The receiver is off',
      detail: 'Programs cannot send traces to this window.',
      fixes: [{ label: 'Start Receiver', command: commands.startReceiver }],
    });
  }
  for (const [reason, count] of Object.entries(status?.dropped ?? {})) {
    const known = refusals.get(reason);
    if (!known || count === 0) continue;
    advice.push({
      title: known.title,
      detail: `${plural(count, 'request')} refused. ${known.detail}`,
      fixes: [
        { label: 'Copy HTTP Endpoint', command: commands.copyHttpEndpoint },
        { label: 'Copy gRPC Endpoint', command: commands.copyGrpcEndpoint },
        { label: 'Open Settings', command: commands.openSettings },
      ],
    });
  }
  return advice;
}

/** When the receiver works and nothing has ever come. */
export const nothingYet: Advice = {
  title: 'Nothing has arrived yet',
  detail:
    'The receiver listens. A program sends when it has OpenTelemetry with an OTLP exporter; new terminals, tasks and debug sessions of this window tell it where to.',
  fixes: [
    { label: 'New Terminal', command: commands.newTerminal },
    { label: 'Send a Framework’s Calls Here…', command: commands.sendHere },
    { label: 'Run Sample Agent', command: commands.runSampleAgent },
  ],
};
