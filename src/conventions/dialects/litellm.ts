import type { Dialect } from '../dialect.ts';
import { field, isRecord } from '../messages/structured.ts';
import { readUsageObject } from '../usageObject.ts';
import { asNumber } from '../values.ts';
import { kindByOperation } from './otelGenai.ts';

/** LiteLLM's OpenTelemetry callback and its second version: usage details as the text of a Python dict. */
export const litellm: Dialect = {
  id: 'litellm',
  title: 'LiteLLM (SDK and proxy)',
  signs: { keys: ['litellm.call_id'], scopes: ['litellm'] },
  kindFrom: '`gen_ai.operation.name`, `llm.request.type`, the span name',
  kind(view) {
    if (view.name === 'raw_gen_ai_request' || view.name === 'Received Proxy Server Request') return 'other';
    const kind = kindByOperation(view);
    if (kind) return kind;
    const type = view.word('llm.request.type');
    if (type !== undefined) return /embed/.test(type) ? 'embedding' : /rerank/.test(type) ? 'rerank' : 'llm';
    for (const key of view.attributes.keys()) if (key.startsWith('litellm.guardrail.')) return 'guardrail';
    return view.name.startsWith('guardrail') ? 'guardrail' : undefined;
  },
  fields: {
    cost: ['litellm.cost.total', 'gen_ai.cost.total_cost'],
    userId: ['litellm.end_user.id', 'metadata.user_api_key_end_user_id', 'llm.user'],
    errorType: ['error.type', 'litellm.provider.error.code', 'error.code'],
  },
  alsoReads: ['metadata.usage_object', 'hidden_params'],
  rawUsage: (view) => readUsageObject(view.json('metadata.usage_object')),
  facts(view) {
    const hidden = view.has('gen_ai.cost.total_cost') ? undefined : view.json('hidden_params');
    const total = isRecord(hidden) ? asNumber(field(hidden, 'response_cost')) : undefined;
    if (!total) return undefined;
    return { cost: { total, attribute: 'hidden_params response_cost' }, from: ['hidden_params'] };
  },
};
