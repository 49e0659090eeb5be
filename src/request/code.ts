import type { RecordedRequest, RequestApi } from '../model/request.ts';
import { requestBody } from './body.ts';
import type { Json, JsonObject } from './json.ts';
import { visibleJson } from './json.ts';
import { pythonLiteral, pythonString, shellQuote, typeScriptLiteral, typeScriptString } from './literals.ts';
import { requestUrl, serviceOf } from './service.ts';

export const copyFormats = ['curl', 'python', 'typescript'] as const;
export type CopyFormat = (typeof copyFormats)[number];

/** Longest body that is one word of a command: Linux allows 128 kB. */
const longestWord = 100_000;

/** A program, in a language of the user's, that repeats the recorded call. The key comes from the environment. */
export function requestCode(
  request: RecordedRequest,
  format: CopyFormat,
  api: RequestApi = request.api,
): string {
  const { body, notes } = requestBody(request, api);
  const service = serviceOf(request, api);
  const parts = { api, body, notes, ...service };
  switch (format) {
    case 'curl':
      return curl(parts);
    case 'python':
      return python(parts);
    case 'typescript':
      return typeScript(parts);
  }
}

interface Parts {
  readonly api: RequestApi;
  readonly body: JsonObject;
  readonly notes: readonly string[];
  readonly baseUrl: string;
  readonly keyVariable: string;
}

function comments(notes: readonly string[], sign: string): string {
  return notes.map((note) => `${sign} ${note}\n`).join('');
}

function curl({ api, body, notes, baseUrl, keyVariable }: Parts): string {
  const text = visibleJson(body, 2);
  const headers =
    api === 'messages'
      ? [`-H "x-api-key: $${keyVariable}"`, `-H 'anthropic-version: 2023-06-01'`]
      : [`-H "Authorization: Bearer $${keyVariable}"`];
  const lines = [
    `curl -sS ${shellQuote(requestUrl(baseUrl, api))}`,
    ...headers,
    `-H 'Content-Type: application/json'`,
  ];
  const command = lines.join(' \\\n  ');
  const head = comments(notes, '#');
  if (text.length <= longestWord) return `${head}${command} \\\n  -d ${shellQuote(text)}\n`;
  // A line of JSON text is never the bare word that ends it; in JSON, an exclamation mark only stands in strings.
  return `${head}${command} \\\n  --data-binary @- <<'JSON_BODY'\n${text.replaceAll('!', '\\u0021')}\nJSON_BODY\n`;
}

const openAiMethods = {
  chat: 'chat.completions.create',
  responses: 'responses.create',
  embeddings: 'embeddings.create',
} as const;

const shown = {
  chat: 'choices[0].message',
  responses: 'output_text',
  embeddings: 'usage',
  messages: 'content',
} as const;

function python({ api, body, notes, baseUrl, keyVariable }: Parts): string {
  const isAnthropic = api === 'messages';
  const library = isAnthropic ? 'anthropic' : 'openai';
  const name = isAnthropic ? 'Anthropic' : 'OpenAI';
  const method = api === 'messages' ? 'messages.create' : openAiMethods[api];
  return [
    comments(notes, '#'),
    `import os\n\nfrom ${library} import ${name}\n\n`,
    `client = ${name}(\n    base_url=${pythonString(baseUrl)},\n    api_key=os.environ["${keyVariable}"],\n)\n`,
    `response = client.${method}(\n`,
    ...Object.entries(body).map(([key, value]) => `    ${key}=${pythonLiteral(value, 1)},\n`),
    `)\nprint(response.${shown[api]})\n`,
  ].join('');
}

function typeScript({ api, body, notes, baseUrl, keyVariable }: Parts): string {
  const isAnthropic = api === 'messages';
  const name = isAnthropic ? 'Anthropic' : 'OpenAI';
  const method = api === 'messages' ? 'messages.create' : openAiMethods[api];
  return [
    comments(notes, '//'),
    `import ${name} from '${isAnthropic ? '@anthropic-ai/sdk' : 'openai'}';\n\n`,
    `const client = new ${name}({\n  baseURL: ${typeScriptString(baseUrl)},\n  apiKey: process.env.${keyVariable},\n});\n`,
    `const response = await client.${method}(${typeScriptLiteral(body satisfies Json)});\n`,
    `console.log(response.${shown[api]});\n`,
  ].join('');
}
