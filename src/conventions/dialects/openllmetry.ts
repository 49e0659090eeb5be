import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import type { SpanView } from '../spanView.ts';
import { kindByOperation } from './otelGenai.ts';

/**
 * OpenLLMetry (Traceloop), both states that are in use: flattened `gen_ai.prompt.0.*` with `llm.request.type`, and
 * JSON messages with `gen_ai.operation.name`. One trace may hold both.
 */
export const openllmetry: Dialect = {
  id: 'openllmetry',
  title: 'OpenLLMetry (Traceloop), flattened and JSON messages',
  signs: {
    keys: [
      'traceloop.span.kind',
      'traceloop.workflow.name',
      'traceloop.entity.name',
      'llm.request.type',
      'llm.usage.total_tokens',
      'gen_ai.is_streaming',
    ],
    scopes: ['traceloop', '@traceloop'],
  },
  kindFrom: '`gen_ai.operation.name`, `traceloop.span.kind`, `llm.request.type`',
  kind(view) {
    return (
      kindByOperation(view) ??
      spanKinds.get(view.word('traceloop.span.kind') ?? '') ??
      requestKinds.get(view.word('llm.request.type') ?? '') ??
      (isVectorQuery(view) ? 'retrieval' : undefined)
    );
  },
  fields: {
    operation: ['llm.request.type'],
    streaming: ['gen_ai.is_streaming', 'llm.is_streaming'],
    finish: [
      'gen_ai.completion.0.finish_reason',
      'llm.response.finish_reason',
      'llm.response.stop_reason',
      'llm.completions.0.finish_reason',
    ],
    sessionId: [
      'traceloop.association.properties.session_id',
      'traceloop.association.properties.chat_id',
      'traceloop.association.properties.conversation_id',
      'traceloop.association.properties.thread_id',
      'session.id',
    ],
    userId: ['traceloop.association.properties.user_id', 'llm.user'],
    workflowName: ['traceloop.workflow.name', 'workflow.name'],
    promptName: ['traceloop.prompt.key'],
    promptVersion: ['traceloop.prompt.version', 'traceloop.prompt.version_name'],
    toolName: ['mcp.tool.name', 'traceloop.entity.name'],
    toolArguments: ['mcp.request.argument', 'traceloop.entity.input'],
    toolResult: ['mcp.response.value', 'traceloop.entity.output'],
  },
  usage: { total: ['llm.usage.total_tokens'] },
  facts(view) {
    if (view.word('traceloop.span.kind') !== 'agent') return undefined;
    return { agentName: view.text('traceloop.entity.name'), from: ['traceloop.entity.name'] };
  },
};

const spanKinds = new Map<string, SpanKind>([
  ['workflow', 'workflow'],
  ['task', 'chain'],
  ['agent', 'agent'],
  ['tool', 'tool'],
  ['handoff', 'chain'],
]);

const requestKinds = new Map<string, SpanKind>([
  ['chat', 'llm'],
  ['completion', 'llm'],
  ['acompletion', 'llm'],
  ['embedding', 'embedding'],
  ['aembedding', 'embedding'],
  ['rerank', 'rerank'],
  ['arerank', 'rerank'],
]);

function isVectorQuery(view: SpanView): boolean {
  return view.input.span.events.some((event) => event.name === 'db.query.result');
}
