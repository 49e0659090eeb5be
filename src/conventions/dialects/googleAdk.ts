import type { Dialect } from '../dialect.ts';
import { arrayField, field, isRecord, type JsonRecord, stringField } from '../messages/structured.ts';
import type { SpanView } from '../spanView.ts';
import { readUsageObject } from '../usageObject.ts';
import { asNumber } from '../values.ts';
import { kindByOperation } from './otelGenai.ts';

/** Google ADK: `call_llm` without an operation name, `generate_content` below it repeating the usage. */
export const googleAdk: Dialect = {
  id: 'googleAdk',
  title: 'Google Agent Development Kit',
  signs: {
    keys: ['gcp.vertex.agent.llm_request', 'gcp.vertex.agent.invocation_id'],
    scopes: ['gcp.vertex.agent'],
  },
  kindFrom: '`gcp.vertex.agent.llm_request` other than `{}`, `gen_ai.operation.name`, the name `invocation`',
  kind(view) {
    const kind = kindByOperation(view);
    if (kind) return kind;
    if (view.has('gcp.vertex.agent.llm_request') || view.name === 'call_llm') return 'llm';
    return view.name === 'invocation' ? 'workflow' : undefined;
  },
  fields: {
    sessionId: ['gcp.vertex.agent.session_id'],
    toolArguments: ['gcp.vertex.agent.tool_call_args'],
    toolResult: ['gcp.vertex.agent.tool_response'],
  },
  ownFields: { sessionId: ['gen_ai.conversation.id'] },
  usage: { reasoning: ['gen_ai.usage.experimental.reasoning_tokens'] },
  alsoReads: ['gcp.vertex.agent.llm_request', 'gcp.vertex.agent.llm_response'],
  rawUsage(view) {
    const response = view.json('gcp.vertex.agent.llm_response');
    return isRecord(response)
      ? readUsageObject(field(response, 'usage_metadata') ?? field(response, 'usageMetadata'))
      : undefined;
  },
  reasoningIncluded: (view) => (view.has('gen_ai.usage.experimental.reasoning_tokens') ? false : undefined),
  facts(view) {
    const request = view.json('gcp.vertex.agent.llm_request');
    const response = view.json('gcp.vertex.agent.llm_response');
    if (!isRecord(request) && !isRecord(response)) return undefined;
    const reason = isRecord(response) ? finishOf(response) : undefined;
    return {
      requestModel:
        isRecord(request) && !view.has('gen_ai.request.model') ? stringField(request, 'model') : undefined,
      responseModel: isRecord(response) ? stringField(response, 'model_version', 'modelVersion') : undefined,
      finishReasons: reason ? [reason] : undefined,
      ...errorOf(view, response),
      from: ['gcp.vertex.agent.llm_request', 'gcp.vertex.agent.llm_response'],
    };
  },
};

function finishOf(response: JsonRecord): string | undefined {
  const first = arrayField(response, 'candidates')?.[0];
  return (
    stringField(response, 'finish_reason', 'finishReason') ?? (isRecord(first) ? finishOf(first) : undefined)
  );
}

function errorOf(view: SpanView, response: unknown): { errorMessage?: string } {
  if (view.input.span.statusCode !== 2 || !isRecord(response)) return {};
  const code = asNumber(field(response, 'error_code'));
  const message = stringField(response, 'error_message') ?? (code === undefined ? undefined : String(code));
  return message === undefined ? {} : { errorMessage: message };
}
