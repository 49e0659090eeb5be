import type { Anchor } from '../source/callSite.ts';
import type { SourceIndex } from '../source/callSiteIndexApi.ts';

/** What of the source index is asked. */
export type SiteSources = Pick<SourceIndex, 'has' | 'anchor' | 'findAnchor' | 'functionsOf'> & {
  /** When the file was written last, microseconds since the epoch; undefined when there is none. Asked once a file. */
  modifiedMicros(file: string): number | undefined;
};

/** A place as a span tells it, in a workspace file (the source index's key) or elsewhere. */
export interface ToldPlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number | undefined;
  readonly endLine?: number | undefined;
  readonly function?: string | undefined;
}

/** A measured line: where it stood when it was told, and where that code is now. Plain data, to be stored. */
export interface Site {
  readonly told: ToldPlace;
  /** Spans of this time tell of this place: the file was not changed in between. Microseconds. */
  readonly from: number;
  until: number;
  /** Where the code is now. */
  file: string;
  line: number;
  endLine: number | undefined;
  anchor: Anchor | undefined;
  /** Lines from the beginning of its function, where no call stands there that could be found again. */
  offset: { readonly function: string; readonly lines: number } | undefined;
  state: 'same' | 'changed' | 'gone';
}

export interface SiteMemory {
  readonly sites: readonly Site[];
  readonly versions: readonly (readonly [file: string, sinceMicros: number])[];
  readonly renames: readonly Rename[];
}

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly micros: number;
}

/** Bounds of memory and of what is stored. */
const mostSites = 50_000;
const mostStored = 10_000;
const mostRenames = 500;

/**
 * The measured lines of the workspace's files. The same line number means another line after an edit, so a site is a
 * line of one version of a file; it keeps an anchor of its code, with which it is found again in later versions.
 * Sites are numbered for good.
 */
export class Sites {
  readonly #sources: SiteSources;
  readonly #sites: Site[] = [];
  readonly #byTold = new Map<string, number[]>();
  readonly #byFile = new Map<string, Set<number>>();
  /** Since when a file says what it says; microseconds. */
  readonly #versions = new Map<string, number>();
  /** Files whose version was looked at since the start. */
  readonly #seen = new Set<string>();
  #renames: Rename[] = [];
  #revision = 0;

  constructor(sources: SiteSources) {
    this.#sources = sources;
  }

  /** Grows when something is to be stored anew. */
  get revision(): number {
    return this.#revision;
  }

  at(id: number): Site | undefined {
    return this.#sites[id];
  }

  /** Files with sites, as they are called now. */
  files(): Iterable<string> {
    return this.#byFile.keys();
  }

  ofFile(file: string): ReadonlySet<number> {
    return this.#byFile.get(file) ?? new Set();
  }

  /**
   * The site of a told place; undefined beyond the bound. `micros`: when the program read the file (it began, else
   * the span did); undefined for a place that was found in the file as it is now.
   */
  of(told: ToldPlace, micros: number | undefined): number | undefined {
    const key = keyOf(told);
    const time = micros ?? Number.MAX_SAFE_INTEGER;
    const known = this.#byTold.get(key)?.find((id) => {
      const site = this.#sites[id] as Site;
      return time >= site.from && time < site.until;
    });
    if (known !== undefined) return known;
    if (this.#sites.length >= mostSites) return undefined;
    return this.#add(this.#make(told, time));
  }

  /**
   * The file was read (again): sites that are open belong to the version before, if it changed at `sinceMicros`. True
   * when a site moved.
   */
  fileRead(file: string, sinceMicros: number): boolean {
    const before = this.#versions.get(file);
    this.#versions.set(file, sinceMicros);
    let moved = false;
    for (const id of this.ofFile(file)) {
      const site = this.#sites[id] as Site;
      if (
        before !== undefined &&
        before !== sinceMicros &&
        site.until > sinceMicros &&
        site.from < sinceMicros
      )
        site.until = sinceMicros;
      moved = this.#find(site) || moved;
    }
    if (before !== sinceMicros && this.ofFile(file).size > 0) this.#revision++;
    return moved;
  }

  /** The file is no more. True when it had sites. */
  fileRemoved(file: string): boolean {
    const ids = this.ofFile(file);
    for (const id of ids) (this.#sites[id] as Site).state = 'gone';
    this.#seen.delete(file);
    if (ids.size > 0) this.#revision++;
    return ids.size > 0;
  }

  /** A file, or a folder with everything in it, has another name since `micros`. Returns the files it concerns. */
  renamed(from: string, to: string, micros: number): readonly string[] {
    if (from === to) return [];
    this.#renames = [...this.#renames, { from, to, micros }].slice(-mostRenames);
    const files: string[] = [];
    for (const [file, ids] of [...this.#byFile]) {
      const next = movedPath(file, from, to);
      if (next === undefined) continue;
      this.#byFile.delete(file);
      const there = this.#byFile.get(next) ?? new Set<number>();
      this.#byFile.set(next, there);
      for (const id of ids) {
        (this.#sites[id] as Site).file = next;
        there.add(id);
      }
      const since = this.#versions.get(file);
      if (since !== undefined) this.#versions.set(next, since);
      this.#versions.delete(file);
      if (this.#seen.delete(file)) this.#seen.add(next);
      files.push(file, next);
    }
    this.#revision++;
    return files;
  }

  /** When files with sites changed, as far as that is known: microseconds, ascending, the last 1,000. */
  edits(): readonly number[] {
    const moments = new Set<number>();
    for (const { until } of this.#sites) if (until < Number.MAX_SAFE_INTEGER) moments.add(until);
    return [...moments].sort((a, b) => a - b).slice(-1_000);
  }

  /** What is to be stored: sites with what is needed to find their code again. */
  remember(): SiteMemory {
    const worth = this.#sites.filter((site) => site.anchor !== undefined || site.offset !== undefined);
    return {
      sites: worth.slice(-mostStored),
      versions: [...this.#versions].filter(([file]) => this.#byFile.has(file)),
      renames: this.#renames,
    };
  }

  /** What was stored, checked by `readSiteMemory`; before anything else. */
  recall({ sites, versions, renames }: SiteMemory): void {
    for (const [file, since] of versions) this.#versions.set(file, since);
    this.#renames = [...renames];
    for (const site of sites) this.#add({ ...site });
  }

  #add(site: Site): number {
    const id = this.#sites.length;
    this.#sites.push(site);
    const key = keyOf(site.told);
    const list = this.#byTold.get(key);
    if (list) list.push(id);
    else this.#byTold.set(key, [id]);
    const ids = this.#byFile.get(site.file);
    if (ids) ids.add(id);
    else this.#byFile.set(site.file, new Set([id]));
    this.#revision++;
    return id;
  }

  #versionOf(file: string): number {
    if (!this.#seen.has(file)) {
      const since = this.#sources.modifiedMicros(file);
      if (since === undefined) this.#seen.add(file);
      else this.#setVersion(file, since);
    }
    return this.#versions.get(file) ?? Number.MIN_SAFE_INTEGER;
  }

  /** Sites that are open belong to the version before. */
  #setVersion(file: string, since: number): void {
    this.#seen.add(file);
    const before = this.#versions.get(file);
    if (before === since) return;
    this.#versions.set(file, since);
    if (before === undefined) return;
    for (const id of this.ofFile(file)) {
      const site = this.#sites[id] as Site;
      if (site.until > since && site.from < since) site.until = since;
    }
    this.#revision++;
  }

  #make(told: ToldPlace, time: number): Site {
    let { file } = told;
    for (const { from, to, micros } of this.#renames) {
      if (time < micros) file = movedPath(file, from, to) ?? file;
    }
    const since = this.#versionOf(file);
    const isCurrent = time >= since;
    // Between two known versions of the same line there may be one that nobody has seen.
    const later = (this.#byTold.get(keyOf(told)) ?? [])
      .map((id) => (this.#sites[id] as Site).from)
      .filter((from) => from > time);
    const site: Site = {
      told,
      from: isCurrent ? since : earlier(this.#byTold.get(keyOf(told)), this.#sites, time),
      until: Math.min(isCurrent ? Number.MAX_SAFE_INTEGER : since, ...later),
      file,
      line: told.line,
      endLine: told.endLine,
      anchor: undefined,
      offset: undefined,
      state: 'same',
    };
    this.#find(site);
    return site;
  }

  /** Looks where the site's code is now. True when something about it changed. */
  #find(site: Site): boolean {
    const { file, told } = site;
    if (!this.#sources.has(file)) return false;
    const before = `${site.line} ${site.endLine ?? ''} ${site.state}`;
    if (!site.anchor && !site.offset) this.#anchor(site);
    if (site.anchor) {
      const found = this.#sources.findAnchor(file, site.anchor);
      site.state = found.state;
      if (found.line !== undefined) {
        site.line = found.line;
        site.endLine = found.endLine;
      }
    } else if (site.offset) {
      const { function: name, lines } = site.offset;
      const around = this.#sources.functionsOf(file).find((place) => place.name === name);
      site.state = around ? 'same' : 'gone';
      if (around) {
        site.line = Math.min(around.endLine, around.line + lines);
        site.endLine = told.endLine === undefined ? undefined : site.line + told.endLine - told.line;
      }
    }
    return `${site.line} ${site.endLine ?? ''} ${site.state}` !== before;
  }

  /** Takes the anchor from the file as it is, unless the span is of a version that nobody has seen. */
  #anchor(site: Site): void {
    const { file, told } = site;
    const isSeen = site.until > this.#versionOf(file);
    const anchor = this.#sources.anchor(file, told.line, told.column);
    const around = innermost(this.#sources, file, told.line);
    const toldName = lastName(told.function);
    const name = anchor?.function ?? around?.name ?? '';
    const fits = toldName === undefined || lastName(name) === toldName;
    if (!isSeen && (!anchor || !fits)) {
      site.state = 'changed';
      return;
    }
    site.anchor = anchor;
    if (!anchor && around) site.offset = { function: around.name, lines: told.line - around.line };
  }
}

/** The innermost function or method around a line; a class where there is nothing else. */
export function innermost(
  sources: Pick<SiteSources, 'functionsOf'>,
  file: string,
  line: number,
): ReturnType<SiteSources['functionsOf']>[number] | undefined {
  let best: ReturnType<SiteSources['functionsOf']>[number] | undefined;
  for (const place of sources.functionsOf(file)) {
    if (place.kind === 'class' || place.line > line || place.endLine < line) continue;
    if (!best || place.line >= best.line) best = place;
  }
  return best;
}

/** `Concierge.ask` and `ask` are one function; `<module>` and '' none. */
function lastName(name: string | undefined): string | undefined {
  if (name === undefined || name === '' || name.startsWith('<')) return undefined;
  return name.slice(name.lastIndexOf('.') + 1);
}

function earlier(ids: readonly number[] | undefined, sites: readonly Site[], time: number): number {
  let from = Number.MIN_SAFE_INTEGER;
  for (const id of ids ?? []) {
    const { until } = sites[id] as Site;
    if (until <= time) from = Math.max(from, until);
  }
  return from;
}

/** The path as it is after a rename of itself or of a folder above it; undefined when that does not concern it. */
export function movedPath(file: string, from: string, to: string): string | undefined {
  if (file === from) return to;
  return file.startsWith(from) && file[from.length] === '/' ? to + file.slice(from.length) : undefined;
}

function keyOf({ file, line, column }: ToldPlace): string {
  return `${line}:${column ?? ''} ${file}`;
}

/** The column is as told: it is shown as long as the code stands where it was told. */
export function columnOf({ state, line, told }: Site): number | undefined {
  return state === 'same' && line === told.line ? told.column : undefined;
}
