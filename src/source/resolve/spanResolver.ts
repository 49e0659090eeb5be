import type { SourceLocation } from '../../model/source.ts';
import type { Analysis, CallSiteIndex } from '../callSiteIndex.ts';
import type { Resolver } from '../callSiteIndexApi.ts';
import { evidenceOf, type Evidence } from '../index/evidence.ts';
import type { Site } from '../index/sites.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import { definitionOf, locationOf, type Placed } from './places.ts';
import { keyOf } from './places.ts';
import { findTool } from './toolPlaces.ts';

import type { MapPath } from './placing.ts';
import { RequestedPlaces } from './requestedPlaces.ts';
/** Spans that stand for a request, or for a library's work that ends in requests. */
const requestKinds = new Set([
  'llm',
  'embedding',
  'retrieval',
  'rerank',
  'agent',
  'workflow',
  'chain',
  'mcp',
]);
/** Finds spans' lines in the static index. */
export class SpanResolver implements Resolver {
  readonly #index: CallSiteIndex;
  readonly #mapPath: MapPath;
  #analysis: Analysis | undefined;
  #evidence = new Map<Site, readonly Evidence[]>();

  /** @param mapPath a path that a program told → the index's key of that file, where it has one */
  constructor(
    index: CallSiteIndex,
    mapPath: MapPath = (file) => (index.has(file) ? { file, how: 'inside' } : undefined),
  ) {
    this.#index = index;
    this.#mapPath = mapPath;
  }

  resolve(span: SpanQuestion, around: readonly SpanQuestion[] = []): SourceLocation | undefined {
    const all = around.some((one) => one.spanId === span.spanId) ? around : [...around, span];
    return this.resolveAll(all).get(keyOf(span));
  }

  resolveAll(spans: readonly SpanQuestion[]): ReadonlyMap<string, SourceLocation> {
    const analysis = this.#index.analysis();
    if (analysis !== this.#analysis) {
      this.#analysis = analysis;
      this.#evidence = new Map();
    }
    const run = new Run(
      spans,
      this.#index,
      analysis,
      (site) => this.#evidenceOf(site, analysis),
      this.#mapPath,
    );
    return run.all();
  }

  #evidenceOf(site: Site, { graph }: Analysis): readonly Evidence[] {
    let known = this.#evidence.get(site);
    if (!known) {
      const { environments } = graph.environmentsOf(site.call.owner);
      known = environments.map((env) => evidenceOf(site, env, graph.evaluator));
      this.#evidence.set(site, known);
    }
    return known;
  }
}

/** One bunch of spans. */
class Run extends RequestedPlaces {
  all(): ReadonlyMap<string, SourceLocation> {
    const found = new Map<string, SourceLocation>();
    for (const span of this.spans) this.#place(span);
    for (const [key, placed] of this.placed) if (placed) found.set(key, placed.location);
    return found;
  }

  /** Parents first; a loop, since a hostile trace nests as deep as it likes. */
  #place(span: SpanQuestion): void {
    const open: SpanQuestion[] = [];
    const onWay = new Set<string>();
    for (
      let one: SpanQuestion | undefined = span;
      one;
      one = this.byKey.get(`${one.traceId}/${one.parentSpanId}`)
    ) {
      const key = keyOf(one);
      if (this.placed.has(key) || onWay.has(key)) break;
      onWay.add(key);
      open.push(one);
    }
    for (const one of open.reverse()) this.placed.set(keyOf(one), this.#find(one));
  }

  #find(span: SpanQuestion): Placed | undefined {
    const told = this.told(span);
    const parent = this.placed.get(`${span.traceId}/${span.parentSpanId}`);
    const isTool = span.kind === 'tool' || (span.kind === 'mcp' && span.toolName !== undefined);
    if (isTool && this.#isToolClient(span)) {
      if (told?.location.resolver === 'captured-frames') return told;
      const call = this.byRequest(span, parent);
      if (call) return call;
    } else if (isTool) {
      const tool = this.#tool(span, parent, told);
      if (tool) return tool;
    }
    if (told && told.location.confidence !== 'likely' && told.location.confidence !== 'possible') return told;
    const found = this.#bySources(span, parent);
    if (!told) return found;
    if (found?.location.confidence === 'certain') return found;
    return told;
  }

  #bySources(span: SpanQuestion, parent: Placed | undefined): Placed | undefined {
    const named = this.byName(span, parent, 'opened');
    if (named) return named;
    if (span.kind === 'llm' || span.kind === 'embedding')
      return this.byRequest(span, parent) ?? this.#inherited(span, parent);
    const decorated = this.byName(span, parent, 'decorated');
    if (decorated) return decorated;
    const asked = requestKinds.has(span.kind) ? this.byRequest(span, parent) : undefined;
    const isAsked = asked !== undefined && asked.location.confidence !== 'possible';
    const isCaller = span.kind !== 'chain' && isAsked;
    const given = isCaller ? undefined : this.byName(span, parent, 'given');
    const isRun = given?.call !== undefined && this.analysis.sites.some(({ call }) => call === given.call);
    if (isCaller) return asked;
    if (given && isRun) return given;
    const inherited =
      (requestKinds.has(span.kind) ? undefined : this.byRoute(span)) ?? this.#inherited(span, parent);
    const isTelling = asked?.isTextual === true || !inherited?.call;
    if (isAsked && isTelling) return asked;
    return inherited ?? asked ?? given;
  }

  #tool(span: SpanQuestion, parent: Placed | undefined, told: Placed | undefined): Placed | undefined {
    const found = findTool(this.analysis.tools, span, new Set(), this.parentOf(span));
    const [fn, ...others] = found?.places ?? [];
    if (!found || !fn) return undefined;
    const place = definitionOf(fn);
    // The frames that were captured lead to the call; the definition is what is wanted.
    const frames = told?.location.resolver === 'captured-frames' ? told.location.frames : undefined;
    const outer = frames ?? (parent ? parent.location.frames : []);
    return {
      location: locationOf(place, found.confidence, 'the tool of that name is defined here', {
        frames: [place, ...outer].slice(0, 8),
        candidates: found.confidence === 'possible' ? [fn, ...others].map(definitionOf) : [],
      }),
      call: undefined,
      env: undefined,
      fn,
      block: { file: fn.file.file, start: fn.start, end: fn.end },
    };
  }

  /** Of the two spans of one MCP call the outer one: it is where our program calls, not where the tool is. */
  #isToolClient(span: SpanQuestion): boolean {
    if (/\b(?:send|client)\b/i.test(span.name) && /mcp/i.test(span.scope + span.name)) return true;
    const children = this.children.get(keyOf(span)) ?? [];
    return children.some(
      (child) =>
        (child.kind === 'tool' || child.kind === 'mcp') &&
        child.toolName === span.toolName &&
        child.scope === span.scope &&
        span.toolName !== undefined,
    );
  }

  /** A library's inner span stands where the library was called. */
  #inherited(span: SpanQuestion, parent: Placed | undefined): Placed | undefined {
    if (!parent || span.kind === 'tool') return undefined;
    // What a request handler's span says of the code around holds for the spans below it, too.
    if (!parent.call && span.kind !== 'llm' && span.kind !== 'embedding')
      return parent.fn ? { ...parent } : undefined;
    if (!parent.call) return undefined;
    const { location } = parent;
    return {
      ...parent,
      location: {
        ...location,
        confidence:
          location.confidence === 'certain' || location.confidence === 'exact'
            ? 'likely'
            : location.confidence,
        reason: 'the span around it was made here',
      },
    };
  }
}
