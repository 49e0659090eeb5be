import type { CostResult } from '../../model/cost.ts';
import { isKnownCost } from '../../model/cost.ts';
import type { FindingId, ServiceFinding } from '../../protocol/doctor.ts';

/** One model call, as far as it tells what a program sends. */
export interface CallSample {
  readonly endedWell: boolean;
  readonly streaming: boolean;
  readonly hasUsage: boolean;
  readonly cost: CostResult | undefined;
  readonly hasContent: boolean;
  /** Log records that belong to the span. */
  readonly logs: number;
  readonly hasSource: boolean;
  /** The call names a parent that has not come. */
  readonly lacksParent: boolean;
  readonly scope: string;
  readonly model: string | undefined;
  readonly provider: string | undefined;
}

/** What the newest model calls of a service lack, most hindering first. */
export function findingsOf(calls: readonly CallSample[]): ServiceFinding[] {
  const well = calls.filter((call) => call.endedWell);
  const withoutContent = well.filter((call) => !call.hasContent);
  const withoutUsage = well.filter((call) => !call.hasUsage);
  const unpriced = well.filter(({ cost }) => cost && !isKnownCost(cost) && cost.unknown === 'price');
  const found: ServiceFinding[] = [];
  const add = (id: FindingId, concerned: readonly CallSample[], of: readonly CallSample[]): void => {
    const [first] = concerned;
    if (!first) return;
    const { model, provider } = first;
    found.push({ id, calls: concerned.length, of: of.length, model, provider });
  };
  add(
    'stream-usage-missing',
    withoutUsage.filter((call) => call.streaming),
    well,
  );
  add(
    'usage-missing',
    withoutUsage.filter((call) => !call.streaming),
    well,
  );
  add('price-missing', unpriced, well);
  // A call or two without content may be as they are; when most have none, capturing is off.
  if (withoutContent.length * 2 > well.length) {
    add('content-missing', withoutContent, well);
    if (well.every((call) => call.logs === 0)) {
      add(
        'logs-missing',
        withoutContent.filter((call) => writesContentToLogs(call.scope)),
        well,
      );
    }
  }
  const placeless = calls.filter((call) => !call.hasSource);
  if (placeless.length * 2 > calls.length) add('no-source', placeless, calls);
  add(
    'parents-missing',
    calls.filter((call) => call.lacksParent),
    calls,
  );
  return found;
}

/** OpenTelemetry's own instrumentations put messages into log records, in the older of their two modes. */
function writesContentToLogs(scope: string): boolean {
  return /^(opentelemetry\.(instrumentation|util)\.|@opentelemetry\/instrumentation-)/.test(scope);
}
