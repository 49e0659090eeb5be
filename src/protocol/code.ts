import type { Confidence, SourceLocation } from '../model/source.ts';
import type { PartialSum, SpanRow } from './rows.ts';

/** Which calls are summed: those of the newest run of each program, those since the window opened, or all stored ones. */
export type CodeScope = 'lastRun' | 'session' | 'all';
export type CodeSort = 'cost' | 'calls' | 'p95' | 'errors' | 'file';

/** What a line's calls took, each call counted once. */
export interface CallSums {
  /** Spans that stand here: model calls, tool calls, embeddings, retrievals, agents' and workflows' spans. */
  readonly calls: number;
  readonly modelCalls: number;
  readonly errors: number;
  /** How many runs of a program they belong to, for sums per run. */
  readonly runs: number;
  /**
   * Milliseconds; undefined where no call has ended. Of the outermost calls: a model call within an agent's run that
   * stands at the same line is a part of that run's time. Median and p95 are within 1 % where calls are many.
   */
  readonly lastMs: number | undefined;
  readonly medianMs: number | undefined;
  readonly p95Ms: number | undefined;
  readonly inputTokens: PartialSum;
  readonly outputTokens: PartialSum;
  /** Part of the known input tokens that was read from a cache. */
  readonly cacheReadTokens: number;
  /** USD. */
  readonly cost: PartialSum;
  /** USD of the newest call that has or should have a cost; undefined where it is unknown. */
  readonly lastCost: number | undefined;
  readonly flags: readonly {
    readonly id: string;
    readonly severity: 'error' | 'warning' | 'info';
    readonly count: number;
  }[];
  /** When the newest began, microseconds since the epoch. */
  readonly lastMicros: number;
}

/** What a measured place became when its file changed. */
export interface Staleness {
  /** The git revision the newest call ran at, where it is known. */
  readonly revision: string | undefined;
  /** `changed`: the call's own text is another; `gone`: it is found nowhere in the file. */
  readonly state: 'changed' | 'gone';
}

export interface LineAnnotation {
  /** 1-based, in the file as it is on the disk now: moved with its code. */
  readonly line: number;
  readonly endLine: number | undefined;
  readonly column: number | undefined;
  /** The function around it; '' at the top level. */
  readonly function: string;
  /** What was called at this line. */
  readonly self: CallSums | undefined;
  /** What was called through this line: `self` and the calls in the functions it calls. Undefined where equal to `self`. */
  readonly through: CallSums | undefined;
  /** The least sure of its calls. */
  readonly confidence: Confidence;
  readonly stale: Staleness | undefined;
}

export interface FunctionAnnotation {
  readonly name: string;
  /** Line of its definition; undefined where the source could not be read. */
  readonly line: number | undefined;
  readonly sums: CallSums;
}

export interface FileAnnotations {
  /** Absolute path. */
  readonly file: string;
  /** By line. Calls that are `gone` are among them, at the line where they stood last: for lists, not for editors. */
  readonly lines: readonly LineAnnotation[];
  /** What was called in each or through it, each call once. */
  readonly functions: readonly FunctionAnnotation[];
}

export interface FileSums {
  readonly file: string;
  readonly sums: CallSums;
}

/** A call that failed or went wrong, at its line, for the Problems panel. */
export interface CodeProblem {
  readonly file: string;
  readonly line: number;
  readonly endLine: number | undefined;
  readonly column: number | undefined;
  /** Flag id, e.g. `error`, `truncated`, `rate-limited`, `loop`. */
  readonly flag: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** Text with the reason of the newest; from what was received: show as text only. */
  readonly message: string;
  readonly count: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** What the thread behind the code annotations needs to know of the window. */
export interface CodeSettings {
  /** Absolute paths of the workspace's folders; none in an untrusted workspace. */
  readonly folders: readonly string[];
  readonly scope: CodeScope;
  /** Folders of other machines' paths and what they are here, longest first, e.g. `/app` → `/home/dev/project`. */
  readonly pathMappings: readonly { readonly from: string; readonly to: string }[];
  /** Absolute path of a folder of this window's own, for what is remembered; undefined: nothing is stored. */
  readonly storagePath: string | undefined;
  /** Glob-free folder names that are never read, besides the usual (`node_modules`, `.git`, virtual environments). */
  readonly excludedFolders: readonly string[];
}

/** Requests about the calls beside the code; paths are absolute, in the machine's own form. */
export interface CodeRequests {
  'code/configure': { params: CodeSettings; result: null };
  'code/annotations': { params: { file: string }; result: FileAnnotations | null };
  /** Files with calls, and what was called in each. */
  'code/files': { params: { sort: CodeSort }; result: readonly FileSums[] };
  /** The newest calls at a line (or, with `through`, through it). `line` is a line of the file on the disk. */
  'code/calls': {
    params: { file: string; line: number; through: boolean; limit: number };
    result: readonly SpanRow[];
  };
  /** The span's place, with candidates where several lines fit. */
  'code/locate': { params: { traceId: string; spanId: string }; result: SourceLocation | null };
  /** The user says which candidate it is; remembered for all spans that look alike. */
  'code/choose': { params: { traceId: string; spanId: string; file: string; line: number }; result: null };
  'code/problems': { params: Record<string, never>; result: readonly CodeProblem[] };
  /** Files that were saved, made, deleted or renamed in the workspace. */
  'code/filesChanged': {
    params: {
      readonly changed: readonly string[];
      readonly deleted: readonly string[];
      readonly renamed: readonly { readonly from: string; readonly to: string }[];
    };
    result: null;
  };
}

export interface CodeEvents {
  /** Annotations of these files are others now; `all` when too many to name. At most 10 a second. */
  'code/changed': { readonly files: readonly string[]; readonly all: boolean };
}
