/**
 * Providers by the names of OpenTelemetry's GenAI conventions (`openai`, `aws.bedrock`, `gcp.gemini`, …), from the
 * many spellings in use. Names of frameworks say nothing of who answered: then the model's name is asked.
 */
export function normaliseProvider(raw: string | undefined, model?: string): string | undefined {
  const word = raw?.trim().toLowerCase();
  if (!word || frameworks.has(word)) return providerOfModel(model);
  const known = aliases.get(word) ?? aliases.get(word.replace(/[\s_]+/g, ''));
  if (known) return known;
  if (keepsDots.test(word)) return word;
  if (word.includes('://') || word.includes('/')) return providerOfHost(word) ?? providerOfModel(model);
  const dot = word.indexOf('.');
  if (dot <= 0) return word;
  const head = word.slice(0, dot);
  return aliases.get(head) ?? (frameworks.has(head) ? providerOfModel(model) : head);
}

const keepsDots = /^(?:aws|azure|gcp|ibm|oci)\./;

/** Frameworks and gateways that call themselves the system. */
const frameworks = new Set(
  `strands-agents strands autogen ag2 langchain langgraph crewai llamaindex llama_index haystack gcp.vertex.agent
  microsoft.agent_framework agent_framework spring_ai spring-ai litellm github traceloop pydantic-ai pydantic_ai
  smolagents dspy instructor mastra unknown none other langsmith openai_agents openai-agents autogen-core semantic_kernel
  semantic-kernel gateway custom vercel ai-sdk copilot_chat proxy`.split(/\s+/),
);

const aliases = new Map<string, string>();
for (const [name, words] of [
  ['openai', 'openai open_ai openai-chat openai_chat chatopenai openai-responses'],
  ['anthropic', 'anthropic claude chatanthropic'],
  ['azure.ai.openai', 'az.ai.openai azure azure_openai azureopenai azure-openai azure.openai'],
  ['azure.ai.inference', 'az.ai.inference azure_ai azure.ai.foundry'],
  [
    'aws.bedrock',
    'aws bedrock aws_bedrock amazon amazon-bedrock amazon_bedrock bedrock_converse bedrock-runtime',
  ],
  ['gcp.vertex_ai', 'vertex_ai vertexai vertex google_vertexai google.vertex google-vertex vertex_ai_beta'],
  [
    'gcp.gemini',
    `gemini google googleai google_ai google_genai google-genai google.generative-ai google_generative_ai googlegenai
    generativelanguage google.generative_ai google-gemini`,
  ],
  ['gcp.gen_ai', 'gcp.gen_ai'],
  ['mistral_ai', 'mistral mistralai mistral-ai mistral_ai'],
  ['x_ai', 'xai x_ai x-ai grok'],
  ['cohere', 'cohere cohere_chat'],
  ['groq', 'groq'],
  ['deepseek', 'deepseek'],
  ['perplexity', 'perplexity pplx'],
  ['ibm.watsonx.ai', 'watsonx ibm watsonx.ai'],
  ['moonshot_ai', 'moonshot moonshot_ai moonshotai'],
  ['ollama', 'ollama ollama_chat'],
  ['openrouter', 'openrouter'],
  ['together_ai', 'together together_ai togetherai'],
  ['fireworks_ai', 'fireworks fireworks_ai'],
  ['huggingface', 'huggingface hugging_face hf'],
  ['replicate', 'replicate'],
] as const) {
  for (const word of words.split(/\s+/)) aliases.set(word, name);
}

/** The provider that a model's name tells, by its prefix (`openai/…`) or its family; `undefined` when unclear. */
export function providerOfModel(model: string | undefined): string | undefined {
  if (!model) return undefined;
  const name = model.toLowerCase();
  const slash = name.indexOf('/');
  if (slash > 0) {
    const prefix = aliases.get(name.slice(0, slash));
    if (prefix) return prefix;
  }
  const bedrock =
    /^(?:(?:us|eu|apac|ap|us-gov|global)\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21)\.[a-z]/;
  if (bedrock.test(name)) return 'aws.bedrock';
  const last = name.slice(name.lastIndexOf('/') + 1);
  for (const [pattern, provider] of families) if (pattern.test(last)) return provider;
  return undefined;
}

const families: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:gpt-|chatgpt|o[1345](?:-|$)|text-embedding-(?:3|ada)|text-davinci|davinci|ft:gpt|tts-|whisper|dall-e)/,
    'openai',
  ],
  [/^claude/, 'anthropic'],
  [/^gemini/, 'gcp.gemini'],
  [/^(?:mistral|mixtral|codestral|ministral|magistral|pixtral)/, 'mistral_ai'],
  [/^(?:command|embed-(?:english|multilingual)|rerank-)/, 'cohere'],
  [/^deepseek/, 'deepseek'],
  [/^grok/, 'x_ai'],
  [/^sonar/, 'perplexity'],
];

/** The provider behind a host name or base URL; `undefined` for unknown hosts. */
export function providerOfHost(host: string | undefined): string | undefined {
  if (!host) return undefined;
  const name = host.toLowerCase();
  for (const [part, provider] of hosts) if (name.includes(part)) return provider;
  return undefined;
}

const hosts: readonly (readonly [string, string])[] = [
  ['openai.azure.com', 'azure.ai.openai'],
  ['models.inference.ai.azure', 'azure.ai.inference'],
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['bedrock', 'aws.bedrock'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.groq.com', 'groq'],
  ['api.deepseek.com', 'deepseek'],
  ['api.cohere', 'cohere'],
  ['api.x.ai', 'x_ai'],
  ['openrouter.ai', 'openrouter'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.together', 'together_ai'],
  ['api.fireworks.ai', 'fireworks_ai'],
];
