import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { modelOf, readOutput } from '../outputValue.ts';
import { field, isRecord, stringField } from '../messages/structured.ts';
import type { SpanView } from '../spanView.ts';

/** OpenInference (Arize, Phoenix): `openinference.span.kind`, `llm.*`, flattened messages. */
export const openinference: Dialect = {
  id: 'openinference',
  title: 'OpenInference (Arize, Phoenix)',
  signs: {
    keys: ['openinference.span.kind'],
    scopes: ['openinference.instrumentation', '@arizeai/openinference'],
  },
  kindFrom: '`openinference.span.kind`',
  kind(view) {
    const kind = kinds.get(view.word('openinference.span.kind') ?? '');
    return kind === 'llm' && preparesOnly(view) ? 'chain' : kind;
  },
  fields: {
    provider: ['llm.provider', 'llm.system'],
    requestModel: ['llm.request.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name'],
    responseModel: ['llm.response.model_name'],
    finish: ['llm.finish_reason'],
    cost: ['llm.cost.total'],
    sessionId: ['session.id'],
    userId: ['user.id'],
    agentName: ['agent.name', 'graph.node.id'],
    promptVersion: ['llm.prompt_template.version'],
    toolName: ['tool.name'],
    toolCallId: ['tool.id', 'tool_call.id'],
    toolDescription: ['tool.description'],
  },
  ownFields: {
    promptName: ['prompt.id'],
    toolArguments: ['input.value', 'tool.parameters'],
    toolResult: ['output.value'],
  },
  usage: {
    input: ['llm.token_count.prompt'],
    output: ['llm.token_count.completion'],
    total: ['llm.token_count.total'],
    cacheRead: ['llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input'],
    cacheWrite: ['llm.token_count.prompt_details.cache_write'],
    reasoning: ['llm.token_count.completion_details.reasoning'],
    inputAudio: ['llm.token_count.prompt_details.audio'],
    outputAudio: ['llm.token_count.completion_details.audio'],
  },
  alsoReads: ['output.value', 'llm.invocation_parameters', 'metadata', 'annotations.*', 'evaluations.*'],
  cacheIncluded(view) {
    return /claude[-_]agent[-_]sdk/.test(view.scope) ? false : undefined;
  },
  facts(view) {
    const kind = view.word('openinference.span.kind');
    const metadata = sessionOfMetadata(view);
    if (kind !== 'llm' && kind !== 'embedding') {
      const patch = isFeedback(view) ? ('patch' as const) : undefined;
      return metadata || patch ? { disposition: patch, ...metadata, from: ['metadata'] } : undefined;
    }
    const output = readOutput(view.get('output.value'), kind === 'llm' && !view.has('llm.finish_reason'));
    const named = view.text('llm.model_name');
    const asked = view.has('llm.request.model_name') ? undefined : askedModel(view);
    // Most instrumentations overwrite the model's name with the answering model's.
    const response = output?.model ?? (asked === undefined || asked === named ? undefined : named);
    return {
      requestModel: asked,
      responseModel: view.has('llm.response.model_name') ? undefined : response,
      responseId: output?.id,
      finishReasons: output?.finishReasons,
      ...metadata,
      from: ['output.value', 'llm.invocation_parameters', 'metadata'],
    };
  },
};

const kinds = new Map<string, SpanKind>([
  ['llm', 'llm'],
  ['embedding', 'embedding'],
  ['chain', 'chain'],
  ['prompt', 'chain'],
  ['retriever', 'retrieval'],
  ['reranker', 'rerank'],
  ['tool', 'tool'],
  ['agent', 'agent'],
  ['guardrail', 'guardrail'],
  ['evaluator', 'evaluator'],
  ['unknown', 'other'],
]);

/** LlamaIndex: `OpenAI._prepare_chat_with_tools` and the like are marked LLM and call nobody. */
function preparesOnly(view: SpanView): boolean {
  return /\._(?:prepare|get|parse|validate)_\w+$/.test(view.name) && !view.has('llm.token_count.total');
}

/** The agents SDK puts the response object's fields, answering model included, among the parameters: '' then. */
function askedModel(view: SpanView): string | undefined {
  const parameters = view.get('llm.invocation_parameters');
  if (typeof parameters === 'string' && parameters.includes('"resp_')) return '';
  return modelOf(view, 'llm.invocation_parameters');
}

/** Annotations arrive afterwards, in a span of their own that links to the judged one. */
function isFeedback(view: SpanView): boolean {
  const { links } = view.input.span;
  if (links.length !== 1) return false;
  for (const key of view.attributes.keys())
    if (key.startsWith('annotations.')) return !view.has('llm.model_name');
  return false;
}

function sessionOfMetadata(view: SpanView): { sessionId?: string; userId?: string } | undefined {
  if (view.has('session.id')) return undefined;
  const metadata = view.json('metadata');
  if (!isRecord(metadata) || field(metadata, 'session_id') === undefined) return undefined;
  const sessionId = stringField(metadata, 'session_id');
  const userId = stringField(metadata, 'user_id');
  return { ...(sessionId ? { sessionId } : {}), ...(userId ? { userId } : {}) };
}
