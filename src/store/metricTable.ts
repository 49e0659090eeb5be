import type { IndexedMetric } from './api.ts';
import { clip, integer } from './spanCodec.ts';
import type { Database, Statement } from './sqlite.ts';

/** Writes points of token usage, each once however often it is sent. Must run within a transaction. */
export class MetricTable {
  readonly #put: Statement;

  constructor(db: Database) {
    this.#put = db.prepare(
      `INSERT INTO metric_usage (service, series, start_us, time_us, latest_us, provider, model, metric, type, beside,
         value, segment)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (service, series, start_us, time_us) DO UPDATE SET
         value = excluded.value, latest_us = excluded.latest_us, segment = excluded.segment
         WHERE excluded.latest_us > latest_us`,
    );
  }

  put(metric: IndexedMetric): void {
    if (!Number.isFinite(metric.value)) return;
    this.#put.run(
      clip(metric.service),
      metric.series,
      integer(metric.startMicros),
      metric.isDelta ? integer(metric.timeMicros) : 0,
      integer(metric.timeMicros),
      metric.provider === undefined ? null : clip(metric.provider),
      metric.model === undefined ? null : clip(metric.model),
      clip(metric.metric),
      metric.tokenType,
      metric.isBeside ? 1 : 0,
      metric.value,
      metric.segment,
    );
  }
}
