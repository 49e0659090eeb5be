import type { SpanKind } from '../model/span.ts';

/**
 * The index's tables, as of `schemaVersion`.
 *
 * A span's `id` is its place in the journal (`placeOf`): rows lie in the order of arrival, inserts append,
 * dropping a segment is dropping a range of ids, and a place found by searching the journal leads to its
 * span. What only some spans have lies in `details`, costs in one of two forms (`costCodec.ts`). `parts` holds, per trace, sums by service, model,
 * session and flag. `missing` names parents that children wait for; `loops` names the spans at which a ring
 * of parents is cut. Spans that stand in for a call that only a log record tells of lie at that record's place
 * and have the bit `fromLog`. `metric_usage` holds points of token usage: one row per interval, or (time_us 0)
 * one per cumulative series and start. Ids of `names` are never used again, so that readers may remember them.
 */
export const schemaVersion = 3;

/** In `spans.bits`: the row was made from a log record. */
export const fromLog = 64;

/** What version 2 added to version 1. */
export const addedIn2 = `
CREATE INDEX spans_from_logs ON spans (t) WHERE (bits & ${fromLog}) <> 0;
CREATE TABLE metric_usage (
  id INTEGER PRIMARY KEY, service TEXT NOT NULL, series TEXT NOT NULL, start_us INTEGER NOT NULL, time_us INTEGER NOT NULL,
  latest_us INTEGER NOT NULL, provider TEXT, model TEXT, metric TEXT NOT NULL, type TEXT NOT NULL, beside INTEGER NOT NULL,
  value REAL NOT NULL, segment INTEGER NOT NULL
);
CREATE UNIQUE INDEX metric_usage_point ON metric_usage (service, series, start_us, time_us);
CREATE INDEX metric_usage_segment ON metric_usage (segment);
`;

/** What version 3 changed: see `costCodec.ts`; response ids are looked up where calls come as log records only. */
export const changedIn3 = `
ALTER TABLE details ADD COLUMN cost_shape INTEGER;
ALTER TABLE details ADD COLUMN cost_tokens TEXT;
DROP INDEX IF EXISTS details_response;
DROP INDEX IF EXISTS details_site;
`;

/** Made when first needed: keeping it costs as much as a span's other rows together. */
export const responseIndex = `CREATE INDEX IF NOT EXISTS details_response ON details (response_id) WHERE response_id IS NOT NULL`;

const sums = `
  spans INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0,
  calls INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  input REAL NOT NULL DEFAULT 0, input_known INTEGER NOT NULL DEFAULT 0, input_unknown INTEGER NOT NULL DEFAULT 0,
  output REAL NOT NULL DEFAULT 0, output_known INTEGER NOT NULL DEFAULT 0, output_unknown INTEGER NOT NULL DEFAULT 0,
  cache_read REAL NOT NULL DEFAULT 0,
  cost REAL NOT NULL DEFAULT 0, cost_known INTEGER NOT NULL DEFAULT 0, cost_unknown INTEGER NOT NULL DEFAULT 0`;

export const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE);

CREATE TABLE traces (
  id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT '', service TEXT NOT NULL DEFAULT '', session TEXT,
  named_us INTEGER, has_root INTEGER NOT NULL DEFAULT 0,
  start_us INTEGER, end_us INTEGER,
  roots INTEGER NOT NULL DEFAULT 0, running INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 0,
  first_segment INTEGER NOT NULL DEFAULT 0, last_segment INTEGER NOT NULL DEFAULT 0,
  ${sums}
);
CREATE INDEX traces_start ON traces (start_us);
CREATE INDEX traces_revision ON traces (revision);
CREATE INDEX traces_session ON traces (session) WHERE session IS NOT NULL;

CREATE TABLE parts (
  t INTEGER NOT NULL, field INTEGER NOT NULL, value TEXT NOT NULL, severity INTEGER,
  ${sums},
  PRIMARY KEY (t, field, value)
) WITHOUT ROWID;

CREATE TABLE spans (
  id INTEGER PRIMARY KEY, t INTEGER NOT NULL, span_id TEXT NOT NULL, parent_id TEXT NOT NULL,
  start_us INTEGER NOT NULL, dur_ns INTEGER, kind INTEGER NOT NULL, status INTEGER NOT NULL,
  class INTEGER NOT NULL, bits INTEGER NOT NULL, name TEXT NOT NULL, origin INTEGER NOT NULL, rule INTEGER NOT NULL,
  length INTEGER NOT NULL, res_off INTEGER NOT NULL, res_len INTEGER NOT NULL,
  sc_off INTEGER NOT NULL, sc_len INTEGER NOT NULL
);
CREATE UNIQUE INDEX spans_key ON spans (t, span_id);
CREATE INDEX spans_parent ON spans (t, parent_id, start_us);

CREATE TABLE details (
  id INTEGER PRIMARY KEY,
  status_message TEXT, error_type TEXT, provider TEXT, request_model TEXT, response_model TEXT, response_id TEXT,
  own_usage TEXT, usage TEXT, input REAL, output REAL, cache_read REAL, cache_write REAL, reasoning REAL,
  reported_cost REAL, reported_attribute TEXT, tier TEXT, counted_in TEXT, cost REAL, cost_json TEXT,
  first_token_ms REAL, finish TEXT, flags TEXT, retries INTEGER, session TEXT, user TEXT,
  tool TEXT, tool_call TEXT, agent TEXT, file TEXT, line INTEGER, function TEXT, source_json TEXT
);

CREATE TABLE logs (
  t INTEGER NOT NULL, span_id TEXT NOT NULL, time_us INTEGER NOT NULL, digest INTEGER NOT NULL,
  event TEXT NOT NULL, place INTEGER NOT NULL, length INTEGER NOT NULL,
  res_off INTEGER NOT NULL, res_len INTEGER NOT NULL, sc_off INTEGER NOT NULL, sc_len INTEGER NOT NULL,
  PRIMARY KEY (t, span_id, time_us, digest)
) WITHOUT ROWID;
CREATE INDEX logs_place ON logs (place);

CREATE TABLE missing (t INTEGER NOT NULL, parent_id TEXT NOT NULL, PRIMARY KEY (t, parent_id)) WITHOUT ROWID;
CREATE TABLE loops (t INTEGER NOT NULL, span_id TEXT NOT NULL, PRIMARY KEY (t, span_id)) WITHOUT ROWID;
${addedIn2}
${changedIn3}`;

/** Every table with what was received; `meta` is not among them. */
export const dataTables = [
  'names',
  'traces',
  'parts',
  'spans',
  'details',
  'logs',
  'missing',
  'loops',
  'metric_usage',
] as const;

/** Values of `parts.field`. Flags within a service or model have `value = owner + U+0001 + flag`. */
export const partFields = {
  service: 1,
  model: 2,
  session: 3,
  flag: 4,
  flagInService: 5,
  flagInModel: 6,
} as const;

/** Values of `spans.class`: what a counted span counts as. */
export const callClasses = { none: 0, model: 1, embedding: 2, tool: 3, retrieval: 4, other: 5 } as const;

/** Values of `spans.status` and `parts.severity`. */
export const statusCodes = ['unset', 'ok', 'error'] as const;
export const statusError = 2;
export const severities = ['info', 'warning', 'error'] as const;

/** Values of `spans.kind`: stored, hence only ever appended to. */
export const kindCodes: readonly SpanKind[] = [
  'other',
  'llm',
  'embedding',
  'retrieval',
  'rerank',
  'tool',
  'agent',
  'workflow',
  'chain',
  'guardrail',
  'evaluator',
  'mcp',
  'event',
];

const segmentFactor = 2 ** 32;

/** One integer for a place in the journal: exact for 2 million segments. */
export function placeOf(segment: number, offset: number): number {
  return segment * segmentFactor + offset;
}

export function segmentOf(place: number): number {
  return Math.floor(place / segmentFactor);
}

export function offsetOf(place: number): number {
  return place % segmentFactor;
}
