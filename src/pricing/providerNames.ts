/**
 * The table's provider id for a provider's name as spans give it (OpenTelemetry's words and those of SDKs and
 * gateways, any case), or undefined where the table has no such provider or the name is a framework's.
 */
export function tableProvider(name: string | undefined): string | undefined {
  if (name === undefined || name.length > 100) return undefined;
  const key = name.trim().toLowerCase().replaceAll('-', '_').replaceAll(' ', '_');
  return byName.get(key) ?? byName.get(key.split('.', 1)[0] ?? '');
}

/** Prefixes before a model's name, as in `bedrock/…` or `openai:…`: the table's provider, or what else they mean. */
export function routePrefix(
  prefix: string,
): { provider?: string; local?: boolean; gateway?: boolean } | undefined {
  const key = prefix.toLowerCase().replaceAll('-', '_');
  if (localNames.has(key)) return { local: true };
  if (gateways.has(key)) return { gateway: true };
  const provider = byName.get(key) ?? byRoute.get(key);
  return provider === undefined ? undefined : { provider };
}

/** Is this the name of a runtime that serves models on the user's own machines? */
export function isLocalRuntime(name: string): boolean {
  return localNames.has(name.trim().toLowerCase().replaceAll('-', '_').replaceAll(' ', '_'));
}

/**
 * Providers whose SDKs people point at gateways and at other vendors' compatible services, so that the name of the
 * SDK says little about who answered.
 */
export const sdkProviders: ReadonlySet<string> = new Set([
  'openai',
  'anthropic',
  'google',
  'mistral',
  'cohere',
]);

function index(lists: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [provider, names] of Object.entries(lists)) {
    for (const name of names.split(' ')) map.set(name, provider);
  }
  return map;
}

const byName = index({
  anthropic: 'anthropic claude',
  arcee: 'arcee arcee_ai',
  aws: 'aws aws.bedrock aws_bedrock bedrock bedrock_converse amazon amazon_bedrock amazon.bedrock aws.nova',
  azure:
    'azure azure.ai.openai azure.ai.inference azure_openai azureopenai azure_ai ' +
    'azure_ai_inference azure_ai_foundry az.ai.openai az.ai.inference azure_text',
  baseten: 'baseten',
  cerebras: 'cerebras',
  cloudflare: 'cloudflare cloudflare_workers_ai workers_ai workersai',
  cohere: 'cohere cohere_chat',
  cursor: 'cursor',
  deepseek: 'deepseek',
  fireworks: 'fireworks fireworks_ai fireworksai',
  'github-copilot': 'github_copilot github copilot',
  google:
    'google gcp gcp.gemini gcp.vertex_ai gcp.gen_ai gcp.genai gemini vertex_ai vertexai ' +
    'vertex_ai_beta google_vertex google_vertexai google_genai google_gla google.generative_ai ' +
    'google_generative_ai google_ai google_ai_studio googleai',
  groq: 'groq',
  minimax: 'minimax',
  mistral: 'mistral mistral_ai mistralai',
  moonshotai: 'moonshotai moonshot moonshot_ai',
  novita: 'novita novita_ai',
  openai: 'openai open_ai openai_responses openai_chat text_completion_openai',
  openrouter: 'openrouter open_router',
  ovhcloud: 'ovhcloud',
  perplexity: 'perplexity perplexity_ai pplx',
  together: 'together together_ai togetherai',
  voyageai: 'voyageai voyage voyage_ai',
  'x-ai': 'x_ai xai grok',
  zai: 'zai z.ai z_ai',
  zhipuai: 'zhipuai zhipu zhipu_ai',
});

/** Words that stand for a provider in front of a model's name only. */
const byRoute = index({
  aws: 'converse bedrock_runtime',
  deepseek: 'deepseek_ai',
  'x-ai': 'x_ai',
});

const gateways: ReadonlySet<string> = new Set(['litellm', 'litellm_proxy', 'proxy', 'helicone', 'portkey']);

const localNames: ReadonlySet<string> = new Set([
  'ollama',
  'ollama_chat',
  'lmstudio',
  'lm_studio',
  'vllm',
  'hosted_vllm',
  'llama.cpp',
  'llama_cpp',
  'llamacpp',
  'llama_server',
  'llamafile',
  'localai',
  'local_ai',
  'gpt4all',
  'jan',
  'mlx',
  'mlx_lm',
  'sglang',
  'tgi',
  'koboldcpp',
  'docker_model_runner',
  'transformers',
]);
