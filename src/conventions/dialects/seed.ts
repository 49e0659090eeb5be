import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import type { SpanView } from '../spanView.ts';
import type { RawUsage } from '../usage.ts';

/**
 * Hand-written instrumentation with `llm.*`, `agent.*`, `step.*`, `tool.*` and `quality.*`. The prefix `llm.` is
 * shared with other conventions, so that only exact keys count.
 */
export const seed: Dialect = {
  id: 'seed',
  title: 'Hand-written `llm.*`, `agent.*`, `step.*`, `tool.*`, `quality.*`',
  signs: {
    keys: ['llm.model', 'llm.input_tokens', 'step.type', 'agent.total_steps', 'llm.cost_usd'],
    names: [
      'agent.workflow',
      'agent.plan',
      'agent.synthesize',
      'agent.step.*',
      'tool.execute',
      'llm.generate',
    ],
  },
  kindFrom: 'exact `llm.model` with usage or provider; the span names `agent.*`, `tool.execute`',
  kind(view) {
    if (isCall(view)) return callKind(view);
    if (names.has(view.name)) return names.get(view.name);
    if (/^agent\.step\.\d+$/.test(view.name)) return 'chain';
    return view.has('step.type') ? 'chain' : view.has('agent.total_steps') ? 'workflow' : undefined;
  },
  fields: {
    provider: ['llm.provider'],
    requestModel: ['llm.model'],
    cost: ['llm.cost_usd'],
  },
  ownFields: {
    finish: ['llm.finish_reason', 'quality.finish_reason'],
    toolName: ['tool.name', 'step.tool'],
    toolArguments: ['tool.input', 'tool.arguments', 'tool.parameters'],
    toolResult: ['tool.output', 'tool.result'],
    sessionId: ['session.id'],
    userId: ['user.id'],
    errorMessage: ['error.message'],
  },
  alsoReads: ['llm.input_tokens', 'llm.output_tokens', 'llm.total_tokens', 'user.query', 'quality.*'],
  rawUsage(view) {
    const input = view.count('llm.input_tokens');
    const output = view.count('llm.output_tokens');
    const total = view.count('llm.total_tokens');
    if (input === undefined && output === undefined && total === undefined) return undefined;
    return { ...withoutEstimate(view, input, output, total), total, cacheIncluded: true };
  },
};

/**
 * The input count may be an estimate made before the call: it is one when it does not fit total − output, and when a
 * call failed before anything else was counted.
 */
function withoutEstimate(
  view: SpanView,
  input: number | undefined,
  output: number | undefined,
  total: number | undefined,
): RawUsage {
  if (total !== undefined && output !== undefined && total >= output)
    return { input: total - output, output };
  if (output === undefined && total === undefined && view.input.span.statusCode === 2) return {};
  return { input, output };
}

const names = new Map<string, SpanKind>([
  ['agent.workflow', 'workflow'],
  ['agent.plan', 'chain'],
  ['agent.synthesize', 'chain'],
  ['tool.execute', 'tool'],
]);

function isCall(view: SpanView): boolean {
  if (!view.has('llm.model')) return false;
  return (
    view.has('llm.input_tokens') ||
    view.has('llm.provider') ||
    view.has('llm.total_tokens') ||
    view.name === 'llm.generate'
  );
}

function callKind(view: SpanView): SpanKind {
  return /embed/i.test(view.text('llm.model') ?? '') ? 'embedding' : 'llm';
}
