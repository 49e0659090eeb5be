import type { AttributeValue } from '../otlp/types.ts';
import {
  arrayField,
  field,
  firstField,
  isRecord,
  type JsonRecord,
  stringField,
} from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { readUsageObject } from './usageObject.ts';
import type { RawUsage } from './usage.ts';
import { parseJson } from './values.ts';

/** What a provider's or a library's answer object says beside the messages. */
export interface OutputFacts {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  /** As they came. */
  readonly finishReasons?: readonly string[] | undefined;
  readonly usage?: RawUsage | undefined;
}

const maxEagerLength = 512 * 1024;

/**
 * Reads the answer of a model call in the shape of its provider: OpenAI (chat, Responses), Anthropic, Gemini,
 * LangChain, Haystack, Genkit. Text that is no JSON object tells nothing. `deep` false: only id and model, which
 * stand at the start as a rule, are looked for without parsing.
 */
export function readOutput(value: AttributeValue | undefined, deep: boolean): OutputFacts | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') {
    if (value.charCodeAt(0) !== 123 && value.charCodeAt(0) !== 34 && value.charCodeAt(0) !== 91)
      return undefined;
    if (value.length > maxEagerLength) return scanOutput(value);
    const scanned = deep ? undefined : scanOutput(value);
    if (!deep && (scanned?.model !== undefined || !/"model_?(?:version|name)"/i.test(value))) return scanned;
  }
  return outputOf(parseJson(value));
}

/** As `readOutput`, of a parsed value. */
export function outputOf(value: unknown): OutputFacts | undefined {
  const record = isRecord(value) ? value : Array.isArray(value) && isRecord(value[0]) ? value[0] : undefined;
  if (!record) return undefined;
  const inner = innerMessage(record);
  const repr = field(record, 'raw');
  if (typeof repr === 'string' && repr.length < maxEagerLength) return ofRepr(repr);
  const reasons = finishReasonsOf(record);
  const id = stringField(record, 'id', 'response_id', 'responseId');
  return {
    id: id && isResponseId(id) ? id : responseIdOf(inner),
    model:
      stringField(record, 'model', 'model_version', 'modelVersion', 'model_name') ?? modelOfMessage(inner),
    finishReasons: reasons.length > 0 ? reasons : undefined,
    usage: readUsageObject(firstField(record, 'usage', 'usage_metadata', 'usageMetadata', 'token_usage')),
  };
}

/** smolagents hands the provider's answer on as the repr of a Python object. */
function ofRepr(text: string): OutputFacts {
  const reason =
    /\bfinish_reason='(\w{1,40})'/.exec(text)?.[1] ?? /\bstop_reason='(\w{1,40})'/.exec(text)?.[1];
  return {
    id: /^\w+\(id='([^']{1,200})'/.exec(text)?.[1],
    model: /\bmodel='([^']{1,200})'/.exec(text)?.[1],
    finishReasons: reason ? [reason] : undefined,
  };
}

/** Ids that libraries make up for objects of their own are no response ids. */
function isResponseId(id: string): boolean {
  return !/^(?:lc_)?run-/.test(id);
}

/** The model named by the JSON object under `key`. */
export function modelOf(view: SpanView, key: string): string | undefined {
  const text = view.get(key);
  if (typeof text === 'string' && text.length < maxEagerLength) {
    const scanned = scan(text, 'model');
    if (scanned !== undefined) {
      view.touched?.add(key);
      return scanned;
    }
  }
  const value = view.json(key);
  return isRecord(value)
    ? stringField(value, 'model', 'model_name', 'model_id', 'modelId', 'deployment')
    : undefined;
}

/** Finish reasons wherever an answer object keeps them, as they came. */
export function finishReasonsOf(record: JsonRecord): readonly string[] {
  const direct = stringField(
    record,
    'stop_reason',
    'stopReason',
    'finish_reason',
    'finishReason',
    'done_reason',
  );
  if (direct) return [direct];
  for (const [list, keys] of choiceLists) {
    const reasons: string[] = [];
    for (const item of arrayField(record, list) ?? []) {
      for (const choice of Array.isArray(item) ? (item as readonly unknown[]) : [item]) {
        const reason = isRecord(choice) ? choiceReason(choice, keys) : undefined;
        if (reason) reasons.push(reason);
      }
    }
    if (reasons.length > 0) return reasons;
  }
  return responsesStatus(record);
}

const choiceKeys = ['finish_reason', 'finishReason', 'stop_reason', 'stopReason'] as const;
const choiceLists: readonly (readonly [string, readonly string[]])[] = [
  ['choices', choiceKeys],
  ['candidates', choiceKeys],
  ['generations', choiceKeys],
  ['replies', choiceKeys],
  ['meta', choiceKeys],
];

function choiceReason(choice: JsonRecord, keys: readonly string[]): string | undefined {
  const direct = stringField(choice, ...keys);
  if (direct) return direct;
  for (const key of ['meta', '_meta', 'generation_info', 'generationInfo', 'response_metadata']) {
    const inner = field(choice, key);
    const reason = isRecord(inner) ? stringField(inner, ...keys) : undefined;
    if (reason) return reason;
  }
  const message = field(choice, 'message');
  const kwargs = isRecord(message) ? (field(message, 'kwargs') ?? message) : undefined;
  const metadata = isRecord(kwargs) ? firstField(kwargs, 'response_metadata') : undefined;
  return isRecord(metadata) ? (stringField(metadata, ...keys) ?? responsesStatus(metadata)[0]) : undefined;
}

/** OpenAI's Responses API has a status instead. */
function responsesStatus(record: JsonRecord): readonly string[] {
  const status = stringField(record, 'status');
  if (!status || (field(record, 'output') === undefined && field(record, 'object') !== 'response')) return [];
  const details = field(record, 'incomplete_details');
  const reason = isRecord(details) ? stringField(details, 'reason') : undefined;
  return [status === 'incomplete' && reason ? reason : status];
}

function innerMessage(record: JsonRecord): JsonRecord | undefined {
  for (const list of ['generations', 'replies']) {
    let first: unknown = arrayField(record, list)?.[0];
    if (Array.isArray(first)) first = first[0] as unknown;
    if (!isRecord(first)) continue;
    const message = field(first, 'message');
    if (!isRecord(message)) return first;
    const kwargs = field(message, 'kwargs');
    return isRecord(kwargs) ? kwargs : message;
  }
  return undefined;
}

function modelOfMessage(message: JsonRecord | undefined): string | undefined {
  for (const key of ['response_metadata', 'meta', '_meta']) {
    const metadata = message && field(message, key);
    if (isRecord(metadata)) return stringField(metadata, 'model_name', 'model', 'model_id');
  }
  return undefined;
}

function responseIdOf(message: JsonRecord | undefined): string | undefined {
  const metadata = message && field(message, 'response_metadata');
  const id = isRecord(metadata) ? stringField(metadata, 'id') : undefined;
  const own = id ?? (message && stringField(message, 'id'));
  return own && isResponseId(own) && /^(?:chatcmpl|msg|resp|gen)[-_]/.test(own) ? own : undefined;
}

function scanOutput(text: string): OutputFacts | undefined {
  const head = text.slice(0, 2048);
  const id = scan(head, 'id') ?? scan(head, 'response_id');
  const model = scan(head, 'model') ?? scan(head, 'model_version');
  return id === undefined && model === undefined
    ? undefined
    : { id: id && isResponseId(id) && /^(?:chatcmpl|msg|resp|gen)[-_]/.test(id) ? id : undefined, model };
}

/** The string under `key` near the start of JSON text, without parsing; nothing when a brace lies before it. */
function scan(text: string, key: string): string | undefined {
  const at = text.indexOf(`"${key}"`);
  if (at < 0 || text.lastIndexOf('{', at) !== 0 || text.lastIndexOf('[', at) >= 0) return undefined;
  let i = at + key.length + 2;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 58) i++;
  if (text.charCodeAt(i) !== 34) return undefined;
  const end = text.indexOf('"', i + 1);
  const value = end < 0 ? '' : text.slice(i + 1, end);
  return value === '' || value.includes('\\') ? undefined : value;
}
