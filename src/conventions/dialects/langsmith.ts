import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { isRecord } from '../messages/structured.ts';
import { finishReasonsOf } from '../outputValue.ts';
import { fillUsage, type RawUsage } from '../usage.ts';
import { readUsageObject } from '../usageObject.ts';
import type { SpanView } from '../spanView.ts';

/** LangSmith's OTel exporter. Its `gen_ai.operation.name` is not to be trusted: retrievers are `embeddings` there. */
export const langsmith: Dialect = {
  id: 'langsmith',
  title: 'LangSmith OTel exporter',
  signs: { keys: ['langsmith.span.kind'], scopes: ['langsmith'] },
  kindFrom: '`langsmith.span.kind`',
  kind: (view) => kinds.get(view.word('langsmith.span.kind') ?? ''),
  fields: {
    provider: ['langsmith.metadata.ls_provider'],
    requestModel: ['langsmith.metadata.ls_model_name'],
    streaming: ['langsmith.request.streaming'],
    sessionId: [
      'langsmith.metadata.session_id',
      'langsmith.metadata.thread_id',
      'langsmith.metadata.conversation_id',
    ],
    userId: ['langsmith.metadata.user_id'],
    workflowName: ['langsmith.trace.name'],
  },
  ownFields: {
    requestModel: ['gen_ai.request.model'],
    toolArguments: ['gen_ai.prompt'],
    toolResult: ['gen_ai.completion'],
  },
  alsoReads: [
    'langsmith.metadata.usage_metadata',
    'gen_ai.usage.input_token_details',
    'gen_ai.usage.output_token_details',
    'gen_ai.completion',
  ],
  rawUsage(view) {
    const metadata = readUsageObject(view.json('langsmith.metadata.usage_metadata'));
    return metadata ? fillUsage(metadata, details(view)) : detailsOnly(view);
  },
  // Failed model calls have status OK and an exception event.
  failed: (view) => view.input.span.events.some((event) => event.name === 'exception'),
  facts(view) {
    if (view.has('gen_ai.response.finish_reasons') || view.word('langsmith.span.kind') !== 'llm')
      return undefined;
    const output = view.json('gen_ai.completion');
    const reasons = isRecord(output) ? finishReasonsOf(output) : [];
    return reasons.length > 0 ? { finishReasons: reasons, from: ['gen_ai.completion'] } : undefined;
  },
};

const kinds = new Map<string, SpanKind>([
  ['llm', 'llm'],
  ['chain', 'chain'],
  ['prompt', 'chain'],
  ['parser', 'chain'],
  ['tool', 'tool'],
  ['retriever', 'retrieval'],
  ['embedding', 'embedding'],
  ['agent', 'agent'],
]);

/** Python `str(dict)`, e.g. `{'cache_read': 0, 'audio': 0}`. */
function details(view: SpanView): RawUsage {
  const counts = {
    input_tokens: view.count('gen_ai.usage.input_tokens') ?? 0,
    input_token_details: view.json('gen_ai.usage.input_token_details'),
    output_token_details: view.json('gen_ai.usage.output_token_details'),
  };
  const { cacheRead, cacheWrite, reasoning, inputAudio, outputAudio } = readUsageObject(counts) ?? {};
  return { cacheRead, cacheWrite, reasoning, inputAudio, outputAudio };
}

function detailsOnly(view: SpanView): RawUsage | undefined {
  const input = view.count('gen_ai.usage.input_tokens');
  const output = view.count('gen_ai.usage.output_tokens');
  if (input === undefined && output === undefined) return undefined;
  const total = view.count('gen_ai.usage.total_tokens');
  return { input, output, total, ...details(view) };
}
