import type { RawLogRecord } from '../otlp/types.ts';

/** A log record's event name: the field, or the older attribute `event.name`; '' when it has none. */
export function eventName(record: RawLogRecord): string {
  if (record.eventName !== '') return record.eventName;
  const name = record.attributes.get('event.name');
  return typeof name === 'string' ? name : '';
}
