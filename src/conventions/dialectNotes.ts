/** What the documentation says of a dialect beyond its tables. */
export interface DialectNotes {
  /** Attributes that hold messages, `.*` stands for indexed ones. */
  readonly messages: readonly string[];
  readonly otherMessages?: 'span events' | 'log records' | 'span events, log records';
  /** Whether the input count includes cached tokens. */
  readonly cacheIncluded: string;
}

const byCounts = 'yes, unless the counts say otherwise';
const semconv = ['gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.system_instructions'] as const;
const flattened = ['gen_ai.prompt.*', 'gen_ai.completion.*'] as const;
const onSpan: DialectNotes = { messages: semconv, cacheIncluded: byCounts };
const inEvents: DialectNotes = { messages: semconv, otherMessages: 'span events', cacheIncluded: byCounts };
const silent: DialectNotes = { messages: [], cacheIncluded: 'no token counts' };

/**
 * By dialect id. Messages are looked for in one order on every span (`contentSources`); here is where each dialect's
 * own spans have them.
 */
export const dialectNotes: ReadonlyMap<string, DialectNotes> = new Map<string, DialectNotes>([
  ['seed', { messages: ['llm.prompts', 'user.query'], cacheIncluded: 'yes' }],
  [
    'langfuse',
    {
      messages: ['langfuse.observation.input', 'langfuse.observation.output'],
      cacheIncluded: 'no in `usage_details` (each key counts on its own), else yes',
    },
  ],
  [
    'openinference',
    {
      messages: ['llm.input_messages.*', 'llm.output_messages.*', 'input.value', 'output.value'],
      cacheIncluded: 'no from the Claude Agent SDK; else yes, unless the counts say otherwise',
    },
  ],
  ['langsmith', { messages: ['gen_ai.prompt', 'gen_ai.completion'], cacheIncluded: byCounts }],
  ['mlflow', { messages: ['mlflow.spanInputs', 'mlflow.spanOutputs'], cacheIncluded: byCounts }],
  ['laminar', { messages: ['lmnr.span.input', 'lmnr.span.output', ...flattened], cacheIncluded: byCounts }],
  [
    'agentops',
    {
      messages: [...flattened, 'agentops.entity.input', 'agentops.entity.output'],
      cacheIncluded: byCounts,
    },
  ],
  ['ag2', onSpan],
  ['mastra', onSpan],
  ['mcp', silent],
  ['claudeCode', { messages: ['user_prompt'], otherMessages: 'log records', cacheIncluded: 'no' }],
  [
    'googleAdk',
    {
      messages: ['gcp.vertex.agent.llm_request', 'gcp.vertex.agent.llm_response'],
      otherMessages: 'log records',
      cacheIncluded: 'yes',
    },
  ],
  ['springAi', { messages: [], cacheIncluded: byCounts }],
  ['langchain4j', { messages: [], cacheIncluded: byCounts }],
  ['anthropicSdk', onSpan],
  ['litellm', { messages: [...semconv, ...flattened], cacheIncluded: byCounts }],
  [
    'pydanticAi',
    {
      messages: [...semconv, 'pydantic_ai.all_messages', 'final_result', 'all_messages_events', 'events'],
      cacheIncluded: byCounts,
    },
  ],
  ['logfire', { messages: ['request_data', 'response_data', ...semconv], cacheIncluded: byCounts }],
  ['strands', inEvents],
  ['copilotChat', onSpan],
  ['geminiCli', onSpan],
  ['codex', { messages: [], otherMessages: 'log records', cacheIncluded: byCounts }],
  ['semanticKernel', { ...inEvents, otherMessages: 'span events, log records' }],
  ['agentFramework', onSpan],
  ['autogen', silent],
  ['openlit', inEvents],
  [
    'vercelAiLegacy',
    {
      messages: ['ai.prompt', 'ai.prompt.messages', 'ai.response.text', 'ai.response.toolCalls', 'ai.value'],
      cacheIncluded: 'no with Anthropic and Bedrock before SDK 6; else yes, unless the counts say otherwise',
    },
  ],
  ['vercelAi7', onSpan],
  ['genkit', { messages: ['genkit:input', 'genkit:output'], cacheIncluded: byCounts }],
  [
    'haystack',
    {
      messages: [
        'haystack.agent.step.llm.input',
        'haystack.agent.step.llm.output',
        'haystack.component.input',
        'haystack.component.output',
      ],
      cacheIncluded: byCounts,
    },
  ],
  [
    'openllmetry',
    {
      messages: [...flattened, ...semconv, 'traceloop.entity.input', 'traceloop.entity.output'],
      cacheIncluded: byCounts,
    },
  ],
  ['otelGenai', { ...inEvents, otherMessages: 'span events, log records' }],
  ['sentry', { messages: ['gen_ai.request.messages', 'gen_ai.response.text'], cacheIncluded: byCounts }],
  ['llamaIndex', silent],
  ['generic', { messages: [], cacheIncluded: byCounts }],
  ['vectorStore', { messages: ['db.vector.query.content'], cacheIncluded: 'no token counts' }],
  ['http', silent],
]);
