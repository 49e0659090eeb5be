import type { RequestApi } from '../model/request.ts';
import type { Json } from './json.ts';
import { isObject, parseJson } from './json.ts';

interface Parameter {
  /** Spellings in traces, lower case, without `_`, `-` and `.`. */
  readonly said: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'text' | 'texts' | 'object' | 'any';
  readonly chat?: string;
  readonly responses?: string;
  readonly messages?: string;
  readonly embeddings?: string;
}

const table: readonly Parameter[] = [
  { said: 'temperature', type: 'number', chat: 'temperature', responses: 'temperature', messages: 'temperature' },
  { said: 'topp', type: 'number', chat: 'top_p', responses: 'top_p', messages: 'top_p' },
  { said: 'topk', type: 'integer', messages: 'top_k' },
  { said: 'maxtokens maxtokenstosample maxnewtokens', type: 'integer', chat: 'max_tokens', responses: 'max_output_tokens', messages: 'max_tokens' },
  { said: 'maxcompletiontokens maxoutputtokens', type: 'integer', chat: 'max_completion_tokens', responses: 'max_output_tokens', messages: 'max_tokens' },
  { said: 'frequencypenalty', type: 'number', chat: 'frequency_penalty' },
  { said: 'presencepenalty', type: 'number', chat: 'presence_penalty' },
  { said: 'stop stopsequences stopsequence', type: 'texts', chat: 'stop', messages: 'stop_sequences' },
  { said: 'seed', type: 'integer', chat: 'seed' },
  { said: 'n choicecount candidatecount', type: 'integer', chat: 'n' },
  { said: 'logprobs', type: 'boolean', chat: 'logprobs' },
  { said: 'toplogprobs', type: 'integer', chat: 'top_logprobs', responses: 'top_logprobs' },
  { said: 'logitbias', type: 'object', chat: 'logit_bias' },
  { said: 'reasoningeffort', type: 'text', chat: 'reasoning_effort' },
  { said: 'verbosity', type: 'text', chat: 'verbosity' },
  { said: 'paralleltoolcalls', type: 'boolean', chat: 'parallel_tool_calls', responses: 'parallel_tool_calls' },
  { said: 'toolchoice', type: 'any', chat: 'tool_choice', responses: 'tool_choice' },
  { said: 'responseformat', type: 'object', chat: 'response_format' },
  { said: 'servicetier', type: 'text', chat: 'service_tier', responses: 'service_tier', messages: 'service_tier' },
  { said: 'thinking', type: 'object', messages: 'thinking' },
  { said: 'reasoning', type: 'object', responses: 'reasoning' },
  { said: 'dimensions dimensioncount embeddingsdimensions', type: 'integer', embeddings: 'dimensions' },
  { said: 'encodingformat encodingformats', type: 'text', embeddings: 'encoding_format' },
]; // prettier-ignore

const bySpelling = new Map(
  table.flatMap((parameter) => parameter.said.split(' ').map((name) => [name, parameter] as const)),
);

export interface ReadParameters {
  readonly members: readonly (readonly [string, Json])[];
  /** Names of those that the format does not have, or whose values make no sense for it. */
  readonly left: readonly string[];
}

/** Not part of what is asked: how the library sends it, or said otherwise. */
const silent = new Set(['stream', 'streaming', 'maxretries', 'timeout', 'streamoptions', 'model', 'user']);

/** A span's parameters as members of a request's body; each at most once. */
export function readParameters(
  parameters: readonly { readonly name: string; readonly value: string }[],
  api: RequestApi,
): ReadParameters {
  const members = new Map<string, Json>();
  const left: string[] = [];
  for (const { name, value } of parameters) {
    const spelling = name.toLowerCase().replaceAll(/[_.-]/g, '');
    if (silent.has(spelling)) continue;
    const parameter = bySpelling.get(spelling);
    const member = parameter?.[api];
    const read = parameter && member !== undefined ? readValue(value, parameter.type) : undefined;
    if (member === undefined || read === undefined) left.push(name);
    else if (!members.has(member)) members.set(member, read);
  }
  return { members: [...members], left };
}

function readValue(value: string, type: Parameter['type']): Json | undefined {
  const parsed = parseJson(value);
  switch (type) {
    case 'number':
      return typeof parsed === 'number' ? parsed : undefined;
    case 'integer':
      return typeof parsed === 'number' && Number.isSafeInteger(parsed) ? parsed : undefined;
    case 'boolean':
      if (typeof parsed === 'boolean') return parsed;
      return value === 'True' ? true : value === 'False' ? false : undefined;
    case 'text':
      return typeof parsed === 'string' ? parsed : Array.isArray(parsed) ? first(parsed) : value;
    case 'texts':
      if (Array.isArray(parsed)) return parsed.filter((item: Json) => typeof item === 'string');
      return [typeof parsed === 'string' ? parsed : value];
    case 'object':
      return isObject(parsed) ? parsed : undefined;
    case 'any':
      return parsed ?? value;
  }
}

function first(values: readonly Json[]): Json | undefined {
  return values.find((value) => typeof value === 'string');
}
