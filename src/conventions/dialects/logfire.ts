import type { Dialect } from '../dialect.ts';
import { field, isRecord } from '../messages/structured.ts';
import { outputOf } from '../outputValue.ts';
import type { SpanView } from '../spanView.ts';
import { readUsageObject } from '../usageObject.ts';
import { kindByOperation } from './otelGenai.ts';

/**
 * Logfire: start notices (`pending_span`), zero-length log spans, and streamed calls in two spans: one that ends when
 * the stream begins, and `streaming response from …` with the answer and the usage.
 */
export const logfire: Dialect = {
  id: 'logfire',
  title: 'Logfire',
  signs: { keys: ['logfire.span_type', 'logfire.msg'], scopes: ['logfire'] },
  kindFrom: '`logfire.span_type`, `gen_ai.operation.name`, `request_data`, the message template',
  kind(view) {
    if (view.word('logfire.span_type') === 'log') return 'event';
    const kind = kindByOperation(view);
    if (kind) return kind;
    if (view.has('gen_ai.tool.name')) return 'tool';
    if (callsModel(view)) return /embed/i.test(view.name) ? 'embedding' : 'llm';
    if (!view.scope.startsWith('logfire')) return undefined;
    const named = namedKind(view);
    return named === 'other' && view.has('gen_ai.request.model') ? 'llm' : named;
  },
  fields: { cost: ['operation.cost'] },
  ownFields: { toolName: ['gen_ai.tool.name', 'name'], toolArguments: ['input'] },
  alsoReads: ['gen_ai.usage.raw', 'request_data', 'response_data', 'logfire.pending_parent_id'],
  rawUsage(view) {
    const raw = readUsageObject(view.json('gen_ai.usage.raw'));
    if (raw) return raw;
    const response =
      view.json('response_data') ?? (view.has('gen_ai.request.model') ? view.json('response') : undefined);
    return isRecord(response) ? readUsageObject(field(response, 'usage')) : undefined;
  },
  facts(view) {
    const type = view.word('logfire.span_type');
    if (type === 'pending_span') {
      const parent = view.text('logfire.pending_parent_id') ?? '';
      return {
        disposition: 'pending',
        pendingFor: view.input.span.parentSpanId,
        parentSpanId: /^0*$/.test(parent) ? '' : parent,
        from: ['logfire.span_type', 'logfire.pending_parent_id'],
      };
    }
    const late = type === 'log' && callsModel(view) ? ('patch' as const) : undefined;
    const request = view.has('gen_ai.request.model') ? undefined : outputOf(view.json('request_data'));
    const tool = /^(?:Function|tool|Tool|Running tool|running tool):? /.test(view.name)
      ? toolOf(view)
      : undefined;
    return {
      disposition: late,
      requestModel: request?.model,
      toolName: tool,
      from: ['logfire.span_type', 'request_data', 'logfire.msg'],
    };
  },
};

function callsModel(view: SpanView): boolean {
  return (
    view.has('request_data') && /^logfire\.(?:openai|anthropic|google|llm)|openai|anthropic/.test(view.scope)
  );
}

const templates = [
  [/^(?:tool\b|Function:|running tool\b)/i, 'tool'],
  [/^agent\b/i, 'agent'],
  [/^workflow\b/i, 'workflow'],
  [/^OpenAI Agents trace\b/, 'workflow'],
  [/^(?:task|step)\b/i, 'chain'],
  [/^retriev/i, 'retrieval'],
  [/^handoff/i, 'chain'],
  [/^guardrail/i, 'guardrail'],
] as const;

/** People name their own spans after what they do; the template comes before its arguments. */
function namedKind(
  view: SpanView,
): 'tool' | 'agent' | 'workflow' | 'chain' | 'retrieval' | 'guardrail' | 'other' {
  const template = view.text('logfire.msg_template') ?? view.name;
  for (const [pattern, kind] of templates) if (pattern.test(template)) return kind;
  return 'other';
}

/** `Function: {name}` and the like: the formatted message names the tool. */
function toolOf(view: SpanView): string | undefined {
  if (view.has('gen_ai.tool.name') || view.has('name')) return undefined;
  const message = view.text('logfire.msg') ?? view.name;
  return /^\w+(?: tool)?:? (\S+)/.exec(message)?.[1];
}
