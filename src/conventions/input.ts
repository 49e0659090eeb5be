import type { RawLogRecord, RawResource, RawScope, RawSpan } from '../otlp/types.ts';

/** One span with everything that was received about it. */
export interface SpanInput {
  readonly span: RawSpan;
  readonly resource: RawResource;
  readonly scope: RawScope;
  /** Log records that name this span, by time. */
  readonly logs: readonly LogInput[];
}

export interface LogInput {
  readonly record: RawLogRecord;
  readonly resource: RawResource;
  readonly scope: RawScope;
}
