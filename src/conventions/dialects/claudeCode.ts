import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { asNumber, asText } from '../values.ts';
import type { SpanView } from '../spanView.ts';
import { eventName } from '../logEvents.ts';
import { kindByOperation } from './otelGenai.ts';

/** Claude Code: bare attribute names, input without cached tokens, cost only in its log records. */
export const claudeCode: Dialect = {
  id: 'claudeCode',
  title: 'Claude Code',
  signs: { scopes: ['com.anthropic.claude_code'], names: ['claude_code.*'] },
  kindFrom: 'the span name `claude_code.*` or `span.type`',
  kind(view) {
    const name = view.name.startsWith('claude_code.') ? view.name : (view.text('span.type') ?? '');
    return (
      kinds.get(name.replace(/^claude_code\./, '')) ??
      (name === '' ? kindByOperation(view) : undefined) ??
      'other'
    );
  },
  ownFields: {
    requestModel: ['gen_ai.request.model', 'model'],
    responseId: ['gen_ai.response.id', 'request_id'],
    finish: ['gen_ai.response.finish_reasons', 'stop_reason'],
    firstTokenMillis: ['ttft_ms'],
    sessionId: ['session.id'],
    userId: ['user.id'],
    toolName: ['tool_name'],
    toolCallId: ['tool_use_id'],
    toolArguments: ['tool_input', 'full_command', 'file_path'],
    toolResult: ['tool_output', 'tool.output'],
    httpStatus: ['status_code'],
    attempt: ['attempt'],
    errorMessage: ['error'],
    agentName: ['agent_type', 'agent_id'],
  },
  ownUsage: {
    input: ['input_tokens'],
    output: ['output_tokens'],
    cacheRead: ['cache_read_tokens'],
    cacheWrite: ['cache_creation_tokens'],
  },
  cacheIncluded: (view) => (view.has('input_tokens') ? false : undefined),
  failed: (view) => view.boolean('success') === false,
  facts(view) {
    const retries = attemptEvents(view);
    const cost = costFromLogs(view);
    if (retries === undefined && cost === undefined) return { provider: 'anthropic', from: [] };
    return {
      provider: 'anthropic',
      retries,
      cost,
      from: ['gen_ai.request.attempt', 'claude_code.api_request'],
    };
  },
};

const kinds = new Map<string, SpanKind>([
  ['interaction', 'agent'],
  ['llm_request', 'llm'],
  ['tool', 'tool'],
]);

function attemptEvents(view: SpanView): number | undefined {
  const attempts = view.input.span.events.filter((event) => event.name === 'gen_ai.request.attempt').length;
  return attempts > 1 ? attempts - 1 : undefined;
}

/** The log record of the same request carries the cost. */
function costFromLogs(view: SpanView): { total: number; attribute: string } | undefined {
  const request = view.text('request_id');
  for (const { record } of view.input.logs) {
    if (!eventName(record).endsWith('api_request')) continue;
    const other = asText(record.attributes.get('request_id'));
    if (request !== undefined && other !== undefined && other !== request) continue;
    const total = asNumber(record.attributes.get('cost_usd'));
    if (total !== undefined) return { total, attribute: 'claude_code.api_request cost_usd' };
  }
  return undefined;
}
