import type { Evaluation } from '../model/span.ts';
import { KeySetMemo } from '../otlp/attributes.ts';
import type { AttributeMap } from '../otlp/types.ts';
import { eventName } from './logEvents.ts';
import { unflatten } from './messages/parseFlattened.ts';
import { field, isRecord } from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { asBoolean, asNumber, asText } from './values.ts';

/** Evaluations and feedback on the span: inline, in events, in log records, or a late span that links to it. */
export function readEvaluations(view: SpanView): readonly Evaluation[] {
  const { span, logs } = view.input;
  const { isJudging, prefixes: present } = judgementsAmong.of(view.attributes);
  if (!isJudging && span.events.length === 0 && logs.length === 0) return none;
  const found: Evaluation[] = [];
  for (const prefix of present) addFlattened(view, prefix, found);
  for (const event of span.events) {
    if (event.name === 'gen_ai.evaluation.result') found.push(...ofAttributes(event.attributes));
  }
  for (const { record } of logs) {
    if (eventName(record) === 'gen_ai.evaluation.result') found.push(...ofAttributes(record.attributes));
  }
  if (view.attributes.has('gen_ai.evaluation.name')) found.push(...ofAttributes(view.attributes));
  addGenkit(view, found);
  addOpenlit(view, found);
  return found;
}

const prefixes = ['annotations', 'evaluations', 'trace.annotations', 'session.annotations'] as const;

export function isEvaluationKey(key: string): boolean {
  return (
    prefixes.some((prefix) => key.startsWith(`${prefix}.`)) ||
    key.startsWith('gen_ai.evaluation.') ||
    key.startsWith('gen_ai.eval.') ||
    key.startsWith('genkit:metadata:feedback') ||
    key.startsWith('quality.')
  );
}

const none: readonly Evaluation[] = [];

/** Whether spans with these keys can hold evaluations, and under which prefixes. */
const judgementsAmong = new KeySetMemo((keys) => ({
  isJudging: keys.some((key) => isEvaluationKey(key) || key.startsWith('guard.') || key.startsWith('genkit:')),
  prefixes: [...new Set(keys.flatMap((key) => prefixes.filter((prefix) => key.startsWith(`${prefix}.`))))],
}));

/** OpenInference: `annotations.{i}.annotation.*`, `evaluations.{i}.evaluation.*`. */
function addFlattened(view: SpanView, prefix: string, found: Evaluation[]): void {
  const inner = prefix.endsWith('annotations') ? 'annotation' : 'evaluation';
  const [link] = view.input.span.links;
  const target = link ? { traceId: link.traceId, spanId: link.spanId } : undefined;
  for (const item of unflatten(view.attributes, prefix)) {
    const value = item.get(inner);
    if (!isRecord(value)) continue;
    const read = (key: string): string | undefined => textOf(field(value, key));
    const annotator = read('annotator_kind')?.toUpperCase();
    found.push({
      name: read('name') ?? inner,
      ...optional('score', asNumber(field(value, 'score'))),
      ...optional('label', read('label')),
      ...optional('explanation', read('explanation')),
      by: annotator === 'HUMAN' ? 'user' : annotator === undefined ? 'unknown' : 'evaluator',
      ...optional('target', target),
    });
  }
}

/** OpenTelemetry's `gen_ai.evaluation.*`; a record outside any span names the answer by its response id. */
export function ofAttributes(attributes: AttributeMap): readonly Evaluation[] {
  const name = asText(attributes.get('gen_ai.evaluation.name'));
  if (name === undefined) return [];
  const responseId = asText(attributes.get('gen_ai.response.id'));
  return [
    {
      name,
      ...optional('score', asNumber(attributes.get('gen_ai.evaluation.score.value'))),
      ...optional('label', asText(attributes.get('gen_ai.evaluation.score.label'))),
      ...optional('explanation', asText(attributes.get('gen_ai.evaluation.explanation'))),
      by: 'evaluator',
      ...(responseId === undefined ? {} : { target: { responseId } }),
    },
  ];
}

function addGenkit(view: SpanView, found: Evaluation[]): void {
  const subtype = view.text('genkit:metadata:subtype');
  if (subtype !== 'userFeedback' && subtype !== 'userAcceptance') return;
  const value = view.text('genkit:metadata:feedbackValue') ?? view.text('genkit:metadata:acceptanceValue');
  const { traceId, parentSpanId } = view.input.span;
  found.push({
    name: subtype,
    ...optional('label', value),
    ...optional(
      'score',
      value === 'positive' || value === 'accepted' ? 1 : value === undefined ? undefined : 0,
    ),
    ...optional('explanation', view.text('genkit:metadata:textFeedback')),
    by: 'user',
    ...(parentSpanId === '' ? {} : { target: { traceId, spanId: parentSpanId } }),
  });
}

function addOpenlit(view: SpanView, found: Evaluation[]): void {
  const verdict = view.text('gen_ai.eval.verdict') ?? view.text('guard.verdict');
  const score = view.number('gen_ai.eval.score') ?? view.number('guard.score');
  if (verdict === undefined && score === undefined) return;
  found.push({
    name:
      view.text('gen_ai.eval.evaluation') ??
      view.text('gen_ai.eval.type') ??
      view.text('guard.validator') ??
      'guard',
    ...optional('score', score),
    ...optional('label', verdict),
    ...optional('explanation', view.text('gen_ai.eval.explanation') ?? view.text('guard.explanation')),
    by: 'evaluator',
  });
}

const marks = new Map([
  ['quality.has_code', 'contains_code'],
  ['quality.contains_apology', 'apology'],
  ['quality.is_truncated', 'truncated'],
  ['quality.truncated', 'truncated'],
  ['quality.is_refusal', 'refusal'],
  ['quality.refusal', 'refusal'],
]);

const noMarks: ReadonlyMap<string, boolean> = new Map();
const marksAmong = new KeySetMemo((keys) => keys.filter((key) => marks.has(key)));

/** Quality marks that the program set itself, by the ids of our flags. */
export function readMarks(view: SpanView): ReadonlyMap<string, boolean> {
  const among = marksAmong.of(view.attributes);
  if (among.length === 0) return noMarks;
  const found = new Map<string, boolean>();
  for (const [key, id] of marks) {
    const set = among.includes(key) ? asBoolean(view.get(key)) : undefined;
    if (set !== undefined) found.set(id, set);
  }
  return found;
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : asText(value as string);
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
