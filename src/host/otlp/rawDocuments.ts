import { rawScheme } from '../ids.ts';
import type { SpanDocumentKind } from '../services/spanDocuments.ts';

/** A span as OTLP JSON, read from the journal. */
export const rawDocuments: SpanDocumentKind = {
  scheme: rawScheme,
  extension: 'json',
  read: async (engine, span) => {
    const raw = await engine.call('spans/raw', span);
    return (
      raw &&
      [raw.spans, raw.logs]
        .filter((text) => text !== '')
        .map((text) => JSON.stringify(JSON.parse(text), undefined, 2))
        .join('\n\n')
    );
  },
};
