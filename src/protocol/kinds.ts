import type { SpanKind } from '../model/span.ts';

/** What a span of each kind is called and drawn as; the icons are codicons that the oldest supported editor has. */
export const kindNames: Readonly<Record<SpanKind, string>> = {
  llm: 'Model call',
  embedding: 'Embedding',
  retrieval: 'Retrieval',
  rerank: 'Rerank',
  tool: 'Tool',
  agent: 'Agent',
  workflow: 'Workflow',
  chain: 'Chain',
  guardrail: 'Guardrail',
  evaluator: 'Evaluation',
  mcp: 'MCP',
  event: 'Event',
  other: 'Span',
};

export const kindIcons: Readonly<Record<SpanKind, string>> = {
  llm: 'sparkle',
  embedding: 'symbol-array',
  retrieval: 'search',
  rerank: 'list-ordered',
  tool: 'tools',
  agent: 'hubot',
  workflow: 'type-hierarchy',
  chain: 'link',
  guardrail: 'shield',
  evaluator: 'checklist',
  mcp: 'plug',
  event: 'symbol-event',
  other: 'circle-small-filled',
};

/** Kinds that use tokens of a model of their own. */
export function isModelCall(kind: SpanKind): boolean {
  return kind === 'llm' || kind === 'embedding' || kind === 'rerank';
}
