import { explanationScheme } from '../ids.ts';
import type { SpanDocumentKind } from '../services/spanDocuments.ts';
import { explanationText } from './explanationText.ts';

/** Where the values of a span came from, as text. */
export const explanationDocuments: SpanDocumentKind = {
  scheme: explanationScheme,
  extension: 'txt',
  read: async (engine, span) => {
    const explanation = await engine.call('spans/explain', span);
    return explanation && explanationText(explanation);
  },
};
