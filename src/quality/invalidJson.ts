import type { SpanFacts } from '../model/span.ts';
import type { AnswerReader } from './answer.ts';
import { quote } from './evidence.ts';
import { jsonOrUndefined, readJson } from './json.ts';
import { schemaProblem } from './jsonSchema.ts';
import type { Rule } from './rule.ts';

export const invalidJsonRule: Rule = {
  id: 'invalid_json',
  title: 'Invalid JSON',
  severity: 'warning',
  defaultOn: true,
  description: 'JSON was asked for, and the answer is none, or does not fit the schema that was asked for.',
  scopes: ['call'],
  check({ facts, answer }) {
    if (facts.kind !== 'llm' || facts.status.code === 'error') return undefined;
    const wanted = jsonAskedFor(facts);
    if (!wanted || answer.refusal() !== undefined || facts.finishReasons.includes('content_filter'))
      return undefined;
    return problemOfAnswer(answer, wanted.schema);
  },
};

function problemOfAnswer(answer: AnswerReader, schema: unknown): string | undefined {
  for (const text of answer.messageTexts()) {
    const reading = readJson(text);
    if ('cut' in reading) continue;
    if ('problem' in reading) {
      const fenced = text.trimStart().startsWith('```') ? ' (it is wrapped in a code fence)' : '';
      return `JSON was asked for, but the answer is not JSON${fenced}: ${quote(text.slice(0, 400))}.`;
    }
    const problem = schema === undefined ? undefined : schemaProblem(reading.value, schema);
    if (problem !== undefined) return `The answer does not fit the schema asked for: ${quote(problem)}.`;
  }
  return undefined;
}

/** Whether the request asked for JSON, and the schema it named. */
export function jsonAskedFor(facts: SpanFacts): { readonly schema?: unknown } | undefined {
  const format = facts.outputType === undefined ? undefined : readFormat(facts.outputType);
  if (format?.schema !== undefined) return format;
  let asked = format;
  for (const key of formatKeys) {
    const found = readFormat(facts.parameters.get(key));
    if (found?.schema !== undefined) return found;
    asked ??= found;
  }
  for (const key of schemaKeys) {
    const schema = jsonOrUndefined(facts.parameters.get(key));
    if (isRecord(schema)) return { schema: schema['schema'] ?? schema };
  }
  return asked;
}

/** `json`, `json_object`, `application/json`, or `{"type": "json_schema", "json_schema": {"schema": …}}`. */
function readFormat(text: string | undefined): { readonly schema?: unknown } | undefined {
  if (text === undefined) return undefined;
  const word = text.trim().toLowerCase();
  if (word === 'json' || word === 'json_object' || word === 'json_schema' || word === 'application/json')
    return {};
  const value = word.startsWith('{') ? jsonOrUndefined(text) : undefined;
  if (!isRecord(value)) return undefined;
  const inner = value['format'];
  const format = isRecord(inner) ? inner : value;
  const type = format['type'];
  if (type === 'json_object') return {};
  if (type !== 'json_schema') return undefined;
  const wrapped = format['json_schema'];
  const schema = isRecord(wrapped) ? wrapped['schema'] : format['schema'];
  return isRecord(schema) ? { schema } : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const formatKeys = [
  'response_format',
  'responseFormat',
  'response_mime_type',
  'responseMimeType',
  'output_type',
  'text',
  'text.format',
  'format',
] as const;
const schemaKeys = [
  'structured_output_schema',
  'response_schema',
  'responseSchema',
  'response_json_schema',
] as const;
