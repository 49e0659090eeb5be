import type { SpanRow, TraceRow } from './rows.ts';
import type { SpanKey } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import type { CostResult } from '../model/cost.ts';

/** A run of a comparison of two texts. */
export type DiffPart =
  | { readonly kind: 'same' | 'removed' | 'added'; readonly text: string }
  /** So many characters that are not sent: of a long part that is the same, or of a very long change. */
  | { readonly kind: 'skipped'; readonly of: 'same' | 'removed' | 'added'; readonly characters: number };

export type PairState = 'same' | 'changed' | 'removed' | 'added';

/** A message of the left call, of the right one, or one of each that belong together. */
export interface MessagePair {
  readonly state: PairState;
  readonly role: string;
  /** Positions in the prompt or the answer, from 1. */
  readonly left?: number | undefined;
  readonly right?: number | undefined;
  readonly parts: readonly DiffPart[];
}

export interface ToolPair {
  readonly state: PairState;
  readonly name: string;
  readonly parts: readonly DiffPart[];
}

/** Where two prompts begin to differ: a cache holds for what lies before. */
export interface PromptPrefix {
  /** Characters that both begin with. */
  readonly characters: number;
  /** About as many tokens. */
  readonly tokens: number;
  readonly leftCharacters: number;
  readonly rightCharacters: number;
  /** `equal`: both prompts are the same. `left`, `right`: that one ends there, and the other goes on. */
  readonly end: 'differs' | 'left' | 'right' | 'equal';
  /** Where the difference lies, e.g. `message 3 (user)`; undefined when the prompts are equal. */
  readonly place?: string | undefined;
  /** The last characters that are the same, and how each goes on. */
  readonly before: string;
  readonly left: string;
  readonly right: string;
  /** Why the later call's cache may have missed, in sentences; most decisive first. */
  readonly reasons: readonly string[];
}

export interface CallSide {
  readonly row: SpanRow;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly cost?: CostResult | undefined;
  readonly timeToFirstTokenMs?: number | undefined;
  readonly finishReasons: readonly string[];
}

export interface CallComparison {
  readonly left: CallSide;
  readonly right: CallSide;
  readonly parameters: readonly {
    readonly name: string;
    readonly left?: string | undefined;
    readonly right?: string | undefined;
  }[];
  readonly tools: readonly ToolPair[];
  readonly prompt: readonly MessagePair[];
  readonly answer: readonly MessagePair[];
  /** Undefined where a prompt is not known. */
  readonly prefix?: PromptPrefix | undefined;
}

/** A span of the left run, of the right one, or one of each that belong together. */
export interface SpanPair {
  readonly left?: SpanRow | undefined;
  readonly right?: SpanRow | undefined;
  readonly depth: number;
}

export interface TraceComparison {
  readonly left: TraceRow;
  readonly right: TraceRow;
  readonly pairs: readonly SpanPair[];
  /** A trace has more spans than are compared. */
  readonly isCut: boolean;
}

/** A trace, or a span of it. */
export interface CompareSide {
  readonly traceId: string;
  readonly spanId?: string | undefined;
}

export interface CompareQueries {
  'compare/calls': {
    params: { readonly left: SpanKey; readonly right: SpanKey };
    result: CallComparison | null;
  };
  'compare/traces': {
    params: { readonly left: string; readonly right: string };
    result: TraceComparison | null;
  };
  /**
   * `run`: the last earlier trace of the same service and name, or the span in it that stands where the given one
   * does. `call`: the last earlier call like the given one, of the same run where there is one.
   */
  'compare/previous': {
    params: { readonly what: 'run' | 'call'; readonly side: CompareSide };
    result: CompareSide | null;
  };
}
