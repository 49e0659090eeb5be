import type { SpanKind } from '../model/span.ts';

/**
 * What a `gen_ai.operation.name` stands for. Beside the words of the semantic conventions here are those that
 * frameworks made up; an unknown word gives `undefined`.
 */
export function operationKind(operation: string): SpanKind | undefined {
  return kinds.get(operation) ?? kinds.get(operation.toLowerCase());
}

const kinds = new Map<string, SpanKind>();
for (const [kind, words] of [
  [
    'llm',
    `chat text_completion generate_content chat.completions completion completions llm_call llm generation response
    responses aresponses acompletion atext_completion agenerate_content anthropic_messages stream_chat llm_request
    text-completion realtime messages generate`,
  ],
  ['embedding', 'embeddings embedding aembedding create_embeddings embed'],
  ['retrieval', 'retrieval vector_db_retrieve vectordb retrieve search vector_search file_search'],
  ['rerank', 'rerank arerank reranking'],
  ['tool', 'execute_tool tool_call tool call_tool'],
  ['agent', 'invoke_agent create_agent agent_call agent invoke_swarm invoke_graph'],
  ['workflow', 'invoke_workflow workflow conversation initiate_chats run_workflow'],
  [
    'chain',
    `plan agent_step execute_event_loop_cycle execute_task framework user_prompt system_prompt schedule_tool_calls
    handoff chain task step prompt parser`,
  ],
  ['guardrail', 'apply_guardrail guardrail'],
  ['evaluator', 'evaluate evaluation'],
  [
    'other',
    `create_memory_store search_memory create_memory update_memory upsert_memory delete_memory delete_memory_store
    execute_hook content_event fetch_response speech_to_text text_to_speech image image_generation`,
  ],
] as const) {
  for (const word of words.split(/\s+/)) kinds.set(word, kind);
}

/** The kinds that stand for a call of a model. */
export function isModelCall(kind: SpanKind): boolean {
  return kind === 'llm' || kind === 'embedding' || kind === 'rerank';
}
