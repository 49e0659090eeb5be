import { type Evidence } from '../index/evidence.ts';
import type { Site } from '../index/sites.ts';
import type { Environment } from '../index/values.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import { frameOf, framesOf, locationOf, type Placed } from './places.ts';
import { isWithin } from './places.ts';
import { ask, score, type Asked, type Score } from './score.ts';
import { prepare } from './textMatch.ts';

import { NamedPlaces } from './namedPlaces.ts';
/** Of others what the span stands for is too loose to be sure of a line. */
const sureKinds = new Set(['llm', 'embedding', 'agent']);
/** A place is `likely` when it beats the next one by so much, and reaches so much. */
const margins = { clear: 2, enough: 3, known: 20 } as const;

interface Ranked {
  readonly site: Site;
  readonly evidence: Evidence;
  readonly score: Score;
}

/** Places found by what a request looks like. */
export abstract class RequestedPlaces extends NamedPlaces {
  protected byRequest(span: SpanQuestion, parent: Placed | undefined): Placed | undefined {
    const asked = ask(span, prepare(span.prompts));
    const ranked: Ranked[] = [];
    const guesses: Ranked[] = [];
    for (const site of this.analysis.sites) {
      const best = this.bestWay(site, asked, parent);
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

  protected bestWay(site: Site, asked: Asked, parent: Placed | undefined): Ranked | undefined {
    let best: Ranked | undefined;
    for (const evidence of this.evidenceOf(site)) {
      const fit = score(asked, evidence);
      if (fit.points <= -50) return undefined;
      const points =
        fit.points +
        this.contextPoints(site, evidence.env, parent) -
        (isOwnCall(asked) && this.delegates(evidence) ? 5 : 0);
      if (!best || points > best.score.points) best = { site, evidence, score: { ...fit, points } };
    }
    return best;
  }

  /** Whether the called object runs functions of ours that make requests themselves: a graph, a chain with code. */
  protected delegates({ functions, site }: Evidence): boolean {
    if (functions.length === 0) return false;
    return this.analysis.sites.some(
      (other) =>
        other !== site &&
        functions.some((fn) => fn === other.call.owner || this.reaches(fn, other.call.owner)),
    );
  }

  /** What the parent's place says for a site, reached on one way. */
  protected contextPoints(site: Site, env: Environment, parent: Placed | undefined): number {
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
