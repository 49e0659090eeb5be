import type { CallRecord, CallTable } from '../../annotations/callTable.ts';
import type { OwnPlace } from '../../annotations/paths.ts';
import type { Sites, ToldPlace } from '../../annotations/sites.ts';
import type { Flag } from '../../model/flag.ts';
import type { SourceFrame, SourceLocation } from '../../model/source.ts';
import type { SpanKind } from '../../model/span.ts';
import { isModelClass, isPricedClass } from '../../store/queries/code.ts';
import type { CodeSpan } from '../../store/queries/code.ts';
import type { MappedPath } from '../../source/pathMap.ts';
import type { Resources } from './resources.ts';
import { keyOfPath } from './workspacePaths.ts';

/** Kinds that are a call at their line. Others are when they carry usage that no other span does. */
const callKinds: ReadonlySet<SpanKind> = new Set<SpanKind>([
  'llm',
  'embedding',
  'retrieval',
  'rerank',
  'tool',
  'mcp',
  'agent',
  'workflow',
  'guardrail',
  'evaluator',
]);
/** Kinds that repeat the usage of calls within them, and yet are calls of their own. */
const wholes: ReadonlySet<SpanKind> = new Set<SpanKind>(['agent', 'workflow']);
const remembered = 5_000;
const mostFrames = 16;

type Flags = readonly Pick<Flag, 'id' | 'severity'>[];

/** Makes of a stored span what the annotations add up: its run, its place, what counts. */
export class CallRecords {
  readonly #table: CallTable;
  readonly #sites: Sites;
  readonly #resources: Resources;
  /** The source index's file of a path that a program told. */
  readonly #mapFile: (file: string) => MappedPath | undefined;
  readonly #keepsPlaces: () => boolean;
  readonly #flags = new Map<string, Flags>();
  readonly #locations = new Map<string, SourceLocation | undefined>();

  constructor(parts: {
    readonly table: CallTable;
    readonly sites: Sites;
    readonly resources: Resources;
    readonly mapFile: (file: string) => MappedPath | undefined;
    /** Whether places are looked for that spans do not tell for sure. */
    readonly keepsPlaces: () => boolean;
  }) {
    this.#table = parts.table;
    this.#sites = parts.sites;
    this.#resources = parts.resources;
    this.#mapFile = parts.mapFile;
    this.#keepsPlaces = parts.keepsPlaces;
  }

  /** `found`: the place that the sources gave, in files as they are now; else what the span told counts. */
  of(span: CodeSpan, found: SourceLocation | undefined): CallRecord {
    const { startMicros, durationNanos } = span;
    const end = startMicros + (durationNanos ?? 0) / 1000;
    const run = this.#table.runs.of(this.#resources.processOf(span), startMicros, end);
    const isModel = isModelClass(span.callClass);
    const counts = span.callClass !== 0;
    return {
      trace: span.t,
      spanId: span.spanId,
      parentId: span.parentId,
      startMicros,
      durationMs: durationNanos === undefined ? undefined : durationNanos / 1e6,
      isCall: isCall(span),
      isModel,
      isPriced: isPricedClass(span.callClass),
      failed: span.failed,
      input: isModel ? finite(span.input) : undefined,
      output: isModel ? finite(span.output) : undefined,
      cacheRead: isModel ? finite(span.cacheRead) : undefined,
      cost: counts ? finite(span.cost) : undefined,
      flags: this.#flagsOf(span.flags),
      run,
      place: found ? this.#place(found, undefined) : this.#toldPlace(span, run),
    };
  }

  /** What the span told of its place. */
  toldBy(span: Pick<CodeSpan, 'source'>): SourceLocation | undefined {
    const text = span.source;
    if (text === undefined) return undefined;
    if (this.#locations.has(text)) return this.#locations.get(text);
    if (this.#locations.size >= remembered) this.#locations.clear();
    const location = parse(text) as SourceLocation | undefined;
    this.#locations.set(text, location);
    return location;
  }

  #toldPlace(span: CodeSpan, run: number): OwnPlace | undefined {
    const told = this.toldBy(span);
    const before = this.#table.placeOf(span.t, span.spanId);
    // A place that the sources or the user gave stays until they give another.
    if (!told || (before && before.sites.length > 0 && !isSure(told) && this.#keepsPlaces())) return before;
    // The program read its files when it began; where its beginning is not known, before it made the span.
    const began = this.#table.runs.isProcess(run) ? this.#table.runs.firstOf(run) : undefined;
    return this.#place(told, Math.min(began ?? span.startMicros, span.startMicros));
  }

  #place(location: SourceLocation, micros: number | undefined): OwnPlace | undefined {
    const frames: SourceFrame[] = [location];
    for (const frame of location.frames) {
      const isSame = frame.file === location.file && frame.line === location.line;
      if (!(isSame && frames.length === 1)) frames.push(frame);
      if (frames.length === mostFrames) break;
    }
    const sites = frames.flatMap((frame) => this.#sites.of(this.told(frame), micros) ?? []);
    if (sites.length === 0) return undefined;
    // A file that only some folders' names speak for is not sure, whatever the line is.
    const isDoubtful = isSure(location) && this.#mapFile(location.file)?.how === 'part';
    return this.#table.paths.own(sites, isDoubtful ? 'likely' : location.confidence);
  }

  /** A place as told, in the workspace's file where it is one of its files. */
  told({ file, line, column, endLine, function: name }: SourceFrame): ToldPlace {
    return {
      file: this.#mapFile(file)?.file ?? keyOfPath(file),
      line,
      ...(column === undefined ? {} : { column }),
      ...(endLine === undefined ? {} : { endLine }),
      ...(name === undefined ? {} : { function: name }),
    };
  }

  #flagsOf(text: string | undefined): Flags {
    if (text === undefined) return [];
    let flags = this.#flags.get(text);
    if (flags) return flags;
    flags = (parse(text) as Flags | undefined) ?? [];
    if (this.#flags.size >= remembered) this.#flags.clear();
    this.#flags.set(
      text,
      flags.map(({ id, severity }) => ({ id, severity })),
    );
    return flags;
  }
}

/** What the program said, or what only one line can have made, is not looked for any more. */
export function isSure(place: Pick<SourceLocation, 'confidence'> | undefined): boolean {
  return place?.confidence === 'exact' || place?.confidence === 'certain';
}

/** A span that repeats another one's call is not one more call; an agent's run that sums up its calls is. */
function isCall({ kind, callClass, counted, repeats }: CodeSpan): boolean {
  if (repeats && !counted && !wholes.has(kind)) return false;
  return callKinds.has(kind) || isPricedClass(callClass);
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
