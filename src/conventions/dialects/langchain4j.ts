import type { Dialect } from '../dialect.ts';
import type { SpanView } from '../spanView.ts';
import { kindByOperation } from './otelGenai.ts';

/** LangChain4j: bare `input_tokens` and `output_tokens`, an `outcome` instead of a status. */
export const langchain4j: Dialect = {
  id: 'langchain4j',
  title: 'LangChain4j (Micrometer)',
  signs: { keys: ['outcome'], scopes: ['dev.langchain4j'] },
  kindFrom: '`gen_ai.operation.name`',
  kind: (view) => (isMicrometer(view) ? kindByOperation(view) : undefined),
  ownUsage: { input: ['input_tokens'], output: ['output_tokens'] },
  failed: (view) => isMicrometer(view) && view.word('outcome') === 'error',
};

/** `outcome` is a common word: only with Micrometer's other marks does it mean this. */
function isMicrometer(view: SpanView): boolean {
  return view.has('gen_ai.operation.name') && (view.has('input_tokens') || view.has('outcome'));
}
