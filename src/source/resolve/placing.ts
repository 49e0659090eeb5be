import type { SourceFrame, SourceLocation } from '../../model/source.ts';
import type { Analysis, CallSiteIndex } from '../callSiteIndex.ts';
import { type Evidence } from '../index/evidence.ts';
import type { Site } from '../index/sites.ts';
import type { CallExpr, FunctionNode } from '../syntax/ast.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import { type Placed } from './places.ts';
import { keyOf } from './places.ts';
import type { MappedPath } from '../pathMap.ts';

/** A path that a program told as a file of the index. */
export type MapPath = (path: string) => MappedPath | undefined;

/** A bunch of spans that are placed together, and what is known of them so far. */
export abstract class Placing {
  protected readonly spans: readonly SpanQuestion[];
  protected readonly index: CallSiteIndex;
  protected readonly byKey = new Map<string, SpanQuestion>();
  protected readonly children = new Map<string, SpanQuestion[]>();
  protected readonly placed = new Map<string, Placed | undefined>();
  protected readonly analysis: Analysis;
  protected readonly evidenceOf: (site: Site) => readonly Evidence[];
  protected readonly mapPath: MapPath;

  constructor(
    spans: readonly SpanQuestion[],
    index: CallSiteIndex,
    analysis: Analysis,
    evidenceOf: (site: Site) => readonly Evidence[],
    mapPath: MapPath,
  ) {
    this.spans = spans;
    this.index = index;
    this.analysis = analysis;
    this.evidenceOf = evidenceOf;
    this.mapPath = mapPath;
    for (const span of spans) {
      this.byKey.set(keyOf(span), span);
      const parent = `${span.traceId}/${span.parentSpanId}`;
      const siblings = this.children.get(parent);
      if (siblings) siblings.push(span);
      else this.children.set(parent, [span]);
    }
  }

  protected parentOf(span: SpanQuestion): SpanQuestion | undefined {
    return this.byKey.get(`${span.traceId}/${span.parentSpanId}`);
  }

  /** How well a place fits to where the parent is. */
  protected nearness(fn: FunctionNode, call: CallExpr | undefined, parent: Placed | undefined): number {
    if (!parent) return 0;
    const { block } = parent;
    if (
      block &&
      call &&
      call.owner.file.file === block.file &&
      call.start >= block.start &&
      call.end <= block.end
    )
      return 4;
    if (parent.fn && this.reaches(parent.fn, fn)) return 3;
    return -1;
  }

  /** Whether a function may come to run another, within a few calls. */
  protected reaches(from: FunctionNode, to: FunctionNode): boolean {
    let level: FunctionNode[] = [to];
    const seen = new Set<FunctionNode>(level);
    for (let depth = 0; depth < 5 && level.length > 0; depth++) {
      if (seen.has(from)) return true;
      const next: FunctionNode[] = [];
      for (const fn of level) {
        for (const { call } of this.analysis.graph.callersOf(fn)) {
          if (seen.has(call.owner)) continue;
          seen.add(call.owner);
          next.push(call.owner);
        }
      }
      level = next;
    }
    return seen.has(from);
  }

  /** What the span itself told, in the workspace's paths. */
  protected told(span: SpanQuestion): Placed | undefined {
    if (!span.told) return undefined;
    const location: SourceLocation = {
      ...span.told,
      ...this.here(span.told),
      frames: span.told.frames.map((frame) => this.here(frame)),
      candidates: span.told.candidates.map((frame) => this.here(frame)),
      confidence: this.trust(span.told),
    };
    return { location, call: undefined, env: undefined, fn: undefined, block: undefined };
  }

  /** A told frame as one of a file here; of a generated file's line the source's. */
  protected here(frame: SourceFrame): SourceFrame {
    const { file, line, column, function: name, endLine } = frame;
    const mapped = this.mapPath(file);
    const original = mapped && this.index.original(mapped.file, line, column);
    if (original) return { ...original, function: name };
    return { file: mapped?.file ?? file, line, column, function: name, endLine };
  }

  /** A path that only ends like one of ours may be another program's: the function's name must agree, too. */
  protected trust(told: SourceLocation): SourceLocation['confidence'] {
    if (told.confidence !== 'exact' && told.confidence !== 'certain') return told.confidence;
    const mapped = this.mapPath(told.file);
    if (mapped?.how !== 'suffix' && mapped?.how !== 'part') return told.confidence;
    const { file, line, function: name } = this.here(told);
    const around = this.index.functionAt(file, line);
    const own = name?.slice(name.lastIndexOf('.') + 1).replace(/^<module>$/, '');
    const agrees = around !== undefined && own !== undefined && (own === around || own.startsWith('<'));
    return agrees && mapped.how === 'suffix' ? told.confidence : 'likely';
  }
}
