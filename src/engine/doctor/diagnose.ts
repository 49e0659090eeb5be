import type { ServiceReport } from '../../protocol/doctor.ts';
import type { IndexedSpan } from '../../store/api.ts';
import type { IndexReader } from '../../store/indexReader.ts';
import type { Interpreted } from '../row.ts';
import type { CallSample } from './findings.ts';
import { findingsOf } from './findings.ts';

const limits = { services: 20, calls: 20, names: 8 } as const;

/** Reads a span's content from the journal again; undefined when it is gone. */
type ReadSpan = (span: IndexedSpan) => Interpreted | undefined;

/** What each of the newest services sends and what it lacks, judged by its newest model calls. */
export function diagnose(
  reader: IndexReader,
  read: ReadSpan,
  most: number = limits.services,
): ServiceReport[] {
  const services = reader
    .groups('service', {}, { limit: Math.min(limits.services, most) })
    .rows.map((row) => {
      const { spans, calls } = reader.newestCalls(row.key, limits.calls);
      const items = calls.flatMap((span) => {
        const item = read(span);
        return item ? [{ span, item }] : [];
      });
      const [sample] = items.length > 0 ? items : spans.flatMap((span) => ({ item: read(span) }));
      const language = sample?.item?.input.resource.attributes.get('telemetry.sdk.language');
      const twins = new Set(
        reader
          .repeatsOf(calls)
          .filter((span) => hasContent(read(span)))
          .map((span) => span.countedIn?.spanId),
      );
      const found = findingsOf(
        items.map(({ span, item }) => ({
          ...sampleOf(reader, span, item),
          hasContent: hasContent(item) || twins.has(span.spanId),
        })),
      );
      return {
        service: row.key,
        spans: row.spans,
        modelCalls: row.modelCalls,
        lastMicros: row.startMicros,
        language: typeof language === 'string' ? language : undefined,
        scopes: names([...calls, ...spans].map((span) => span.scope)),
        dialects: names(calls.map((span) => span.dialect)),
        findings:
          row.modelCalls === 0 && calls.length === 0
            ? [{ id: 'no-model-calls' as const, calls: 0, of: 0 }]
            : found,
      };
    });
  return [...services, ...onlyInMetrics(reader, new Set(services.map(({ service }) => service)))];
}

function onlyInMetrics(reader: IndexReader, known: ReadonlySet<string>): ServiceReport[] {
  const services = names(
    reader.stats().metricsOnly.map(({ service }) => service),
    limits.services,
  );
  return services
    .filter((service) => !known.has(service))
    .map((service) => ({
      service,
      spans: 0,
      modelCalls: 0,
      lastMicros: undefined,
      language: undefined,
      scopes: [],
      dialects: [],
      findings: [{ id: 'metrics-only', calls: 0, of: 0 }],
    }));
}

function hasContent(item: Interpreted | undefined): boolean {
  const { input, output } = item?.facts.conversation() ?? { input: [], output: [] };
  return input.length > 0 || output.length > 0;
}

function sampleOf(reader: IndexReader, span: IndexedSpan, item: Interpreted): Omit<CallSample, 'hasContent'> {
  const { facts, input } = item;
  const { traceId, parentSpanId } = span;
  return {
    endedWell: span.status.code !== 'error' && span.durationNanos !== undefined,
    streaming: facts.streaming ?? facts.timeToFirstTokenMs !== undefined,
    hasUsage: span.usage?.output !== undefined,
    cost: span.cost,
    logs: input.logs.length,
    hasSource: span.source !== undefined,
    lacksParent: parentSpanId !== '' && reader.span({ traceId, spanId: parentSpanId }) === undefined,
    scope: span.scope,
    model: span.responseModel ?? span.requestModel,
    provider: span.provider,
  };
}

function names(all: readonly string[], limit: number = limits.names): string[] {
  return [...new Set(all.filter((name) => name !== ''))].slice(0, limit);
}
