import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { asText } from '../values.ts';
import { field, isRecord } from '../messages/structured.ts';
import { asNumber } from '../values.ts';
import { readUsageObject } from '../usageObject.ts';
import { modelOf, readOutput } from '../outputValue.ts';

/** Langfuse SDKs: `langfuse.observation.*`, most values JSON text. */
export const langfuse: Dialect = {
  id: 'langfuse',
  title: 'Langfuse SDK (Python, JavaScript)',
  signs: { keys: ['langfuse.observation.type', 'langfuse.observation.input'], scopes: ['langfuse-sdk'] },
  kindFrom: '`langfuse.observation.type`',
  kind(view) {
    const type = view.word('langfuse.observation.type');
    const kind = type === undefined ? undefined : kinds.get(type);
    return kind === 'llm' && /embed/i.test(view.text('langfuse.observation.model.name') ?? '')
      ? 'embedding'
      : kind;
  },
  fields: {
    sessionId: ['langfuse.session.id', 'session.id'],
    userId: ['langfuse.user.id', 'user.id'],
    workflowName: ['langfuse.trace.name'],
    promptName: ['langfuse.observation.prompt.name'],
    promptVersion: ['langfuse.observation.prompt.version'],
    errorMessage: ['langfuse.observation.status_message'],
    toolArguments: ['langfuse.observation.input'],
    toolResult: ['langfuse.observation.output'],
    finish: ['langfuse.observation.metadata.finish_reason'],
    serviceTier: ['langfuse.observation.metadata.service_tier'],
  },
  alsoReads: [
    'langfuse.observation.usage_details',
    'langfuse.observation.cost_details',
    'langfuse.observation.completion_start_time',
    'langfuse.observation.model.parameters',
    'langfuse.observation.metadata.status',
    'langfuse.observation.level',
  ],
  rawUsage: (view) => readUsageObject(view.json('langfuse.observation.usage_details')),
  failed: (view) => view.word('langfuse.observation.level') === 'error',
  facts(view) {
    if (!view.has('langfuse.observation.model.name') && !view.has('langfuse.observation.usage_details'))
      return undefined;
    const output = readOutput(view.get('langfuse.observation.output'), false);
    const status = view.text('langfuse.observation.metadata.status');
    const finished = view.has('langfuse.observation.metadata.finish_reason');
    const reason = finished || status !== 'incomplete' ? status : incompleteReason(view.json(incomplete));
    const model = view.text('langfuse.observation.model.name');
    const asked =
      modelOf(view, 'langfuse.observation.input') ?? modelOf(view, 'langfuse.observation.model.parameters');
    // The name is the answering model's; without an answer it is the one asked for.
    const answered =
      view.has('langfuse.observation.output') && view.word('langfuse.observation.level') !== 'error';
    return {
      requestModel: asked ?? (answered ? undefined : model),
      responseModel: answered ? model : undefined,
      responseId: output?.id,
      finishReasons: !finished && reason !== undefined ? [reason] : undefined,
      cost: costOf(view.json('langfuse.observation.cost_details')),
      firstTokenMillis: firstToken(view.text('langfuse.observation.completion_start_time'), view.input.span),
      from: [
        'langfuse.observation.model.name',
        'langfuse.observation.input',
        'langfuse.observation.output',
        'langfuse.observation.metadata.status',
      ],
    };
  },
};

const incomplete = 'langfuse.observation.metadata.incomplete_details';

const kinds = new Map<string, SpanKind>([
  ['generation', 'llm'],
  ['embedding', 'embedding'],
  ['retriever', 'retrieval'],
  ['tool', 'tool'],
  ['agent', 'agent'],
  ['chain', 'chain'],
  ['guardrail', 'guardrail'],
  ['evaluator', 'evaluator'],
  ['event', 'event'],
  ['span', 'other'],
]);

/** Zero is what the SDKs send for failed calls: not a price. */
function costOf(details: unknown): { total: number; attribute: string } | undefined {
  if (!isRecord(details)) return undefined;
  const total = asNumber(field(details, 'total'));
  const sum = total ?? (asNumber(field(details, 'input')) ?? 0) + (asNumber(field(details, 'output')) ?? 0);
  return sum > 0 ? { total: sum, attribute: 'langfuse.observation.cost_details' } : undefined;
}

function incompleteReason(details: unknown): string {
  return (isRecord(details) ? asText(field(details, 'reason') as string) : undefined) ?? 'incomplete';
}

function firstToken(time: string | undefined, span: { startTimeUnixNano: bigint }): number | undefined {
  if (time === undefined) return undefined;
  const millis = Date.parse(time);
  if (!Number.isFinite(millis)) return undefined;
  const fraction = /\.\d{3}(\d{1,6})Z?$/.exec(time)?.[1] ?? '';
  const sinceEpoch = millis + Number(`0.${fraction || '0'}`);
  const start = Number(span.startTimeUnixNano / 1000n) / 1000;
  return sinceEpoch >= start ? sinceEpoch - start : undefined;
}
