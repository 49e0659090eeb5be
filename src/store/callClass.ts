import type { IndexedSpan } from './api.ts';
import { callClasses } from './schema.ts';

/**
 * What a span counts as in sums. A counted span that is no model call by kind, but carries usage that no
 * other span does (an agent or chain whose calls were not traced), stands for a model call.
 */
export function callClassOf(span: Pick<IndexedSpan, 'counted' | 'kind' | 'usage'>): number {
  if (!span.counted) return callClasses.none;
  switch (span.kind) {
    case 'llm':
      return callClasses.model;
    case 'embedding':
      return callClasses.embedding;
    case 'tool':
      return callClasses.tool;
    case 'retrieval':
      return callClasses.retrieval;
    case 'rerank':
    case 'mcp':
      return callClasses.other;
    default:
      return span.usage ? callClasses.model : callClasses.other;
  }
}
