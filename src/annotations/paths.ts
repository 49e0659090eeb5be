import type { Confidence } from '../model/source.ts';

/** A list of sites, nearest first, each once. */
export type SiteList = readonly number[];

/** Where a span says that it stands: sites by number, innermost first, as far as a stack was seen. */
export interface OwnPlace {
  readonly id: number;
  readonly sites: SiteList;
  readonly confidence: Confidence;
}

/** How a call was reached: what its time, tokens and cost are added to. */
export interface CallPath {
  readonly id: number;
  readonly own: OwnPlace;
  /** The line where it stands; undefined when that is unknown. */
  readonly self: number | undefined;
  /** Lines it was called through, `self` first. */
  readonly through: SiteList;
  /** Lines that calls around it (its ancestors in the span tree) stand at or went through: it is a part of those. */
  readonly within: SiteList;
  /** What its children are reached through. */
  readonly reach: SiteList;
  readonly callReach: SiteList;
}

/** More lines than this are no longer told apart: the farthest are left out. */
const mostSites = 64;
/** Beyond, spans are added to no line: such many ways to a call are nobody's program. */
const mostPaths = 200_000;

export const noPlace: OwnPlace = { id: 0, sites: [], confidence: 'possible' };

/** Every way on which a call was reached, once. */
export class Paths {
  readonly #own = new Map<string, OwnPlace>();
  readonly #paths: CallPath[] = [];
  readonly #byKey = new Map<string, CallPath>();
  readonly #byWay = new Map<number, CallPath>();
  readonly #lists = new Map<string, { readonly id: number; readonly sites: SiteList }>();
  readonly #ofSite = new Map<number, number[]>();

  constructor() {
    this.of(noPlace, false, undefined);
  }

  get count(): number {
    return this.#paths.length;
  }

  at(id: number): CallPath {
    return (this.#paths[id] ?? this.#paths[0]) as CallPath;
  }

  /** Paths that lead through a site, by number. */
  ofSite(site: number): readonly number[] {
    return this.#ofSite.get(site) ?? [];
  }

  /** `sites`: innermost first; recursion may name one more than once. */
  own(sites: SiteList, confidence: Confidence): OwnPlace {
    const unique = [...new Set(sites)].slice(0, mostSites);
    if (unique.length === 0) return noPlace;
    const key = `${confidence} ${unique.join()}`;
    let place = this.#own.get(key);
    if (!place) {
      if (this.#own.size >= mostPaths) return noPlace;
      place = { id: this.#own.size + 1, sites: unique, confidence };
      this.#own.set(key, place);
    }
    return place;
  }

  /**
   * The path of a span: through the frames that it saw, else through its ancestors. `isCall`: it is a call itself;
   * other spans lead to lines, too, but nothing is a part of them.
   */
  of(own: OwnPlace, isCall: boolean, parent: CallPath | undefined): CallPath {
    // Nearly all spans come on a way that others came on: own places and paths fit into 18 bits each.
    const way = (own.id * 2 + (isCall ? 1 : 0)) * 2 ** 18 + (parent?.id ?? 0);
    let path = this.#byWay.get(way);
    if (path) return path;
    path = this.#find(own, isCall, parent);
    if (this.#byWay.size >= mostPaths) this.#byWay.clear();
    this.#byWay.set(way, path);
    return path;
  }

  #find(own: OwnPlace, isCall: boolean, parent: CallPath | undefined): CallPath {
    const outer = this.#list(parent?.reach ?? []);
    const within = this.#list(parent?.callReach ?? []);
    const key = `${own.id} ${isCall ? 1 : 0} ${outer.id} ${within.id}`;
    const known = this.#byKey.get(key);
    if (known) return known;
    if (this.#paths.length >= mostPaths) return this.at(0);
    const reach = this.#list(joined(own.sites, outer.sites)).sites;
    const path: CallPath = {
      id: this.#paths.length,
      own,
      self: own.sites[0],
      through: own.sites.length > 1 ? own.sites : reach,
      within: within.sites,
      reach,
      callReach: isCall ? this.#list(joined(own.sites, within.sites)).sites : within.sites,
    };
    this.#paths.push(path);
    this.#byKey.set(key, path);
    for (const site of path.through) {
      const list = this.#ofSite.get(site);
      if (list) list.push(path.id);
      else this.#ofSite.set(site, [path.id]);
    }
    return path;
  }

  #list(sites: SiteList): { readonly id: number; readonly sites: SiteList } {
    const key = sites.join();
    let list = this.#lists.get(key);
    if (!list) this.#lists.set(key, (list = { id: this.#lists.size, sites }));
    return list;
  }
}

function joined(near: SiteList, far: SiteList): SiteList {
  return [...new Set([...near, ...far])].slice(0, mostSites);
}
