import type { SpanKind } from '../../model/span.ts';
import { KeySetMemo } from '../../otlp/attributes.ts';
import type { Dialect } from '../dialect.ts';
import { findLookAlikes } from '../lookAlikes.ts';
import type { SpanView } from '../spanView.ts';

/**
 * Conventions that nobody described yet: what attributes are called is a guess, and shown as one. Also where known
 * attributes stand on a span that says nothing of its kind.
 */
export const generic: Dialect = {
  id: 'generic',
  title: 'Unknown conventions (guessed from names)',
  signs: { keys: [] },
  kindFrom: '`gen_ai.tool.name`; a model together with usage or messages',
  kind: knownKind,
};

/** What well-known attributes tell without an operation name. */
function knownKind(view: SpanView): SpanKind | undefined {
  if (view.has('gen_ai.tool.name') && !view.has('gen_ai.request.model')) return 'tool';
  if (
    view.has('tool.name') &&
    (view.has('tool.parameters') || view.has('tool.input') || view.has('tool.arguments'))
  )
    return 'tool';
  if (view.has('gen_ai.guardrail.name') || view.has('guard.verdict') || view.has('guardrail.name'))
    return 'guardrail';
  const model =
    view.text('gen_ai.request.model') ??
    view.text('gen_ai.response.model') ??
    view.text('llm.model_name') ??
    undefined;
  if (model === undefined) return undefined;
  if (!calls.some((key) => view.has(key))) return undefined;
  return /embed/i.test(model) ? 'embedding' : 'llm';
}

const calls = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.prompt_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.completion_tokens',
  'llm.usage.total_tokens',
  'llm.token_count.total',
  'llm.token_count.prompt',
  'gen_ai.prompt.0.content',
  'gen_ai.input.messages',
  'gen_ai.prompt',
  'gen_ai.completion.0.content',
  'gen_ai.output.messages',
];

/** The guess for a span of no known convention. */
export function guessKind(view: SpanView): SpanKind | undefined {
  if (!mentionsModel.of(view.attributes)) return undefined;
  const found = findLookAlikes(view);
  if (!found?.model) return undefined;
  if (found.usage === undefined && !found.messages) return undefined;
  return /embed/i.test(found.model.value) ? 'embedding' : 'llm';
}

/** Spares the costly search on the many spans that have nothing to do with models. */
const mentionsModel = new KeySetMemo((keys) =>
  keys.some((key) => key.includes('model') || key.includes('Model')),
);
