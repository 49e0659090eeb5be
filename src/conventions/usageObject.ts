import { field, firstField, isRecord, type JsonRecord, members } from './messages/structured.ts';
import type { RawUsage } from './usage.ts';
import { asCount } from './values.ts';

/**
 * Reads a provider's or library's usage object, whichever shape it has: OpenAI (chat, Responses), Anthropic, Gemini,
 * Bedrock, LangChain's `usage_metadata`, AI SDK, Genkit, MLflow, Langfuse's buckets.
 */
export function readUsageObject(value: unknown): RawUsage | undefined {
  if (!isRecord(value)) return undefined;
  if (isBuckets(value)) return readBuckets(value);
  const usage: RawUsage = {};
  usage.input = count(value, inputKeys);
  usage.output = count(value, outputKeys);
  usage.total = count(value, totalKeys);
  if (usage.input === undefined && usage.output === undefined && usage.total === undefined) return undefined;
  readDetails(value, usage);
  if (field(value, 'prompt_token_count') !== undefined || field(value, 'promptTokenCount') !== undefined) {
    // Gemini counts thoughts beside the candidates, and tool results beside the prompt.
    usage.reasoningIncluded = fits(usage, usage.reasoning) ? false : undefined;
    usage.cacheIncluded = true;
  } else if (hasAny(value, anthropicKeys) && hasAny(value, ['input_tokens', 'inputTokens'])) {
    usage.cacheIncluded = includedByTotal(usage);
  }
  return usage;
}

const inputKeys = [
  'input_tokens',
  'prompt_tokens',
  'inputTokens',
  'promptTokens',
  'prompt_token_count',
  'promptTokenCount',
  'input_token_count',
];
const outputKeys = [
  'output_tokens',
  'completion_tokens',
  'outputTokens',
  'completionTokens',
  'candidates_token_count',
  'candidatesTokenCount',
  'output_token_count',
];
const totalKeys = ['total_tokens', 'totalTokens', 'total_token_count', 'totalTokenCount', 'total'];
const cacheReadKeys = [
  'cache_read_input_tokens',
  'cacheReadInputTokens',
  'cached_content_token_count',
  'cachedContentTokenCount',
  'cachedContentTokens',
  'cachedInputTokens',
  'cacheReadTokens',
  'cache_read_tokens',
  'cached_tokens',
];
const cacheWriteKeys = [
  'cache_creation_input_tokens',
  'cacheWriteInputTokens',
  'cacheCreationInputTokens',
  'cacheWriteTokens',
  'cache_write_tokens',
  'cache_creation_tokens',
];
const anthropicKeys = [
  'cache_read_input_tokens',
  'cacheReadInputTokens',
  'cache_creation_input_tokens',
  'cacheWriteInputTokens',
];
const reasoningKeys = [
  'reasoning_tokens',
  'reasoningTokens',
  'thoughts_token_count',
  'thoughtsTokenCount',
  'thoughtsTokens',
  'reasoning',
];
const inputDetailKeys = [
  'prompt_tokens_details',
  'input_tokens_details',
  'input_token_details',
  'inputTokenDetails',
];
const outputDetailKeys = [
  'completion_tokens_details',
  'output_tokens_details',
  'output_token_details',
  'outputTokenDetails',
];

function readDetails(value: JsonRecord, usage: RawUsage): void {
  usage.cacheRead = count(value, cacheReadKeys);
  usage.cacheWrite = count(value, cacheWriteKeys);
  usage.reasoning = count(value, reasoningKeys);
  const creation = field(value, 'cache_creation');
  if (isRecord(creation)) usage.cacheWrite1h = asCount(field(creation, 'ephemeral_1h_input_tokens'));
  const inputDetails = firstField(value, ...inputDetailKeys);
  if (isRecord(inputDetails)) {
    usage.cacheRead ??= count(inputDetails, [
      'cached_tokens',
      'cache_read',
      'cacheReadTokens',
      'cachedTokens',
    ]);
    usage.cacheWrite ??= count(inputDetails, [
      'cache_creation',
      'cache_write',
      'cache_write_tokens',
      'cache_creation_tokens',
      'cacheWriteTokens',
    ]);
    usage.inputAudio = count(inputDetails, ['audio_tokens', 'audio']);
  }
  const outputDetails = firstField(value, ...outputDetailKeys);
  if (isRecord(outputDetails)) {
    usage.reasoning ??= count(outputDetails, ['reasoning_tokens', 'reasoning', 'reasoningTokens']);
    usage.outputAudio = count(outputDetails, ['audio_tokens', 'audio']);
  }
}

/** Anthropic's and Bedrock's own counts exclude the cache; libraries that hand them on may have added it. */
function includedByTotal(usage: RawUsage): boolean {
  const { input = 0, output = 0, total } = usage;
  const cached = (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
  return (
    total !== undefined && total === input + output && total !== input + output + cached && input >= cached
  );
}

function fits(usage: RawUsage, extra: number | undefined): boolean {
  return usage.total === undefined || usage.total >= (usage.input ?? 0) + (usage.output ?? 0) + (extra ?? 0);
}

function count(value: JsonRecord, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const number = asCount(field(value, key));
    if (number !== undefined) return number;
  }
  return undefined;
}

function hasAny(value: JsonRecord, keys: readonly string[]): boolean {
  return keys.some((key) => field(value, key) !== undefined);
}

/** Langfuse: `{"input", "output", "total", "input_cached_tokens", "output_reasoning_tokens", …}`. */
function isBuckets(value: JsonRecord): boolean {
  return (
    (asCount(field(value, 'input')) !== undefined || asCount(field(value, 'output')) !== undefined) &&
    !hasAny(value, inputKeys)
  );
}

/**
 * Each bucket counts tokens of its own, so that all together make the total. Where they make more, the details are
 * parts of `input` and `output` after all.
 */
function readBuckets(value: JsonRecord): RawUsage {
  let input = 0;
  let output = 0;
  const usage: RawUsage = {};
  for (const [key, raw] of members(value)) {
    const tokens = asCount(raw);
    if (tokens === undefined) continue;
    if (key === 'input') usage.input = tokens;
    else if (key === 'output') usage.output = tokens;
    else if (key === 'total') usage.total = tokens;
    else if (key.startsWith('output')) output += readDetail(key, tokens, usage);
    else if (key.startsWith('input') || key.startsWith('cache')) input += readDetail(key, tokens, usage);
  }
  const plain = (usage.input ?? 0) + (usage.output ?? 0);
  const disjoint = usage.total === undefined || usage.total !== plain;
  if (disjoint) {
    if (usage.input !== undefined || input > 0) usage.input = (usage.input ?? 0) + input;
    if (usage.output !== undefined || output > 0) usage.output = (usage.output ?? 0) + output;
  }
  usage.cacheIncluded = true;
  usage.reasoningIncluded = true;
  return usage;
}

function readDetail(key: string, tokens: number, usage: RawUsage): number {
  if (/creation|write/.test(key)) {
    usage.cacheWrite = (usage.cacheWrite ?? 0) + tokens;
    if (/1h/.test(key)) usage.cacheWrite1h = (usage.cacheWrite1h ?? 0) + tokens;
  } else if (/cache/.test(key)) usage.cacheRead = (usage.cacheRead ?? 0) + tokens;
  else if (/reasoning/.test(key)) usage.reasoning = (usage.reasoning ?? 0) + tokens;
  else if (/audio/.test(key)) {
    if (key.startsWith('output')) usage.outputAudio = (usage.outputAudio ?? 0) + tokens;
    else usage.inputAudio = (usage.inputAudio ?? 0) + tokens;
  }
  return tokens;
}
