import type { Family } from '../index/libraries.ts';
import type { SpanQuestion } from '../spanQuestion.ts';

/** Words in an instrumentation scope's name, and the library whose calls it tells of. The first that fits counts. */
const scopes: readonly (readonly [RegExp, Family])[] = [
  [/openai[._-]agents|agents?[._-]sdk/i, 'openai-agents'],
  [/google[._-]adk|gcp\.vertex\.agent/i, 'google-adk'],
  [/google[._-]?gen|vertex|gemini|generativeai/i, 'google'],
  [/bedrock|botocore|boto/i, 'bedrock'],
  [/anthropic/i, 'anthropic'],
  [/litellm/i, 'litellm'],
  [/langchain|langgraph|langsmith/i, 'langchain'],
  [/llama.?index/i, 'llamaindex'],
  [/crewai/i, 'crewai'],
  [/smolagents/i, 'smolagents'],
  [/haystack/i, 'haystack'],
  [/semantic.?kernel/i, 'semantic-kernel'],
  [/agent.?framework/i, 'agent-framework'],
  [/autogen|ag2/i, 'autogen'],
  [/strands/i, 'strands'],
  [/pydantic.?ai/i, 'pydantic-ai'],
  [/mastra/i, 'mastra'],
  [/genkit/i, 'genkit'],
  [/dspy/i, 'dspy'],
  [/agno/i, 'agno'],
  [/instructor/i, 'instructor'],
  [/ollama/i, 'ollama'],
  [/mistral/i, 'mistral'],
  [/cohere/i, 'cohere'],
  [/groq/i, 'groq'],
  [/together/i, 'together'],
  [/mcp/i, 'mcp'],
  [/^(?:ai|gen_ai)$|ai[._-]sdk|vercel/i, 'ai-sdk'],
  [/openai/i, 'openai'],
];

const dialects = new Map<string, Family>([
  ['vercelAi7', 'ai-sdk'],
  ['vercelAiLegacy', 'ai-sdk'],
  ['anthropicSdk', 'anthropic'],
  ['autogen', 'autogen'],
  ['ag2', 'autogen'],
  ['genkit', 'genkit'],
  ['googleAdk', 'google-adk'],
  ['haystack', 'haystack'],
  ['langsmith', 'langchain'],
  ['litellm', 'litellm'],
  ['llamaIndex', 'llamaindex'],
  ['mastra', 'mastra'],
  ['mcp', 'mcp'],
  ['pydanticAi', 'pydantic-ai'],
  ['semanticKernel', 'semantic-kernel'],
  ['strands', 'strands'],
  ['agentFramework', 'agent-framework'],
]);

/** The library that made a span, where its scope or convention tells. */
export function spanFamily(span: SpanQuestion): Family | undefined {
  for (const [pattern, family] of scopes) if (pattern.test(span.scope)) return family;
  return dialects.get(span.dialect);
}
