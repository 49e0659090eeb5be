import type { RawMetricPoint, RawResource } from '../otlp/types.ts';
import { normaliseProvider } from './provider.ts';
import { asText } from './values.ts';

/**
 * Tokens that a metric point tells of. Used only for services whose spans tell nothing: metrics describe the same
 * calls and never add to the sums of spans.
 */
export interface MetricUsage {
  readonly service: string;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly tokenType: 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'reasoning';
  /** The metric's name. */
  readonly metric: string;
  /** True where the emitter counts these tokens beside its `input` or `output`, not as a part of them. */
  readonly isBeside: boolean;
  /** Tokens: of this interval with `delta`, since the start with `cumulative`. */
  readonly value: number;
  readonly temporality: 'delta' | 'cumulative' | 'unspecified';
  /** Identifies the series: later points of a cumulative series replace earlier ones. */
  readonly series: string;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
}

/** Metrics of GenAI token usage, old and new names; `undefined` for every other point. */
export function usageFromMetric(point: RawMetricPoint, resource: RawResource): MetricUsage | undefined {
  const tokenType = typeOf(point);
  if (!tokenType || point.value === undefined || !(point.value >= 0)) return undefined;
  const { attributes } = point;
  const model =
    asText(attributes.get('gen_ai.response.model')) ??
    asText(attributes.get('gen_ai.request.model')) ??
    asText(attributes.get('model'));
  const said = asText(attributes.get('gen_ai.provider.name')) ?? asText(attributes.get('gen_ai.system'));
  const service = asText(resource.attributes.get('service.name')) ?? 'unknown_service';
  const provider = normaliseProvider(
    said ?? (point.name.startsWith('claude_code.') ? 'anthropic' : undefined),
    model,
  );
  return {
    service,
    provider,
    model,
    tokenType,
    metric: point.name,
    isBeside:
      (point.name.startsWith('claude_code.') && (tokenType === 'cacheRead' || tokenType === 'cacheWrite')) ||
      (point.name.startsWith('gemini_cli.') && tokenType === 'reasoning'),
    value: point.value,
    temporality: point.temporality === 1 ? 'delta' : point.temporality === 2 ? 'cumulative' : 'unspecified',
    series: seriesOf(point, resource),
    startTimeUnixNano: point.startTimeUnixNano,
    timeUnixNano: point.timeUnixNano,
  };
}

const byName = new Map<string, MetricUsage['tokenType']>([
  ['gen_ai.client.inference.usage.input_tokens', 'input'],
  ['gen_ai.client.inference.usage.output_tokens', 'output'],
  ['gen_ai.client.inference.usage.cache_read.input_tokens', 'cacheRead'],
  ['gen_ai.client.inference.usage.cache_write.input_tokens', 'cacheWrite'],
  ['gen_ai.client.inference.usage.reasoning.output_tokens', 'reasoning'],
]);

const byType = new Map<string, MetricUsage['tokenType']>([
  ['input', 'input'],
  ['prompt', 'input'],
  ['output', 'output'],
  ['completion', 'output'],
  ['cacheread', 'cacheRead'],
  ['cache_read', 'cacheRead'],
  ['cache', 'cacheRead'],
  ['cachecreation', 'cacheWrite'],
  ['cache_creation', 'cacheWrite'],
  ['cache_write', 'cacheWrite'],
  ['reasoning', 'reasoning'],
  ['thought', 'reasoning'],
]);

/** Metrics with the sort of token in an attribute. */
const typed = new Map<string, string>([
  ['gen_ai.client.token.usage', 'gen_ai.token.type'],
  ['llm.usage.tokens', 'gen_ai.token.type'],
  ['claude_code.token.usage', 'type'],
  ['gemini_cli.token.usage', 'type'],
  ['copilot_chat.token.usage', 'gen_ai.token.type'],
]);

function typeOf(point: RawMetricPoint): MetricUsage['tokenType'] | undefined {
  const named = byName.get(point.name);
  if (named) return named;
  const key = typed.get(point.name);
  return key === undefined ? undefined : byType.get(asText(point.attributes.get(key))?.toLowerCase() ?? '');
}

function seriesOf(point: RawMetricPoint, resource: RawResource): string {
  const parts = [point.name, asText(resource.attributes.get('service.instance.id')) ?? ''];
  const pairs = [...point.attributes].map(([key, value]) => `${key}=${asText(value) ?? ''}`).sort();
  return [...parts, ...pairs].join('|');
}
