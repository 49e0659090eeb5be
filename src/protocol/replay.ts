import type { CostResult } from '../model/cost.ts';
import type { Usage } from '../model/usage.ts';
import type { SpanKey } from '../model/span.ts';

/** Somewhere a recorded call can be sent again: an endpoint of the user's, or a model the editor offers. */
export interface ReplayTarget {
  readonly id: string;
  readonly kind: 'openai' | 'anthropic' | 'editor';
  readonly label: string;
  /** Where it goes, as the confirmation names it, e.g. `api.openai.com`. */
  readonly host: string;
  readonly model?: string | undefined;
  readonly hasKey: boolean;
}

export interface ReplayOptions {
  readonly targets: readonly ReplayTarget[];
  /** Why nothing can be sent, e.g. that the workspace is not trusted. */
  readonly refusal?: string | undefined;
  /** Entries of the setting that cannot be used, in sentences. */
  readonly problems: readonly string[];
}

/** A message as it can be edited: texts can, the rest goes along as it was. */
export interface DraftMessage {
  readonly role: string;
  readonly parts: readonly (
    | { readonly type: 'text'; readonly text: string }
    /** Shown, not edited: a tool call, a result, a picture, a text too long to edit. */
    | { readonly type: 'fixed'; readonly label: string; readonly text: string }
  )[];
}

/** A recorded call as a draft of the request that repeats it. */
export interface ReplayRequest {
  readonly model: string;
  readonly messages: readonly DraftMessage[];
  readonly tools: readonly string[];
  /** As JSON text, in the words of each kind of endpoint. */
  readonly parameters: { readonly openai: string; readonly anthropic: string };
  readonly notes: readonly string[];
}

/** What the user wants sent; the host makes the request from the recorded one and these changes. */
export interface ReplayDraft {
  readonly target: SpanKey;
  readonly to: string;
  readonly model: string;
  readonly edits: readonly { readonly message: number; readonly part: number; readonly text: string }[];
  /** Messages that are left out. */
  readonly removed: readonly number[];
  readonly parameters: string;
  readonly withTools: boolean;
  /** Chosen by the page: names this run in `replay/progress`. */
  readonly run: number;
}

export interface ReplayAnswer {
  readonly state: 'done' | 'cancelled' | 'failed' | 'declined';
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  readonly model?: string | undefined;
  readonly finishReason?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly cost?: CostResult | undefined;
  readonly durationMs: number;
  readonly timeToFirstTokenMs?: number | undefined;
  /** What went wrong, and what to do about it; in sentences. */
  readonly error?: string | undefined;
}

export interface ReplayRequests {
  'replay/options': { params: Record<string, never>; result: ReplayOptions };
  'replay/request': { params: SpanKey; result: ReplayRequest | null };
  /** Asks the user first; cancelled by the call's own signal. */
  'replay/send': { params: ReplayDraft; result: ReplayAnswer };
  /** Opens the setting with the endpoints. */
  'replay/configure': { params: Record<string, never>; result: null };
  'replay/setKey': { params: { readonly to: string }; result: null };
}

export interface ReplayEvents {
  /** The answer so far; at most 10 a second. */
  'replay/progress': { readonly run: number; readonly text: string; readonly reasoning: string };
}
