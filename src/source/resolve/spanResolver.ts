import type { SourceFrame, SourceLocation } from '../../model/source.ts';
import type { Analysis, CallSiteIndex } from '../callSiteIndex.ts';
import type { Resolver } from '../callSiteIndexApi.ts';
import { evidenceOf, type Evidence } from '../index/evidence.ts';
import { attributePoints, fitsName, type SpanName } from '../index/spanNames.ts';
import type { Site } from '../index/sites.ts';
import type { CallExpr, FunctionNode } from '../syntax/ast.ts';
import type { Environment } from '../index/values.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import { matchRoute } from '../index/routes.ts';
import { definitionOf, frameOf, framesOf, locationOf, type Placed } from './places.ts';
import { ask, score, type Asked, type Score } from './score.ts';
import type { MappedPath } from '../pathMap.ts';
import { prepare } from './textMatch.ts';
import { findTool } from './toolPlaces.ts';

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
/** Of others what the span stands for is too loose to be sure of a line. */
const sureKinds = new Set(['llm', 'embedding', 'agent']);
/** A place is `likely` when it beats the next one by so much, and reaches so much. */
const margins = { clear: 2, enough: 3, known: 20 } as const;

interface Ranked {
  readonly site: Site;
  readonly evidence: Evidence;
  readonly score: Score;
}

/** A path that a program told as a file of the index. */
export type MapPath = (path: string) => MappedPath | undefined;

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
class Run {
  readonly #spans: readonly SpanQuestion[];
  readonly #index: CallSiteIndex;
  readonly #byKey = new Map<string, SpanQuestion>();
  readonly #children = new Map<string, SpanQuestion[]>();
  readonly #placed = new Map<string, Placed | undefined>();
  readonly #analysis: Analysis;
  readonly #evidenceOf: (site: Site) => readonly Evidence[];
  readonly #mapPath: MapPath;

  constructor(
    spans: readonly SpanQuestion[],
    index: CallSiteIndex,
    analysis: Analysis,
    evidenceOf: (site: Site) => readonly Evidence[],
    mapPath: MapPath,
  ) {
    this.#spans = spans;
    this.#index = index;
    this.#analysis = analysis;
    this.#evidenceOf = evidenceOf;
    this.#mapPath = mapPath;
    for (const span of spans) {
      this.#byKey.set(keyOf(span), span);
      const parent = `${span.traceId}/${span.parentSpanId}`;
      const siblings = this.#children.get(parent);
      if (siblings) siblings.push(span);
      else this.#children.set(parent, [span]);
    }
  }

  all(): ReadonlyMap<string, SourceLocation> {
    const found = new Map<string, SourceLocation>();
    for (const span of this.#spans) this.#place(span);
    for (const [key, placed] of this.#placed) if (placed) found.set(key, placed.location);
    return found;
  }

  /** Parents first; a loop, since a hostile trace nests as deep as it likes. */
  #place(span: SpanQuestion): void {
    const open: SpanQuestion[] = [];
    const onWay = new Set<string>();
    for (
      let one: SpanQuestion | undefined = span;
      one;
      one = this.#byKey.get(`${one.traceId}/${one.parentSpanId}`)
    ) {
      const key = keyOf(one);
      if (this.#placed.has(key) || onWay.has(key)) break;
      onWay.add(key);
      open.push(one);
    }
    for (const one of open.reverse()) this.#placed.set(keyOf(one), this.#find(one));
  }

  #find(span: SpanQuestion): Placed | undefined {
    const told = this.#told(span);
    const parent = this.#placed.get(`${span.traceId}/${span.parentSpanId}`);
    const isTool = span.kind === 'tool' || (span.kind === 'mcp' && span.toolName !== undefined);
    if (isTool && this.#isToolClient(span)) {
      if (told?.location.resolver === 'captured-frames') return told;
      const call = this.#byRequest(span, parent);
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
    const named = this.#byName(span, parent, 'opened');
    if (named) return named;
    if (span.kind === 'llm' || span.kind === 'embedding')
      return this.#byRequest(span, parent) ?? this.#inherited(span, parent);
    const decorated = this.#byName(span, parent, 'decorated');
    if (decorated) return decorated;
    const asked = requestKinds.has(span.kind) ? this.#byRequest(span, parent) : undefined;
    const isAsked = asked !== undefined && asked.location.confidence !== 'possible';
    const isCaller = span.kind !== 'chain' && isAsked;
    const given = isCaller ? undefined : this.#byName(span, parent, 'given');
    const isRun = given?.call !== undefined && this.#analysis.sites.some(({ call }) => call === given.call);
    if (isCaller) return asked;
    if (given && isRun) return given;
    const inherited =
      (requestKinds.has(span.kind) ? undefined : this.#byRoute(span)) ?? this.#inherited(span, parent);
    const isTelling = asked?.isTextual === true || !inherited?.call;
    if (isAsked && isTelling) return asked;
    return inherited ?? asked ?? given;
  }

  /** A request that came in: the function that answers it, for what it makes in turn. */
  #byRoute(span: SpanQuestion): Placed | undefined {
    const named =
      /^(?:(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+|request handler - |middleware - )(\/\S*)/.exec(
        span.name,
      );
    const { attributes } = span;
    const path =
      attributes.get('http.route') ??
      named?.[2] ??
      attributes.get('url.path') ??
      attributes.get('http.target');
    if (path === undefined) return undefined;
    const method = named?.[1] ?? attributes.get('http.request.method') ?? attributes.get('http.method');
    const routes = matchRoute(this.#analysis.routes, method, path);
    const fns = [...new Set(routes.map(({ fn }) => fn))];
    const [fn] = fns;
    if (!fn) return undefined;
    const place = definitionOf(fn);
    const isAlone = fns.length === 1;
    return {
      location: locationOf(
        place,
        isAlone ? 'likely' : 'possible',
        'requests to that path are answered here',
        {
          candidates: isAlone ? [] : fns.map(definitionOf),
        },
      ),
      call: undefined,
      env: undefined,
      fn: isAlone ? fn : undefined,
      block: isAlone ? { file: fn.file.file, start: fn.start, end: fn.end } : undefined,
    };
  }

  /** What the span itself told, in the workspace's paths. */
  #told(span: SpanQuestion): Placed | undefined {
    if (!span.told) return undefined;
    const location: SourceLocation = {
      ...span.told,
      ...this.#here(span.told),
      frames: span.told.frames.map((frame) => this.#here(frame)),
      candidates: span.told.candidates.map((frame) => this.#here(frame)),
      confidence: this.#trust(span.told),
    };
    return { location, call: undefined, env: undefined, fn: undefined, block: undefined };
  }

  /** A told frame as one of a file here; of a generated file's line the source's. */
  #here(frame: SourceFrame): SourceFrame {
    const { file, line, column, function: name, endLine } = frame;
    const mapped = this.#mapPath(file);
    const original = mapped && this.#index.original(mapped.file, line, column);
    if (original) return { ...original, function: name };
    return { file: mapped?.file ?? file, line, column, function: name, endLine };
  }

  /** A path that only ends like one of ours may be another program's: the function's name must agree, too. */
  #trust(told: SourceLocation): SourceLocation['confidence'] {
    if (told.confidence !== 'exact' && told.confidence !== 'certain') return told.confidence;
    const mapped = this.#mapPath(told.file);
    if (mapped?.how !== 'suffix' && mapped?.how !== 'part') return told.confidence;
    const { file, line, function: name } = this.#here(told);
    const around = this.#index.functionAt(file, line);
    const own = name?.slice(name.lastIndexOf('.') + 1).replace(/^<module>$/, '');
    const agrees = around !== undefined && own !== undefined && (own === around || own.startsWith('<'));
    return agrees && mapped.how === 'suffix' ? told.confidence : 'likely';
  }

  #tool(span: SpanQuestion, parent: Placed | undefined, told: Placed | undefined): Placed | undefined {
    const found = findTool(this.#analysis.tools, span, new Set(), this.#parentOf(span));
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

  #parentOf(span: SpanQuestion): SpanQuestion | undefined {
    return this.#byKey.get(`${span.traceId}/${span.parentSpanId}`);
  }

  /** Of the two spans of one MCP call the outer one: it is where our program calls, not where the tool is. */
  #isToolClient(span: SpanQuestion): boolean {
    if (/\b(?:send|client)\b/i.test(span.name) && /mcp/i.test(span.scope + span.name)) return true;
    const children = this.#children.get(keyOf(span)) ?? [];
    return children.some(
      (child) =>
        (child.kind === 'tool' || child.kind === 'mcp') &&
        child.toolName === span.toolName &&
        child.scope === span.scope &&
        span.toolName !== undefined,
    );
  }

  #byName(span: SpanQuestion, parent: Placed | undefined, how: SpanName['how']): Placed | undefined {
    let matches: { name: SpanName; known: number }[] = [];
    for (const name of this.#analysis.spanNames) {
      if (name.how !== how) continue;
      const known = fitsName(name.parts, span.name);
      if (known !== undefined && known >= 2) matches.push({ name, known });
    }
    if (matches.length === 0) return undefined;
    const most = Math.max(...matches.map(({ known }) => known));
    matches = matches.filter(({ known }) => known === most);
    const places = distinct(
      matches.map(({ name }) => ({
        name,
        points:
          this.#nearness(name.fn, name.call, parent) +
          attributePoints(this.#analysis.graph, name, span.attributes),
      })),
    );
    const [best, second] = places;
    if (!best) return undefined;
    const isAlone = places.length === 1;
    const isClear = isAlone || (second !== undefined && best.points - second.points >= margins.clear);
    if (how === 'decorated') return this.#callOf(best.name, isClear, places, parent);
    const call = best.name.call;
    const place = call ? frameOf(call) : definitionOf(best.name.fn);
    const isWhole = best.name.parts.length === 1;
    const confidence = how === 'opened' && isAlone && isWhole ? 'certain' : isClear ? 'likely' : 'possible';
    const reason = {
      opened: 'a span of that name is opened here',
      decorated: 'the function is traced under that name',
      given: 'that name is given here',
    }[how];
    return {
      location: locationOf(place, confidence, reason, {
        frames: [place, ...(parent?.location.frames ?? [])].slice(0, 8),
        candidates: isClear
          ? []
          : places.map(({ name }) => (name.call ? frameOf(name.call) : definitionOf(name.fn))),
      }),
      call,
      env: undefined,
      fn: best.name.fn,
      block: best.name.block,
    };
  }

  /** A traced function's span: it was made where the function was called, if that can be told, else it is the function. */
  #callOf(
    { fn, block }: SpanName,
    isClear: boolean,
    places: readonly { readonly name: SpanName }[],
    parent: Placed | undefined,
  ): Placed {
    const callers = this.#analysis.graph.callersOf(fn).filter(({ call }) => call.owner !== fn);
    const near = callers.filter(({ call }) => call.owner === parent?.fn);
    const [caller, ...others] = near.length > 0 ? near : callers;
    const definition = definitionOf(fn);
    const definitions = isClear ? [definition] : places.map(({ name }) => definitionOf(name.fn));
    const isCaller = isClear && caller !== undefined && others.length === 0 && caller.isCall;
    const place = isCaller ? frameOf(caller.call) : definition;
    const reason = isCaller ? 'the traced function is called here' : 'the function is traced under that name';
    return {
      location: locationOf(
        place,
        isClear && (isCaller || callers.length === 0) ? 'likely' : 'possible',
        reason,
        {
          frames: [place, ...(parent?.location.frames ?? [])].slice(0, 8),
          candidates: [...definitions, ...callers.map(({ call }) => frameOf(call))],
        },
      ),
      call: undefined,
      env: undefined,
      fn,
      block,
    };
  }

  /** How well a place fits to where the parent is. */
  #nearness(fn: FunctionNode, call: CallExpr | undefined, parent: Placed | undefined): number {
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
    if (parent.fn && this.#reaches(parent.fn, fn)) return 3;
    return -1;
  }

  /** Whether a function may come to run another, within a few calls. */
  #reaches(from: FunctionNode, to: FunctionNode): boolean {
    let level: FunctionNode[] = [to];
    const seen = new Set<FunctionNode>(level);
    for (let depth = 0; depth < 5 && level.length > 0; depth++) {
      if (seen.has(from)) return true;
      const next: FunctionNode[] = [];
      for (const fn of level) {
        for (const { call } of this.#analysis.graph.callersOf(fn)) {
          if (seen.has(call.owner)) continue;
          seen.add(call.owner);
          next.push(call.owner);
        }
      }
      level = next;
    }
    return seen.has(from);
  }

  #byRequest(span: SpanQuestion, parent: Placed | undefined): Placed | undefined {
    const asked = ask(span, prepare(span.prompts));
    const ranked: Ranked[] = [];
    const guesses: Ranked[] = [];
    for (const site of this.#analysis.sites) {
      const best = this.#bestWay(site, asked, parent);
      if (!best) continue;
      // A call on something unknown is one only if what is asked stands there.
      const isGuess = !site.isSure && site.family === undefined;
      if (isGuess) guesses.push(best);
      if (!isGuess || best.score.matchedText >= 8) ranked.push(best);
    }
    ranked.sort((a, b) => b.score.points - a.score.points);
    const places = distinctSites(ranked);
    const [best, second] = places;
    if (!best || best.score.points < 1) return undefined;
    const margin = second ? best.score.points - second.score.points : Infinity;
    const isSole = [...places, ...guesses].every((one) => one === best || one.score.isContradicted);
    const isSure =
      sureKinds.has(span.kind) &&
      asked.family !== undefined &&
      isSole &&
      !best.score.isContradicted &&
      best.score.matchedText >= margins.known &&
      best.site.isSure;
    const confidence = isSure
      ? 'certain'
      : margin >= margins.clear && best.score.points >= margins.enough && !best.score.isContradicted
        ? 'likely'
        : 'possible';
    const place = frameOf(best.site.call);
    const close = places.filter(
      (one) =>
        one === best ||
        (best.score.points - one.score.points < margins.clear + 2 &&
          (!one.score.isContradicted || best.score.isContradicted)),
    );
    return {
      location: locationOf(place, confidence, reasonOf(best.score, isSole), {
        frames: framesOf(best.site.call, best.evidence.env),
        candidates: confidence === 'possible' ? close.map(({ site }) => frameOf(site.call)) : [],
      }),
      isTextual: best.score.matchedText >= margins.known,
      call: best.site.call,
      env: best.evidence.env,
      fn: best.site.call.owner,
      block: undefined,
    };
  }

  #bestWay(site: Site, asked: Asked, parent: Placed | undefined): Ranked | undefined {
    let best: Ranked | undefined;
    for (const evidence of this.#evidenceOf(site)) {
      const fit = score(asked, evidence);
      if (fit.points <= -50) return undefined;
      const points =
        fit.points +
        this.#contextPoints(site, evidence.env, parent) -
        (isOwnCall(asked) && this.#delegates(evidence) ? 5 : 0);
      if (!best || points > best.score.points) best = { site, evidence, score: { ...fit, points } };
    }
    return best;
  }

  /** Whether the called object runs functions of ours that make requests themselves: a graph, a chain with code. */
  #delegates({ functions, site }: Evidence): boolean {
    if (functions.length === 0) return false;
    return this.#analysis.sites.some(
      (other) =>
        other !== site &&
        functions.some((fn) => fn === other.call.owner || this.#reaches(fn, other.call.owner)),
    );
  }

  /** What the parent's place says for a site, reached on one way. */
  #contextPoints(site: Site, env: Environment, parent: Placed | undefined): number {
    if (!parent) return 0;
    if (parent.call === site.call) return 4;
    const { block, fn } = parent;
    if (block && parent.location.resolver === 'static-index') {
      if (isWithin(site.call, block)) return 4;
      for (let one: Environment | undefined = env; one?.via; one = one.caller)
        if (isWithin(one.via, block)) return 3.5;
    }
    if (!fn) return 0;
    for (let one: Environment | undefined = env; one; one = one.caller)
      if (one.fn === fn && one !== env) return 2;
    return block ? -2 : -0.5;
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

function isWithin(call: CallExpr, block: NonNullable<Placed['block']>): boolean {
  return call.owner.file.file === block.file && call.start >= block.start && call.end <= block.end;
}

function isOwnCall({ span }: Asked): boolean {
  return span.kind === 'llm' || span.kind === 'embedding';
}

function reasonOf({ reasons }: Score, isSole: boolean): string {
  const why = reasons.length > 0 ? reasons.join(', ') : 'the call fits best';
  return isSole ? `${why}; no other call fits` : why;
}

/** Several sites on one line are one place; the best of them stands for it. */
function distinctSites(ranked: readonly Ranked[]): Ranked[] {
  const seen = new Set<string>();
  return ranked.filter(({ site }) => {
    const { file, line } = frameOf(site.call);
    const key = `${line}:${file}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function distinct(
  places: readonly { name: SpanName; points: number }[],
): { name: SpanName; points: number }[] {
  const best = new Map<string, { name: SpanName; points: number }>();
  for (const one of places) {
    const { file, line } = one.name.call ? frameOf(one.name.call) : definitionOf(one.name.fn);
    const key = `${line}:${file}`;
    const known = best.get(key);
    if (!known || known.points < one.points) best.set(key, one);
  }
  return [...best.values()].sort((a, b) => b.points - a.points);
}

export function keyOf(span: Pick<SpanQuestion, 'traceId' | 'spanId'>): string {
  return `${span.traceId}/${span.spanId}`;
}
