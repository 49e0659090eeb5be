import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Laminar: `lmnr.*`; spans marked `metadata_only` change earlier ones. */
export const laminar: Dialect = {
  id: 'laminar',
  title: 'Laminar',
  signs: { keys: ['lmnr.span.type', 'lmnr.span.path', 'lmnr.span.input'], scopes: ['lmnr'] },
  kindFrom: '`lmnr.span.type`, `gen_ai.operation.name`, `llm.request.type`',
  kind(view) {
    const type = view.word('lmnr.span.type');
    const kind = type === undefined ? undefined : kinds.get(type);
    if (kind)
      return kind === 'llm' && /embed/i.test(view.text('gen_ai.request.model') ?? '') ? 'embedding' : kind;
    return (
      kindByOperation(view) ?? (type === 'default' && !view.has('gen_ai.request.model') ? 'other' : undefined)
    );
  },
  fields: {
    cost: ['gen_ai.usage.cost'],
    sessionId: ['lmnr.association.properties.session_id'],
    userId: ['lmnr.association.properties.user_id'],
    toolArguments: ['lmnr.span.input'],
    toolResult: ['lmnr.span.output'],
  },
  facts: (view) =>
    view.has('lmnr.internal.metadata_only')
      ? { disposition: 'patch', from: ['lmnr.internal.metadata_only'] }
      : undefined,
};

const kinds = new Map<string, SpanKind>([
  ['llm', 'llm'],
  ['cached', 'llm'],
  ['tool', 'tool'],
  ['executor', 'chain'],
  ['pipeline', 'workflow'],
  ['evaluator', 'evaluator'],
  ['human_evaluator', 'evaluator'],
  ['evaluation', 'workflow'],
  ['event', 'event'],
]);
