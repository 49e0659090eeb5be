/** How each framework and tool is told to send its telemetry to the receiver. Pure. */

/** Where to send: `http://127.0.0.1:4318` and `http://127.0.0.1:4317`. */
export interface Endpoints {
  readonly http: string;
  readonly grpc: string;
}

export interface Framework {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Environment variables; none for one that is told in code or in a file of its own. */
  readonly variables?: (endpoints: Endpoints) => ReadonlyMap<string, string>;
  /** Lines of code or configuration. `languageId` as the editor names it; `file`: where they belong, for the user. */
  readonly code?: (endpoints: Endpoints) => {
    readonly languageId: string;
    readonly text: string;
    readonly file?: string;
  };
}

const exporter = (http: string): [string, string][] => [
  ['OTEL_EXPORTER_OTLP_ENDPOINT', http],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf'],
];
const captured: [string, string][] = [
  ['OTEL_SEMCONV_STABILITY_OPT_IN', 'gen_ai_latest_experimental'],
  ['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', 'true'],
];

/** Python's set-up, around an instrumentor's import and call. */
function pythonSetUp(instrument: readonly string[], endpoint: string, packages: string): string {
  return [
    `# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http ${packages}`,
    'from opentelemetry import trace',
    'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter',
    'from opentelemetry.sdk.trace import TracerProvider',
    'from opentelemetry.sdk.trace.export import BatchSpanProcessor',
    ...instrument.slice(0, 1),
    '',
    'provider = TracerProvider()',
    `provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("${endpoint}/v1/traces")))`,
    'trace.set_tracer_provider(provider)',
    ...instrument.slice(1),
    '',
  ].join('\n');
}

/** Node.js's set-up, around an instrumentation's import and instance. */
function nodeSetUp(imported: string, instance: string, endpoint: string, packages: string): string {
  return [
    `// npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto ${packages}`,
    "import { NodeSDK } from '@opentelemetry/sdk-node';",
    "import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';",
    imported,
    '',
    'const sdk = new NodeSDK({',
    `  traceExporter: new OTLPTraceExporter({ url: '${endpoint}/v1/traces' }),`,
    `  instrumentations: [${instance}],`,
    '});',
    'sdk.start();',
    "process.once('beforeExit', () => sdk.shutdown());",
    '',
  ].join('\n');
}

/** The list that "Send … Here" offers. Sources: each project's documentation of its exporter. */
export const frameworks: readonly Framework[] = [
  {
    id: 'environment',
    label: 'OpenTelemetry',
    description: 'any SDK that reads the standard environment variables',
    variables: ({ http }) =>
      new Map([
        ...exporter(http),
        ['OTEL_TRACES_EXPORTER', 'otlp'],
        ['OTEL_LOGS_EXPORTER', 'otlp'],
        ...captured,
      ]),
  },
  {
    id: 'openinference-python',
    label: 'OpenInference for Python',
    description: 'OpenAI, Anthropic, LangChain, LlamaIndex, CrewAI, …',
    code: ({ http }) => ({
      languageId: 'python',
      text: pythonSetUp(
        [
          'from openinference.instrumentation.openai import OpenAIInstrumentor',
          'OpenAIInstrumentor().instrument(tracer_provider=provider)',
        ],
        http,
        'openinference-instrumentation-openai',
      ),
    }),
  },
  {
    id: 'openinference-node',
    label: 'OpenInference for Node.js',
    description: 'OpenAI, Anthropic, LangChain, …',
    code: ({ http }) => ({
      languageId: 'javascript',
      text: nodeSetUp(
        "import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';",
        'new OpenAIInstrumentation()',
        http,
        '@arizeai/openinference-instrumentation-openai',
      ),
    }),
  },
  {
    id: 'openllmetry',
    label: 'OpenLLMetry (Traceloop)',
    description: 'Python and Node.js',
    variables: ({ http }) =>
      new Map([
        ['TRACELOOP_BASE_URL', http],
        ['TRACELOOP_TRACE_CONTENT', 'true'],
      ]),
  },
  {
    id: 'langfuse',
    label: 'Langfuse',
    description: 'Python and Node.js SDKs; any keys will do',
    variables: ({ http }) =>
      new Map([
        ['LANGFUSE_BASE_URL', http],
        ['LANGFUSE_HOST', http],
        ['LANGFUSE_PUBLIC_KEY', 'pk-lf-local'],
        ['LANGFUSE_SECRET_KEY', 'sk-lf-local'],
      ]),
  },
  {
    id: 'langsmith',
    label: 'LangSmith (LangChain, LangGraph)',
    description: 'its OpenTelemetry mode; pip install "langsmith[otel]"',
    variables: ({ http }) =>
      new Map([
        ['LANGSMITH_TRACING', 'true'],
        ['LANGSMITH_OTEL_ENABLED', 'true'],
        ['LANGSMITH_OTEL_ONLY', 'true'],
        ...exporter(http),
      ]),
  },
  {
    id: 'logfire',
    label: 'Logfire (Pydantic AI)',
    description: 'logfire.configure() with nothing sent to the cloud',
    variables: ({ http }) => new Map([['LOGFIRE_SEND_TO_LOGFIRE', 'false'], ...exporter(http)]),
  },
  {
    id: 'mlflow',
    label: 'MLflow Tracing',
    description: 'beside its tracking server',
    variables: ({ http }) =>
      new Map([
        ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${http}/v1/traces`],
        ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf'],
        ['MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT', 'true'],
      ]),
  },
  {
    id: 'ai-sdk',
    label: 'Vercel AI SDK',
    description: 'experimental_telemetry on each call',
    code: ({ http }) => ({
      languageId: 'typescript',
      text: [
        '// npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto',
        "import { NodeSDK } from '@opentelemetry/sdk-node';",
        "import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';",
        '',
        `const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter({ url: '${http}/v1/traces' }) });`,
        'sdk.start();',
        '',
        '// In each call: generateText({ …, experimental_telemetry: telemetry })',
        'export const telemetry = { isEnabled: true, recordInputs: true, recordOutputs: true };',
        '',
      ].join('\n'),
    }),
  },
  {
    id: 'openai-agents',
    label: 'OpenAI Agents SDK',
    description: 'Python, through OpenInference',
    code: ({ http }) => ({
      languageId: 'python',
      text: pythonSetUp(
        [
          'from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor',
          'OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)',
        ],
        http,
        'openinference-instrumentation-openai-agents',
      ),
    }),
  },
  {
    id: 'litellm',
    label: 'LiteLLM',
    description: 'litellm.callbacks = ["otel"]',
    variables: ({ http }) =>
      new Map([['OTEL_EXPORTER', 'otlp_http'], ['OTEL_ENDPOINT', http], ...exporter(http)]),
    code: () => ({ languageId: 'python', text: 'import litellm\n\nlitellm.callbacks = ["otel"]\n' }),
  },
  {
    id: 'semantic-kernel',
    label: 'Semantic Kernel',
    description: 'its diagnostics with content',
    variables: ({ http }) =>
      new Map([
        ['SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS', 'true'],
        ['SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE', 'true'],
        ...exporter(http),
      ]),
  },
  {
    id: 'claude-code',
    label: 'Claude Code',
    description: 'spans (beta), log records and metrics',
    variables: ({ http }) =>
      new Map([
        ['CLAUDE_CODE_ENABLE_TELEMETRY', '1'],
        ['CLAUDE_CODE_ENHANCED_TELEMETRY_BETA', '1'],
        ['OTEL_TRACES_EXPORTER', 'otlp'],
        ['OTEL_LOGS_EXPORTER', 'otlp'],
        ['OTEL_METRICS_EXPORTER', 'otlp'],
        ...exporter(http),
        ['OTEL_LOG_USER_PROMPTS', '1'],
      ]),
  },
  {
    id: 'codex',
    label: 'Codex CLI',
    description: 'log records; ~/.codex/config.toml',
    code: ({ http }) => ({
      languageId: 'toml',
      file: '~/.codex/config.toml',
      text: [
        '[otel]',
        'log_user_prompt = true',
        `exporter = { otlp-http = { endpoint = "${http}/v1/logs", protocol = "binary" } }`,
        '',
      ].join('\n'),
    }),
  },
  {
    id: 'gemini-cli',
    label: 'Gemini CLI',
    description: 'spans, log records and metrics',
    variables: ({ grpc }) =>
      new Map([
        ['GEMINI_TELEMETRY_ENABLED', 'true'],
        ['GEMINI_TELEMETRY_TRACES_ENABLED', 'true'],
        ['GEMINI_TELEMETRY_TARGET', 'local'],
        ['GEMINI_TELEMETRY_OTLP_ENDPOINT', grpc],
        ['GEMINI_TELEMETRY_OTLP_PROTOCOL', 'grpc'],
        ['GEMINI_TELEMETRY_LOG_PROMPTS', 'true'],
      ]),
  },
  {
    id: 'copilot-chat',
    label: 'GitHub Copilot Chat',
    description: 'settings of this editor',
    code: ({ http }) => ({
      languageId: 'jsonc',
      file: 'settings.json',
      text: [
        '{',
        '  "github.copilot.chat.otel.enabled": true,',
        '  "github.copilot.chat.otel.captureContent": true,',
        `  "github.copilot.chat.otel.otlpEndpoint": "${http}"`,
        '}',
        '',
      ].join('\n'),
    }),
  },
];
