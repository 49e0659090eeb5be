import type { Dialect } from '../dialect.ts';

/** Plain HTTP client and server spans: no model calls, but they show retries and rate limits. */
export const http: Dialect = {
  id: 'http',
  title: 'HTTP clients and servers',
  signs: { keys: ['http.request.method', 'http.method'] },
  kindFrom: '`http.request.method`, old `http.method`',
  kind: () => 'other',
};
