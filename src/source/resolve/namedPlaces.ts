import { attributePoints, fitsName, type SpanName } from '../index/spanNames.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import { matchRoute } from '../index/routes.ts';
import { definitionOf, frameOf, locationOf, type Placed } from './places.ts';

import { Placing } from './placing.ts';
const clearMargin = 2;
/** Places found by names: of spans that are opened, functions that are traced, routes that are answered. */
export abstract class NamedPlaces extends Placing {
  protected byName(span: SpanQuestion, parent: Placed | undefined, how: SpanName['how']): Placed | undefined {
    let matches: { name: SpanName; known: number }[] = [];
    for (const name of this.analysis.spanNames) {
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
          this.nearness(name.fn, name.call, parent) +
          attributePoints(this.analysis.graph, name, span.attributes),
      })),
    );
    const [best, second] = places;
    if (!best) return undefined;
    const isAlone = places.length === 1;
    const isClear = isAlone || (second !== undefined && best.points - second.points >= clearMargin);
    if (how === 'decorated') return this.callOf(best.name, isClear, places, parent);
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
  protected callOf(
    { fn, block }: SpanName,
    isClear: boolean,
    places: readonly { readonly name: SpanName }[],
    parent: Placed | undefined,
  ): Placed {
    const callers = this.analysis.graph.callersOf(fn).filter(({ call }) => call.owner !== fn);
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

  /** A request that came in: the function that answers it, for what it makes in turn. */
  protected byRoute(span: SpanQuestion): Placed | undefined {
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
    const routes = matchRoute(this.analysis.routes, method, path);
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
