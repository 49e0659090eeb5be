import type { Family } from './libraries.ts';

/** What a call of a library's object does. */
export type CallKind = 'model' | 'agent' | 'embedding' | 'retrieval' | 'tool';

export interface CallClass {
  readonly kind: CallKind;
  /** True: the name says that the answer is streamed; undefined: the arguments may say. */
  readonly streaming: boolean | undefined;
  /** True when name and library leave no doubt that a request is made here. */
  readonly isSure: boolean;
}

const embeddingWords =
  /^(?:a?embed(?:ding|dings|_query|_documents|_content|Content|Query|Documents|Many|_many|_batch)?|a?get_text_embeddings?(?:_batch)?|getTextEmbeddings?|get_query_embedding|a?embeddings|encode|embedMany|batchEmbedContents)$/;
const retrievalWords =
  /^(?:a?retrieve|similarity_search(?:_with_score|_by_vector)?|similaritySearch(?:WithScore)?|a?get_relevant_documents|max_marginal_relevance_search|rerank|a?search|vector_search|query_points)$/;
/** Putting documents into a store: they are embedded on the way. */
const storing =
  /^(?:a?from_(?:documents|texts)|from(?:Documents|Texts)|a?add_(?:documents|texts)|add(?:Documents|Texts)|a?insert(?:_nodes)?|upsert|index_documents)$/;
const storingFamilies = new Set(['langchain', 'llamaindex', 'vector-store', 'haystack', 'mastra', 'genkit']);
const modelWords = new Set([
  ...[
    'create',
    'parse',
    'stream',
    'beta_stream',
    'generate',
    'agenerate',
    'generate_content',
    'generate_content_async',
  ],
  ...['generate_content_stream', 'generateContent', 'generateContentStream', 'generateText', 'streamText'],
  ...['generateObject', 'streamObject', 'generateImage', 'generateSpeech', 'transcribe', 'generateStream'],
  ...[
    'complete',
    'completion',
    'acompletion',
    'completions',
    'text_completion',
    'atext_completion',
    'responses',
  ],
  ...[
    'aresponses',
    'chat',
    'achat',
    'acomplete',
    'stream_complete',
    'astream_complete',
    'stream_chat',
    'astream_chat',
  ],
  ...[
    'chat_stream',
    'chatStream',
    'chat_async',
    'complete_async',
    'stream_async',
    'parse_async',
    'streamChat',
  ],
  ...[
    'invoke',
    'ainvoke',
    'astream',
    'batch',
    'abatch',
    'astream_events',
    'streamEvents',
    'astream_log',
    'transform',
  ],
  ...[
    'predict',
    'apredict',
    'structured_predict',
    'astructured_predict',
    'predict_and_call',
    'call',
    'acall',
    '__call__',
  ],
  ...['converse', 'converse_stream', 'invoke_model', 'invoke_model_with_response_stream', 'send'],
  ...['send_message', 'sendMessage', 'send_message_stream', 'sendMessageStream', 'send_message_async'],
  ...[
    'get_chat_message_content',
    'get_chat_message_contents',
    'get_streaming_chat_message_content',
    'create_stream',
  ],
  ...['get_streaming_chat_message_contents', 'get_text_content', 'invoke_prompt', 'invoke_prompt_stream'],
  ...[
    'text_generation',
    'chat_completion',
    'chatCompletion',
    'chatCompletionStream',
    'textGeneration',
    'runTools',
  ],
  ...[
    'extract',
    'classify',
    'cast',
    'prompt',
    'request',
    'model_request',
    'model_request_sync',
    'forward',
    'aforward',
  ],
  ...[
    'messages',
    'create_partial',
    'create_iterable',
    'create_with_completion',
    'get_response',
    'get_streaming_response',
  ],
]);
const agentWords = new Set([
  ...[
    'run',
    'arun',
    'run_sync',
    'runSync',
    'run_stream',
    'runStream',
    'run_stream_sync',
    'run_stream_events',
    'run_streamed',
  ],
  ...[
    'run_async',
    'runAsync',
    'iter',
    'kickoff',
    'kickoff_async',
    'kickoff_for_each',
    'akickoff',
    'kickoff_for_each_async',
  ],
  ...[
    'query',
    'aquery',
    'invoke_stream',
    'invoke',
    'ainvoke',
    'stream_async',
    'invoke_async',
    'initiate_chat',
  ],
  ...[
    'a_initiate_chat',
    'generate_reply',
    'a_generate_reply',
    'on_messages',
    'on_messages_stream',
    'print_response',
  ],
  ...[
    'aprint_response',
    'ask',
    'respond',
    'execute',
    'execute_task',
    'step',
    'astep',
    'streamVNext',
    'generateVNext',
    'start',
  ],
  ...[
    'streamLegacy',
    'generateLegacy',
    'network',
    'synthesize',
    'asynthesize',
    'run_live',
    'receive_response',
  ],
  ...[
    'train',
    'test',
    'generate',
    'stream',
    'chat',
    'achat',
    'stream_chat',
    'evaluate',
    'run_until_done',
    'a_run',
    'process',
  ],
]);
const toolWords = new Set(['call_tool', 'callTool', 'call_tool_by_name', 'run_tool', 'execute_tool']);
/** Calls that set something up and send nothing. */
const setupWords =
  /^(?:with[A-Z_].*|bind.*|as_.*|as[A-Z].*|add[A-Z_].*|add|from[A-Z_].*|to_.*|to[A-Z].*|compile|configure.*|set[A-Z_].*|register.*|connect|on|once|use|pipe|define.*|tool|tools|model_dump.*|json|close|aclose|copy|clone|assign|pick|partial|text|languageModel|chatModel|textEmbeddingModel|embeddingModel|embedder|image|get_graph|get_state|getState|update_state|draw.*|format.*|append|push|extend|items|keys|values|find|filter|map|strip|split|join|list|retrieve_file|upload|delete|cancel|count_tokens|countTokens|list_tools|listTools|initialize|usage|until_done|instrument.*|uninstrument|trace|flush|shutdown|save|load|dump|export_.*|finalContent|finalMessage|get_final_.*|getFinal.*|finalText|withResponse|asResponse|new_messages|all_messages|as_retriever|asRetriever|persist|write_documents|startChat|start_chat|newSession|session|create_session|get_session|createSession|get_tool.*|getTool.*|pull|push|watch)$/;

const streamWords = /stream/i;

/**
 * Classifies a call by its library and the names that lead to it.
 *
 * @param path names on the way from the import, with `()` for calls; the last is the called name, or `()` when an
 *   object itself is called
 */
export function classify(family: Family, path: readonly string[]): CallClass | undefined {
  const name = path.at(-1) ?? '';
  const isOnObject = path.includes('()') || path.includes('|');
  const streaming = streamWords.test(name) ? true : undefined;
  if (family === 'mcp')
    return toolWords.has(name) && isOnObject
      ? { kind: 'tool', streaming: undefined, isSure: true }
      : undefined;
  if (name === '()' || name === '|') {
    // An object that is called: `agent("…")`, `model([...])`. Calling what a function gave is set-up in JavaScript.
    const made = path.at(-2) === '()' ? lastName(path) : '';
    const callsObject = /^[A-Z]/.test(made) && callables.has(family);
    return callsObject
      ? { kind: isAgentName(made) ? 'agent' : 'model', streaming: undefined, isSure: true }
      : undefined;
  }
  if (storing.test(name) && storingFamilies.has(family))
    return { kind: 'embedding', streaming: undefined, isSure: false };
  if (setupWords.test(name)) return undefined;
  // A class is made, not called; a decorator is written with a small letter.
  if (/^[A-Z]/.test(name)) return undefined;
  const owner = path.at(-2);
  // The AI SDK's providers give models: `openai.chat('gpt-4o')` sends nothing.
  if (family === 'ai-sdk' && isOnObject && !path.some((one) => isAgentName(one))) return undefined;
  if (embeddingWords.test(name) || (owner === 'embeddings' && name === 'create'))
    return { kind: 'embedding', streaming: undefined, isSure: true };
  if (family === 'vector-store')
    return retrievalWords.test(name) || name === 'query'
      ? { kind: 'retrieval', streaming: undefined, isSure: false }
      : undefined;
  if (!isOnObject) return ofModule(family, path, name, streaming);
  if (retrievalWords.test(name)) return { kind: 'retrieval', streaming: undefined, isSure: false };
  if (unrelatedOwners.has(owner ?? '')) return undefined;
  if (modelWords.has(name)) {
    const isAgent = agentWords.has(name) && path.some((one) => isAgentName(one));
    return { kind: isAgent ? 'agent' : 'model', streaming, isSure: true };
  }
  if (agentWords.has(name)) return { kind: 'agent', streaming, isSure: true };
  return undefined;
}

/** Parts of a client that make no model calls. */
const unrelatedOwners = new Set([
  ...[
    'files',
    'vector_stores',
    'vectorStores',
    'fine_tuning',
    'fineTuning',
    'assistants',
    'threads',
    'uploads',
    'batches',
  ],
  ...[
    'moderations',
    'containers',
    'evals',
    'conversations',
    'caches',
    'operations',
    'session_service',
    'sessionService',
  ],
]);

/** Families whose objects are called directly. */
const callables = new Set([
  'strands',
  'smolagents',
  'dspy',
  'mirascope',
  'guidance',
  'outlines',
  'langchain',
  'agno',
  'huggingface',
  'semantic-kernel',
  'marvin',
  'cohere',
  'camel',
]);

/** Functions of a module: `litellm.completion`, `generateText`, `ollama.chat`, `query`. */
function ofModule(
  family: Family,
  path: readonly string[],
  name: string,
  streaming: boolean | undefined,
): CallClass | undefined {
  const sure = { kind: 'model', streaming, isSure: true } as const;
  switch (family) {
    case 'ai-sdk':
      return /^(?:generate|stream)[A-Z]/.test(name) || name === 'transcribe' || name === 'rerank'
        ? { ...sure, kind: name === 'rerank' ? 'retrieval' : 'model' }
        : undefined;
    case 'openai-agents':
    case 'strands':
    case 'claude-agent':
      if (name === 'run' || name === 'query' || path.at(-2) === 'Runner')
        return { kind: 'agent', streaming, isSure: true };
      return undefined;
    case 'dspy':
    case 'langchain':
    case 'llamaindex':
      return undefined;
    default:
      return modelWords.has(name) && path.length <= 4
        ? sure
        : agentWords.has(name) && path.length === 2 && /^[A-Z]/.test(path[0] ?? '')
          ? { kind: 'agent', streaming, isSure: false }
          : undefined;
  }
}

function lastName(path: readonly string[]): string {
  for (let i = path.length - 1; i >= 0; i--) {
    const part = path[i];
    if (part !== undefined && /^[\w$]+$/.test(part)) return part;
  }
  return '';
}

function isAgentName(name: string): boolean {
  return /agent|crew|team|graph|workflow|runner|swarm|pipeline|flow|engine|^Kernel$/i.test(name);
}

/** Names of calls that are model calls whatever object they are made on: what leads to them is telling enough. */
export function classifyChain(chain: readonly string[]): CallClass | undefined {
  const name = chain.at(-1) ?? '';
  const owner = chain.at(-2) ?? '';
  const before = chain.at(-3) ?? '';
  const sure = (kind: CallKind, streaming?: boolean): CallClass => ({ kind, streaming, isSure: true });
  if (owner === 'completions' && /^(?:create|parse|stream|runTools)$/.test(name))
    return sure('model', name === 'stream' ? true : undefined);
  if (owner === 'responses' && /^(?:create|parse|stream)$/.test(name))
    return sure('model', name === 'stream' ? true : undefined);
  if (owner === 'messages' && /^(?:create|stream|parse)$/.test(name) && before !== 'threads')
    return sure('model', name === 'stream' ? true : undefined);
  if (owner === 'embeddings' && name === 'create') return sure('embedding');
  if (
    /^(?:generate_content|generate_content_stream|generate_content_async|generateContent|generateContentStream)$/.test(
      name,
    )
  )
    return sure('model', streamWords.test(name) ? true : undefined);
  if (/^(?:converse|converse_stream|invoke_model|invoke_model_with_response_stream)$/.test(name))
    return sure('model', streamWords.test(name) ? true : undefined);
  if (
    /^(?:embed_content|embedContent|embed_query|embed_documents|embedQuery|embedDocuments|get_text_embedding)$/.test(
      name,
    )
  )
    return sure('embedding');
  if (/^(?:call_tool|callTool)$/.test(name)) return sure('tool');
  return undefined;
}

const anyModel =
  /^(?:a?invoke|a?stream|a?batch|a?generate|a?complete|a?chat|a?predict|a?completion|send_?message|structured_predict|generate_?(?:text|object|stream|content)|stream_?(?:text|object|chat)|get_response|get_completion|chat_completion|run_prompt)$/i;
const anyAgent = /^(?:a?run|run_?(?:sync|stream|async)|a?query|ask|kickoff|execute|prompt)$/i;
const anyEmbedding =
  /^(?:a?embed|embed_?(?:query|documents|texts?|many|batch)|get_embeddings?|create_embeddings?)$/i;

/** What a call may be whose object is not known at all, by its name alone: never sure. */
export function classifyUnknown(name: string): CallClass | undefined {
  const kind = anyModel.test(name)
    ? 'model'
    : anyAgent.test(name)
      ? 'agent'
      : anyEmbedding.test(name)
        ? 'embedding'
        : undefined;
  return kind && { kind, streaming: undefined, isSure: false };
}
