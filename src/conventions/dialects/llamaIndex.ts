import type { Dialect } from '../dialect.ts';

/** LlamaIndex's own OpenTelemetry integration: spans named `Class.method-<uuid>`, no usage. */
export const llamaIndex: Dialect = {
  id: 'llamaIndex',
  title: 'LlamaIndex (native)',
  signs: { scopes: ['llama_index', 'llamaindex', 'llama-index'] },
  kindFrom: 'the class and method in the span name',
  kind(view) {
    const name = view.name.replace(/-[0-9a-f-]{36}$/, '');
    if (/embedding/i.test(name)) return 'embedding';
    if (/Retriever\./.test(name)) return 'retrieval';
    if (/Tool\.(?:a?call|__call__)/.test(name)) return 'tool';
    if (/Agent\w*\.(?:run|a?chat|query)/.test(name)) return 'agent';
    if (/Workflow\.run/.test(name)) return 'workflow';
    if (/\.a?(?:stream_)?(?:chat|complete|predict)$/.test(name) && !/Engine\./.test(name)) return 'llm';
    return 'chain';
  },
};
