import type { UserMapping } from '../model/attributeMapping.ts';
import type { ModelAlias, UserPrice } from '../model/userPrice.ts';
import type { UserRule } from '../model/userRule.ts';
import type { CodeEvents, CodeRequests } from './code.ts';
import type { CompareQueries } from './compare.ts';
import type { CostEstimate, DetailsQueries, SpanDetails, SpanExplanation } from './details.ts';
import type { ServiceReport } from './doctor.ts';
import type { FlameRequests } from './flame.ts';
import type { GroupBy, Page, PageRequest, TraceFilter, TraceSort } from './query.ts';
import type { GroupRow, SpanRow, TraceRow } from './rows.ts';
import type { EngineStatus } from './status.ts';

/** Raised with every change of a message's shape; both sides refuse another's. */
export const protocolVersion = 1;

export interface ReceiverSettings {
  readonly enabled: boolean;
  /** Loopback addresses to listen on. */
  readonly hosts: readonly string[];
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Bytes after decompression. */
  readonly maxRequestBytes: number;
  /** Origins that may post besides none at all. */
  readonly allowedOrigins: readonly string[];
}

export interface StoreSettings {
  readonly maxAgeDays: number;
  readonly maxBytes: number;
  readonly maxTraces: number;
}

export interface EngineSettings {
  readonly receiver: ReceiverSettings;
  readonly store: StoreSettings;
  /** Flag ids that are switched off. */
  readonly disabledFlags: readonly string[];
  /** Folders of the workspace, to make source paths relative. */
  readonly workspaceFolders: readonly string[];
  /** Prices of the user's own; they come before any other source. */
  readonly userPrices?: readonly UserPrice[];
  readonly modelAliases?: readonly ModelAlias[];
  /** Flags of the user's own. */
  readonly userRules?: readonly UserRule[];
  /** What attributes of unknown conventions mean; they go before every convention. */
  readonly attributeMappings?: readonly UserMapping[];
}

/** What the engine's worker is started with. */
export interface EngineStart {
  readonly protocolVersion: number;
  /** Path of the index; the journal lies beside it. */
  readonly dbPath: string;
  readonly settings: EngineSettings;
}

/** Requests from the host (or CLI) to the engine. */
export interface EngineRequests extends CodeRequests, FlameRequests, DetailsQueries, CompareQueries {
  'engine/status': { params: Record<string, never>; result: EngineStatus };
  /** Closes the ports, commits, gives the store back and ends the worker by itself. */
  'engine/close': { params: Record<string, never>; result: null };
  'engine/configure': { params: EngineSettings; result: null };
  'receiver/start': { params: Record<string, never>; result: null };
  'receiver/stop': { params: Record<string, never>; result: null };
  'traces/list': { params: { filter: TraceFilter; sort: TraceSort; page: PageRequest }; result: Page<TraceRow> };
  'traces/groups': { params: { by: Exclude<GroupBy, 'none'>; filter: TraceFilter; page: PageRequest }; result: Page<GroupRow> };
  'traces/get': { params: { traceIds: readonly string[] }; result: readonly TraceRow[] };
  'filters/values': {
    params: { field: 'model' | 'service' | 'session' | 'flag' };
    result: readonly { readonly value: string; readonly traces: number }[];
  };
  /** Children of a span, or the roots of a trace (`parentSpanId` ''), by start time. */
  'spans/children': { params: { traceId: string; parentSpanId: string; page: PageRequest }; result: Page<SpanRow> };
  /** The path from a root to the span, for revealing it. */
  'spans/path': { params: { traceId: string; spanId: string }; result: readonly SpanRow[] };
  'spans/details': { params: { traceId: string; spanId: string }; result: SpanDetails | null };
  'spans/explain': { params: { traceId: string; spanId: string }; result: SpanExplanation | null };
  /** A guess at the cost from the lengths of the texts; null unless usage is missing and the texts are there. */
  'spans/estimate': { params: { traceId: string; spanId: string }; result: CostEstimate | null };
  /** What each of the newest services (at most 20) sends and what it lacks, newest first. */
  'doctor/report': { params: { services: number }; result: readonly ServiceReport[] };
  'store/deleteAll': { params: Record<string, never>; result: null };
  'store/deleteTrace': { params: { traceId: string }; result: null };
  /** Builds the index anew from the journal; progress comes as `store/progress` events. */
  'store/rebuildIndex': { params: Record<string, never>; result: { spans: number } };
}

/** Events from the engine; each carries a complete state or says "changed", never a delta. */
export interface EngineEvents extends CodeEvents {
  'engine/status': EngineStatus;
  /** At most 10 a second. `traceIds` names what changed; `all` when too many to name or when traces were removed. */
  'store/changed': { readonly traceIds: readonly string[]; readonly all: boolean };
  'store/progress': { readonly task: 'rebuild' | 'recover'; readonly doneBytes: number; readonly totalBytes: number };
  'engine/log': { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string };
}
