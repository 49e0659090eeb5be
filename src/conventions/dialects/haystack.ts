import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { arrayField, field, isRecord, type JsonRecord } from '../messages/structured.ts';
import { finishReasonsOf, outputOf } from '../outputValue.ts';
import type { SpanView } from '../spanView.ts';
import { readUsageObject } from '../usageObject.ts';

/** Haystack's own tracer: the scope is the user's; usage and model only inside the output's JSON. */
export const haystack: Dialect = {
  id: 'haystack',
  title: 'Haystack',
  signs: {
    keys: ['haystack.component.type', 'haystack.component.name', 'haystack.tool.name'],
    names: ['haystack.*'],
  },
  kindFrom: '`haystack.component.type`, the span name `haystack.*`',
  kind(view) {
    const named = names.get(view.name);
    if (named) return named;
    const type = view.text('haystack.component.type');
    if (type === undefined) return view.has('haystack.tool.name') ? 'tool' : 'chain';
    if (/Generator$/.test(type)) return 'llm';
    if (/Embedder$/.test(type)) return 'embedding';
    if (/Retriever$/.test(type)) return 'retrieval';
    if (/Ranker$/.test(type)) return 'rerank';
    return /^Agent$/.test(type) ? 'agent' : 'chain';
  },
  ownFields: {
    toolName: ['haystack.tool.name'],
    toolDescription: ['haystack.tool.description'],
    toolArguments: ['haystack.agent.step.tool.input', 'haystack.tool.input'],
    toolResult: ['haystack.agent.step.tool.output', 'haystack.tool.output'],
    codeFunction: ['haystack.component.fully_qualified_type'],
    agentName: ['haystack.agent.name'],
  },
  alsoReads: ['haystack.agent.step.llm.output', 'haystack.component.output', 'haystack.tool.error'],
  failed: (view) => view.boolean('haystack.tool.error') === true,
  rawUsage(view) {
    const meta = answerMeta(view);
    return meta ? readUsageObject(field(meta, 'usage')) : undefined;
  },
  facts(view) {
    const meta = answerMeta(view);
    if (!meta) return undefined;
    const reasons = finishReasonsOf(meta);
    return {
      responseModel: outputOf(meta)?.model,
      finishReasons: reasons.length > 0 ? reasons : undefined,
      from: ['haystack.agent.step.llm.output', 'haystack.component.output'],
    };
  },
};

const names = new Map<string, SpanKind>([
  ['haystack.agent.run', 'agent'],
  ['haystack.agent.step.llm', 'llm'],
  ['haystack.agent.step.tool', 'tool'],
  ['haystack.agent.step', 'chain'],
  ['haystack.pipeline.run', 'workflow'],
  ['haystack.async_pipeline.run', 'workflow'],
]);

/** `replies[0].meta`, older `meta[0]`, embedders `meta`. */
function answerMeta(view: SpanView): JsonRecord | undefined {
  if (!/(?:Generator|Embedder)$/.test(view.text('haystack.component.type') ?? 'Generator')) return undefined;
  const output = view.json('haystack.agent.step.llm.output') ?? view.json('haystack.component.output');
  if (!isRecord(output)) return undefined;
  const reply = arrayField(output, 'replies')?.[0];
  const own = isRecord(reply) ? (field(reply, 'meta') ?? field(reply, '_meta')) : undefined;
  const meta = own ?? field(output, 'meta');
  const first: unknown = Array.isArray(meta) ? meta[0] : meta;
  return isRecord(first) ? first : undefined;
}
