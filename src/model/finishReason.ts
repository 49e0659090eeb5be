/**
 * Normalises a finish reason to `stop`, `length`, `tool_calls`, `content_filter` or `error`;
 * an unknown word is kept, lower-cased.
 *
 * Source: the words that OpenAI, Anthropic, Google, Cohere, Bedrock and the AI SDK use.
 */
export function normaliseFinishReason(raw: string): string {
  const word = raw
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .replace(/^FinishReason\./i, '')
    .toLowerCase();
  return words.get(word.replace(/[-_ ]/g, '')) ?? word;
}

const words = new Map<string, string>();
for (const [normal, list] of [
  ['stop', 'stop endturn stopsequence complete completed done eos finishreasonstop stopcriteriamet'],
  [
    'length',
    'length maxtokens maxoutputtokens modellength incomplete modelcontextwindowexceeded incomplete:maxoutputtokens finishreasonmaxtokens',
  ],
  ['tool_calls', 'toolcalls toolcall tooluse functioncall functioncalls'],
  [
    'content_filter',
    'contentfilter contentfiltered safety recitation blocklist prohibitedcontent spii guardrailintervened refusal incomplete:contentfilter imagesafety',
  ],
  ['error', 'error failed malformedfunctioncall'],
] as const) {
  for (const word of list.split(' ')) words.set(word, normal);
}
