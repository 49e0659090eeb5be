import type { SpanKey } from '../../model/span.ts';
import type { JournalPosition } from '../api.ts';
import { offsetOf, placeOf } from '../schema.ts';
import type { QueryContext } from './context.ts';

/** The span whose bytes, or whose log record's bytes, hold that place of the journal. */
export function spanAtPlace(
  context: QueryContext,
  position: JournalPosition,
): (SpanKey & { end: number }) | undefined {
  const place = placeOf(position.segment, position.offset);
  const row =
    holding(
      place,
      context.get(
        'SELECT id AS place, length, t, span_id FROM spans WHERE id <= ? ORDER BY id DESC LIMIT 1',
        place,
      ),
    ) ??
    holding(
      place,
      context.get(
        'SELECT place, length, t, span_id FROM logs WHERE place <= ? ORDER BY place DESC LIMIT 1',
        place,
      ),
    );
  if (!row || row['span_id'] === '') return undefined;
  const trace = context.get('SELECT trace_id FROM traces WHERE id = ?', row['t'] as number);
  if (!trace) return undefined;
  const end = offsetOf(row['place'] as number) + (row['length'] as number);
  return { traceId: trace['trace_id'] as string, spanId: row['span_id'] as string, end };
}

function holding<T extends Record<string, unknown>>(place: number, row: T | undefined): T | undefined {
  return row && place < (row['place'] as number) + (row['length'] as number) ? row : undefined;
}
