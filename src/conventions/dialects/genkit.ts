import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { field, isRecord, type JsonRecord, stringField } from '../messages/structured.ts';
import { outputOf } from '../outputValue.ts';
import type { SpanView } from '../spanView.ts';
import { fillUsage, type RawUsage } from '../usage.ts';
import { readUsageObject } from '../usageObject.ts';

/** Firebase Genkit: `genkit:*`; usage, model and finish reason only inside the output's JSON. */
export const genkit: Dialect = {
  id: 'genkit',
  title: 'Genkit',
  signs: { keys: ['genkit:type', 'genkit:metadata:subtype', 'genkit:name'], scopes: ['genkit-tracer'] },
  kindFrom: '`genkit:metadata:subtype`, `genkit:type`',
  kind(view) {
    const subtype = view.word('genkit:metadata:subtype');
    const kind = subtype === undefined ? undefined : kinds.get(subtype);
    return kind ?? (view.has('genkit:type') ? 'chain' : undefined);
  },
  ownFields: { toolName: ['genkit:name'], toolArguments: ['genkit:input'], toolResult: ['genkit:output'] },
  fields: { sessionId: ['genkit:metadata:sessionId', 'genkit:sessionId', 'genkit:metadata:flow:sessionId'] },
  alsoReads: ['genkit:output', 'genkit:state'],
  failed: (view) => view.word('genkit:state') === 'error',
  rawUsage(view) {
    const output = answer(view);
    if (!output) return undefined;
    const usage = readUsageObject(field(output, 'usage'));
    if (usage && field(field(output, 'usage') as JsonRecord, 'thoughtsTokens') !== undefined) {
      usage.reasoningIncluded = undefined;
    }
    const raw = rawAnswer(output);
    const own: RawUsage | undefined = raw?.usage;
    return usage && own ? fillUsage(usage, parts(own)) : (usage ?? own);
  },
  facts(view) {
    const feedback = view.word('genkit:metadata:subtype');
    if (feedback === 'userfeedback' || feedback === 'useracceptance')
      return { disposition: 'patch', from: [] };
    const subtype = feedback;
    if (subtype !== 'model' && subtype !== 'embedder') return undefined;
    const name = view.text('genkit:name') ?? '';
    const slash = name.indexOf('/');
    const output = answer(view);
    const raw = output && rawAnswer(output);
    const reason = output && stringField(output, 'finishReason');
    return {
      provider: slash > 0 ? name.slice(0, slash) : undefined,
      requestModel: slash > 0 ? name.slice(slash + 1) : name || undefined,
      responseModel: raw?.model,
      responseId: raw?.id,
      finishReasons: raw?.finishReasons ?? (reason ? [reason] : undefined),
      from: ['genkit:name', 'genkit:output'],
    };
  },
};

const kinds = new Map<string, SpanKind>([
  ['model', 'llm'],
  ['tool', 'tool'],
  ['flow', 'workflow'],
  ['retriever', 'retrieval'],
  ['embedder', 'embedding'],
  ['reranker', 'rerank'],
  ['evaluator', 'evaluator'],
  ['prompt', 'chain'],
  ['util', 'chain'],
  ['indexer', 'other'],
  ['agent', 'agent'],
  ['userfeedback', 'evaluator'],
  ['useracceptance', 'evaluator'],
]);

/** Embeddings and documents are not worth parsing. */
function answer(view: SpanView): JsonRecord | undefined {
  const subtype = view.word('genkit:metadata:subtype');
  if (subtype !== 'model' && view.word('genkit:type') !== 'util') return undefined;
  const output = view.json('genkit:output');
  return isRecord(output) ? output : undefined;
}

/** The provider's own answer, which plugins hand on under `raw` or `custom`. */
function rawAnswer(output: JsonRecord): ReturnType<typeof outputOf> {
  return outputOf(field(output, 'raw')) ?? outputOf(field(output, 'custom'));
}

function parts(usage: RawUsage): RawUsage {
  const { cacheRead, cacheWrite, reasoning, inputAudio, outputAudio } = usage;
  return { cacheRead, cacheWrite, reasoning, inputAudio, outputAudio };
}
