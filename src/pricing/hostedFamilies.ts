/**
 * The vendor of a model that only its vendor sells under this name, as the table's provider id. Names of open models,
 * which many hosts serve at different prices, are in no family.
 */
export function hostedFamily(model: string): string | undefined {
  const name = model.toLowerCase();
  // `family:tag` is how local runtimes name open models; fine-tunes of OpenAI's are the exception.
  if (name.includes(':') && !name.startsWith('ft:')) return undefined;
  if (openNames.some((start) => name.startsWith(start))) return undefined;
  for (const [provider, starts] of families) {
    if (starts.some((start) => name === start || (!isWhole(start) && name.startsWith(start))))
      return provider;
  }
  return undefined;
}

/** A start that ends in a letter or digit names one model, others begin a family. */
function isWhole(start: string): boolean {
  return /[a-z0-9]$/.test(start);
}

const openNames = ['gpt-oss', 'gpt-neo', 'gpt-j', 'ft:mistral', 'ft:open'];

const families: readonly (readonly [string, readonly string[]])[] = [
  [
    'openai',
    [
      'gpt-',
      'chatgpt-',
      'o1',
      'o1-',
      'o3',
      'o3-',
      'o4-',
      'ft:gpt-',
      'text-embedding-3-',
      'text-embedding-ada-',
      'text-davinci-',
      'codex-mini-',
      'codex-mini',
      'computer-use-',
      'whisper-1',
    ],
  ],
  ['anthropic', ['claude-']],
  ['google', ['gemini-']],
  ['x-ai', ['grok-']],
  ['deepseek', ['deepseek-chat', 'deepseek-reasoner']],
  [
    'cohere',
    [
      'command-r-',
      'command-r',
      'command-a-',
      'command-a',
      'command-light',
      'command',
      'embed-v4.',
      'embed-english-',
      'embed-multilingual-',
    ],
  ],
  [
    'mistral',
    [
      'mistral-large-',
      'mistral-medium-',
      'mistral-small-latest',
      'mistral-tiny',
      'mistral-embed',
      'codestral-',
      'magistral-medium-',
      'ministral-3b-latest',
      'ministral-8b-latest',
      'pixtral-large-',
    ],
  ],
  ['perplexity', ['sonar', 'sonar-']],
  ['voyageai', ['voyage-']],
  ['moonshotai', ['moonshot-v1-']],
];
