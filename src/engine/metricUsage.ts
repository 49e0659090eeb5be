import { syntheticId } from '../conventions/syntheticId.ts';
import { usageFromMetric } from '../conventions/metricUsage.ts';
import type { RawMetricPoint, RawResource } from '../otlp/types.ts';
import type { IndexedMetric } from '../store/api.ts';
import { micros } from './row.ts';

/** A point's row for the index; undefined for points that tell of no tokens. `segment`: where it lies in the journal. */
export function indexedMetric(
  point: RawMetricPoint,
  resource: RawResource,
  segment: number,
): IndexedMetric | undefined {
  const usage = usageFromMetric(point, resource);
  if (!usage) return undefined;
  const { service, provider, model, metric, tokenType, isBeside, value, temporality } = usage;
  return {
    service,
    provider,
    model,
    metric,
    tokenType,
    isBeside,
    value,
    isDelta: temporality === 'delta',
    series: syntheticId(usage.series, 32),
    startMicros: micros(usage.startTimeUnixNano),
    timeMicros: micros(usage.timeUnixNano),
    segment,
  };
}
