import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Pydantic AI, old and new: `gen_ai.*` with its own names for details, agents and costs. */
export const pydanticAi: Dialect = {
  id: 'pydanticAi',
  title: 'Pydantic AI',
  signs: { keys: ['model_request_parameters', 'pydantic_ai.all_messages'], scopes: ['pydantic-ai'] },
  kindFrom: '`gen_ai.operation.name`, `gen_ai.tool.name`, the span name',
  kind(view) {
    const kind = kindByOperation(view);
    if (kind) return kind;
    if (view.has('gen_ai.tool.name')) return 'tool';
    if (view.name === 'agent run' || view.has('agent_name')) return 'agent';
    if (view.has('model_request_parameters') || view.has('gen_ai.request.model')) return 'llm';
    return view.scope === 'pydantic-ai' ? 'chain' : undefined;
  },
  fields: { cost: ['operation.cost'] },
  ownFields: {
    agentName: ['gen_ai.agent.name', 'agent_name'],
    requestModel: ['gen_ai.request.model', 'model_name'],
    toolArguments: ['gen_ai.tool.call.arguments', 'tool_arguments'],
    toolResult: ['gen_ai.tool.call.result', 'tool_response'],
    sessionId: [],
  },
  usage: {
    cacheRead: ['gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.details.cached_tokens'],
    cacheWrite: ['gen_ai.usage.details.cache_write_tokens'],
    reasoning: ['gen_ai.usage.details.reasoning_tokens', 'gen_ai.usage.details.thoughts_tokens'],
    inputAudio: ['gen_ai.usage.details.input_audio_tokens'],
    outputAudio: ['gen_ai.usage.details.output_audio_tokens'],
    cacheReadAudio: ['gen_ai.usage.details.cache_audio_read_tokens'],
  },
  alsoReads: ['gen_ai.aggregated_usage.*', 'gen_ai.conversation.id', 'session.id'],
  rawUsage(view) {
    const input = view.count('gen_ai.aggregated_usage.input_tokens');
    const output = view.count('gen_ai.aggregated_usage.output_tokens');
    if (input === undefined && output === undefined) return undefined;
    return {
      input,
      output,
      cacheRead: view.count('gen_ai.aggregated_usage.cache_read.input_tokens'),
      cacheWrite:
        view.count('gen_ai.aggregated_usage.cache_write.input_tokens') ??
        view.count('gen_ai.aggregated_usage.cache_creation.input_tokens'),
      reasoning: view.count('gen_ai.aggregated_usage.details.reasoning_tokens'),
    };
  },
  usageIsAggregate: (view) =>
    view.has('gen_ai.aggregated_usage.input_tokens') || view.has('gen_ai.aggregated_usage.output_tokens'),
  facts(view) {
    const sessionId = given(view.text('gen_ai.conversation.id')) ?? given(view.text('session.id'));
    return sessionId === undefined
      ? undefined
      : { sessionId, from: ['gen_ai.conversation.id', 'session.id'] };
  },
};

/** Without one given by the program every run makes up a conversation id of its own: that is no session. */
function given(id: string | undefined): string | undefined {
  return id !== undefined && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)
    ? undefined
    : id;
}
