import type { AttributeValue } from '../otlp/types.ts';
import { usageNames, type UsageKeys, type UsageName } from './dialect.ts';
import type { SpanView } from './spanView.ts';
import type { RawUsage } from './usage.ts';
import { readUsageObject } from './usageObject.ts';
import { asCount, asText, parseJson } from './values.ts';

/** Attributes of an unknown convention that look like a model call's. */
export interface LookAlikes {
  readonly model?: { readonly key: string; readonly value: string } | undefined;
  readonly usage?: RawUsage | undefined;
  readonly usageKeys: UsageKeys;
  readonly inputKey?: string | undefined;
  readonly outputKey?: string | undefined;
  readonly finishKey?: string | undefined;
  readonly messages: boolean;
}

/** Longest span that is searched: names are read, not values, so that this bounds the work. */
const maxAttributes = 512;

/**
 * Guesses by the attributes' names: `my.model`, `acme.prompt_tokens`, `x.usage.input`, `acme.messages`. `undefined`
 * when nothing looks familiar. Linear in the number of attributes.
 */
export function findLookAlikes(view: SpanView): LookAlikes | undefined {
  const usage: RawUsage = {};
  const usageKeys: { [U in UsageName]?: string } = {};
  const found: { -readonly [K in keyof LookAlikes]: LookAlikes[K] } = { usageKeys, messages: false };
  let left = maxAttributes;
  for (const [key, value] of view.attributes) {
    if (left-- <= 0) break;
    if (value === null || key.length > 128) continue;
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[.\-/: ]/g, '_');
    if (/(?:^|_)(?:usage|metrics|token_usage|usage_details|usage_metadata)$/.test(name)) {
      addUsageObject(key, value, usage, usageKeys);
    }
    const count = usageName(name);
    if (count !== undefined) {
      const tokens = asCount(value);
      if (tokens !== undefined && usage[count] === undefined) {
        usage[count] = tokens;
        usageKeys[count] = key;
      }
    } else if (isModelName(name)) found.model ??= modelValue(key, value);
    else if (/(?:^|_)(?:messages|prompts?|llm_input|user_input|question|request_messages)$/.test(name))
      found.inputKey ??= key;
    else if (
      /(?:^|_)(?:completions?|llm_output|answer|response_text|output_text|generation|reply)$/.test(name)
    ) {
      found.outputKey ??= key;
    } else if (/(?:^|_)(?:finish_reasons?|stop_reason)$/.test(name)) found.finishKey ??= key;
  }
  if (usage.input !== undefined || usage.output !== undefined || usage.total !== undefined)
    found.usage = usage;
  found.messages = found.inputKey !== undefined || found.outputKey !== undefined;
  if (!found.model && !found.usage && !found.messages) return undefined;
  view.touched?.add(found.model?.key ?? '');
  for (const key of Object.values(usageKeys)) view.touched?.add(key);
  return found;
}

/** `{"prompt_tokens": 3, …}` as JSON text or structured. */
function addUsageObject(
  key: string,
  value: AttributeValue,
  usage: RawUsage,
  keys: { [U in UsageName]?: string },
): void {
  const object = readUsageObject(
    typeof value === 'string' && value.length > 10_000 ? undefined : parseJson(value),
  );
  if (!object) return;
  for (const name of usageNames)
    if (object[name] !== undefined && usage[name] === undefined) keys[name] = key;
  Object.assign(usage, { ...object, ...usage });
}

const usageNamePatterns: readonly (readonly [RegExp, UsageName])[] = [
  [/cache_?d?_?(?:read|hit)?_?(?:input|prompt)?_?tokens?$|cache_?d?_(?:read|hit)/, 'cacheRead'],
  [/(?:reasoning|thinking|thoughts?)_?tokens?$|tokens?_(?:reasoning|thinking)$/, 'reasoning'],
  [
    /(?:input|prompt|in)_?tokens?(?:_?count)?$|tokens?_(?:input|prompt|in|sent)$|usage_(?:input|prompt)$/,
    'input',
  ],
  [
    /(?:output|completion|generated|out)_?tokens?(?:_?count)?$|tokens?_(?:output|completion|out|received)$|usage_(?:output|completion)$/,
    'output',
  ],
  [/total_?tokens?(?:_?count)?$|tokens?_total$|usage_total$/, 'total'],
];

function usageName(name: string): UsageName | undefined {
  if (!name.includes('token') && !name.includes('usage')) return undefined;
  if (/max|limit|budget|per_|rate|speed|time|cost|price/.test(name)) return undefined;
  if (/cache/.test(name) && /write|creat/.test(name)) return 'cacheWrite';
  for (const [pattern, field] of usageNamePatterns) if (pattern.test(name)) return field;
  return undefined;
}

function isModelName(name: string): boolean {
  return (
    /(?:^|_)model(?:_?(?:name|id))?$/.test(name) &&
    !/device|host|hardware|vehicle|product|data_model|car_/.test(name)
  );
}

function modelValue(key: string, value: AttributeValue): { key: string; value: string } | undefined {
  const text = typeof value === 'string' ? asText(value) : undefined;
  return text !== undefined && text.length <= 200 ? { key, value: text } : undefined;
}
