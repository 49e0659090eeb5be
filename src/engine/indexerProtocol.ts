import type { EngineEvents, EngineRequests, EngineSettings } from '../protocol/engine.ts';
import type { EngineStatus } from '../protocol/status.ts';
import type { JournalPosition } from '../store/api.ts';

/** Requests of the protocol that the indexer answers; the front passes them on unread. */
export const queryMethods = [
  'traces/list',
  'traces/groups',
  'traces/get',
  'filters/values',
  'spans/children',
  'spans/path',
  'spans/details',
  'spans/explain',
  'spans/estimate',
  'spans/text',
  'spans/image',
  'spans/value',
  'spans/raw',
  'spans/request',
  'pricing/price',
  'compare/calls',
  'compare/traces',
  'compare/previous',
  'doctor/report',
] as const satisfies readonly (keyof EngineRequests)[];
export type QueryMethod = (typeof queryMethods)[number];
export type QueryRequests = Pick<EngineRequests, QueryMethod>;

/** What the front asks of the indexer besides queries. */
export interface IndexerRequests extends QueryRequests {
  /** Become the writer of the index (the front holds the owner's lock). Answers with what the index has read already. */
  'indexer/own': { params: { settings: EngineSettings }; result: JournalPosition };
  'indexer/configure': { params: EngineSettings; result: null };
  'indexer/status': { params: null; result: IndexerStatus };
  /** Resolves when everything up to `position` is in the index; false when `timeoutMs` ran out. */
  'indexer/reach': { params: { position: JournalPosition; timeoutMs: number }; result: boolean };
  'indexer/rebuild': { params: null; result: { spans: number } };
  /** Deletes everything before segment `firstKept`, in the journal and in the index. */
  'indexer/deleteAll': { params: { firstKept: number }; result: null };
  'indexer/deleteTrace': { params: { traceId: string; firstKept: number }; result: null };
  /** Commits and closes the index. */
  'indexer/close': { params: null; result: null };
}

export type IndexerStatus = Omit<EngineStatus['store'], 'path'> & {
  readonly today: EngineStatus['today'];
  readonly problem?: EngineStatus['storeProblem'];
};

/** From the indexer to the front. */
export type IndexerEvents = Pick<EngineEvents, 'store/changed' | 'store/progress' | 'engine/log'> & {
  'indexer/problem': EngineStatus['storeProblem'] | null;
};

/** From the front to the indexer. */
export interface FrontEvents {
  'journal/appended': JournalPosition;
  /** Requests or records that were refused, to be counted in the store. */
  'receiver/dropped': { readonly reason: string; readonly count: number };
}

export interface IndexerStart {
  readonly dbPath: string;
  readonly settings: EngineSettings;
  /** Set where the index is to be written by a thread of its own: the bundle to run. */
  readonly writerPath?: string | undefined;
}
