import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** AG2: conversations repeat usage and cost of the calls below. */
export const ag2: Dialect = {
  id: 'ag2',
  title: 'AG2',
  signs: { keys: ['ag2.span.type'], scopes: ['ag2', 'autogen.opentelemetry'] },
  kindFrom: '`ag2.span.type`, `gen_ai.operation.name`',
  kind: (view) => kinds.get(view.word('ag2.span.type') ?? '') ?? kindByOperation(view),
  fields: { cost: ['gen_ai.usage.cost'] },
};

const kinds = new Map<string, SpanKind>([
  ['llm', 'llm'],
  ['tool', 'tool'],
  ['agent', 'agent'],
  ['conversation', 'workflow'],
  ['multi_conversation', 'workflow'],
  ['code_execution', 'tool'],
  ['speaker_selection', 'chain'],
  ['human_input', 'other'],
]);
