import type { SpanKey } from '../../model/span.ts';
import type { IndexedLog } from '../api.ts';
import { offsetOf, segmentOf } from '../schema.ts';
import type { Database } from '../sqlite.ts';

/** Log records that name the span, by time. */
export function logsOfSpan(db: Database, key: SpanKey): IndexedLog[] {
  const rows = db
    .prepare(
      `SELECT l.* FROM traces t CROSS JOIN logs l ON l.t = t.id WHERE t.trace_id = ? AND l.span_id = ?
       ORDER BY l.time_us, l.place`,
    )
    .all(key.traceId, key.spanId);
  return rows.map((row) => {
    const place = row['place'] as number;
    return {
      traceId: key.traceId,
      spanId: key.spanId,
      timeMicros: row['time_us'] as number,
      eventName: row['event'] as string,
      digest: row['digest'] as number,
      range: {
        segment: segmentOf(place),
        offset: offsetOf(place),
        length: row['length'] as number,
        resourceOffset: row['res_off'] as number,
        resourceLength: row['res_len'] as number,
        scopeOffset: row['sc_off'] as number,
        scopeLength: row['sc_len'] as number,
      },
    };
  });
}
