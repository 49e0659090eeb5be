/** A library, or a family of packages that belong together, by which spans and call sites are compared. */
export type Family = string;

/** First part(s) of a module's name → its family. The longest match wins. */
const modules: readonly (readonly [prefix: string, family: Family])[] = [
  ['openai', 'openai'],
  ['azure.ai.openai', 'openai'],
  ['@azure/openai', 'openai'],
  ['langfuse.openai', 'openai'],
  ['groq', 'groq'],
  ['groq-sdk', 'groq'],
  ['together', 'together'],
  ['together-ai', 'together'],
  ['cerebras', 'cerebras'],
  ['anthropic', 'anthropic'],
  ['@anthropic-ai', 'anthropic'],
  ['claude_agent_sdk', 'claude-agent'],
  ['claude_code_sdk', 'claude-agent'],
  ['@anthropic-ai/claude-agent-sdk', 'claude-agent'],
  ['google.genai', 'google'],
  ['google.generativeai', 'google'],
  ['google', 'google'],
  ['vertexai', 'google'],
  ['@google/genai', 'google'],
  ['@google/generative-ai', 'google'],
  ['@google-cloud/vertexai', 'google'],
  ['google.adk', 'google-adk'],
  ['@google/adk', 'google-adk'],
  ['boto3', 'bedrock'],
  ['aioboto3', 'bedrock'],
  ['aiobotocore', 'bedrock'],
  ['@aws-sdk/client-bedrock-runtime', 'bedrock'],
  ['mistralai', 'mistral'],
  ['@mistralai', 'mistral'],
  ['cohere', 'cohere'],
  ['cohere-ai', 'cohere'],
  ['ollama', 'ollama'],
  ['replicate', 'replicate'],
  ['huggingface_hub', 'huggingface'],
  ['@huggingface/inference', 'huggingface'],
  ['transformers', 'huggingface'],
  ['vllm', 'vllm'],
  ['azure.ai.inference', 'azure-inference'],
  ['@azure-rest/ai-inference', 'azure-inference'],
  ['ibm_watsonx_ai', 'watsonx'],
  ['voyageai', 'voyage'],
  ['xai_sdk', 'xai'],
  ['litellm', 'litellm'],
  ['instructor', 'instructor'],
  ['@instructor-ai', 'instructor'],
  ['langchain', 'langchain'],
  ['@langchain', 'langchain'],
  ['langgraph', 'langchain'],
  ['langchain_', 'langchain'],
  ['langgraph_', 'langchain'],
  ['deepagents', 'langchain'],
  ['llama_index', 'llamaindex'],
  ['llama-index', 'llamaindex'],
  ['llamaindex', 'llamaindex'],
  ['@llamaindex', 'llamaindex'],
  ['workflows', 'llamaindex'],
  ['ai', 'ai-sdk'],
  ['@ai-sdk', 'ai-sdk'],
  ['@openrouter/ai-sdk-provider', 'ai-sdk'],
  ['ollama-ai-provider', 'ai-sdk'],
  ['workers-ai-provider', 'ai-sdk'],
  ['agents', 'openai-agents'],
  ['@openai/agents', 'openai-agents'],
  ['@openai/agents-core', 'openai-agents'],
  ['pydantic_ai', 'pydantic-ai'],
  ['mastra', 'mastra'],
  ['@mastra', 'mastra'],
  ['genkit', 'genkit'],
  ['@genkit-ai', 'genkit'],
  ['crewai', 'crewai'],
  ['crewai_tools', 'crewai'],
  ['smolagents', 'smolagents'],
  ['haystack', 'haystack'],
  ['haystack_integrations', 'haystack'],
  ['semantic_kernel', 'semantic-kernel'],
  ['agent_framework', 'agent-framework'],
  ['autogen', 'autogen'],
  ['autogen_', 'autogen'],
  ['ag2', 'autogen'],
  ['strands', 'strands'],
  ['strands_tools', 'strands'],
  ['dspy', 'dspy'],
  ['agno', 'agno'],
  ['phi', 'agno'],
  ['mirascope', 'mirascope'],
  ['marvin', 'marvin'],
  ['guidance', 'guidance'],
  ['outlines', 'outlines'],
  ['ell', 'ell'],
  ['magentic', 'magentic'],
  ['beeai_framework', 'beeai'],
  ['beeai-framework', 'beeai'],
  ['portkey_ai', 'portkey'],
  ['portkey-ai', 'portkey'],
  ['@inngest/agent-kit', 'agent-kit'],
  ['@anthropic-ai/bedrock-sdk', 'anthropic'],
  ['@anthropic-ai/vertex-sdk', 'anthropic'],
  ['camel', 'camel'],
  ['letta_client', 'letta'],
  ['txtai', 'txtai'],
  ['swarm', 'swarm'],
  ['mcp', 'mcp'],
  ['fastmcp', 'mcp'],
  ['@modelcontextprotocol/sdk', 'mcp'],
  ['chromadb', 'vector-store'],
  ['pinecone', 'vector-store'],
  ['qdrant_client', 'vector-store'],
  ['weaviate', 'vector-store'],
  ['pymilvus', 'vector-store'],
  ['lancedb', 'vector-store'],
  ['@pinecone-database', 'vector-store'],
  ['@qdrant', 'vector-store'],
  ['sentence_transformers', 'huggingface'],
];

const familyByPrefix = new Map(modules);
const joined = modules.filter(([prefix]) => prefix.endsWith('_'));
const cache = new Map<string, Family | undefined>();

/** The family of a module by its name as imported, or nothing for libraries that make no model calls. */
export function familyOf(module: string): Family | undefined {
  if (module === '' || module.startsWith('<')) return undefined;
  if (cache.has(module)) return cache.get(module);
  if (cache.size > 5_000) cache.clear();
  const found = find(module);
  cache.set(module, found);
  return found;
}

function find(module: string): Family | undefined {
  const name = module.replace(/^npm:/, '').replace(/(.)@\d[^/]*/, '$1');
  for (
    let end = name.length;
    end > 0;
    end = Math.max(name.lastIndexOf('.', end - 1), name.lastIndexOf('/', end - 1))
  ) {
    const known = familyByPrefix.get(name.slice(0, end));
    if (known !== undefined) return known;
  }
  return joined.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** Libraries that call a provider through another library's client: a span of that client may come from them. */
const rawFamilies = new Set([
  ...[
    'openai',
    'groq',
    'together',
    'cerebras',
    'anthropic',
    'google',
    'bedrock',
    'mistral',
    'cohere',
    'ollama',
  ],
  ...['replicate', 'huggingface', 'vllm', 'azure-inference', 'watsonx', 'voyage', 'xai', 'portkey'],
]);

/** A provider's own client: it makes no spans of other libraries. */
export function isRawClient(family: Family): boolean {
  return rawFamilies.has(family);
}

/** Tracing: calls to these open spans, and are never what a model call is. */
const tracingModules =
  /^(?:opentelemetry|@opentelemetry|logfire|langfuse|@langfuse|langsmith|traceloop|@traceloop|openlit|mlflow|phoenix|@arizeai|arize|openinference|lmnr|@lmnr-ai|sentry_sdk|@sentry|ddtrace|dd-trace|braintrust|weave|agentops|opik|helicone|honeyhive|promptlayer|galileo)(?:[./\-_].*)?$/;

export function isTracing(module: string): boolean {
  return tracingModules.test(module) && module !== 'langfuse.openai';
}
