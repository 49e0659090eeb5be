import type { CostShape } from './costCodec.ts';
import type { Database, Statement } from './sqlite.ts';

/** Who made a span: stored once, not per span. */
export interface Origin {
  readonly service: string;
  readonly serviceInstance: string | undefined;
  readonly scope: string;
  readonly dialect: string;
}

/** Numbers for texts. */
export interface NameIds {
  idOf(text: string): number;
  idOfOrigin(origin: Origin): number;
}

export function originText({ service, serviceInstance, scope, dialect }: Origin): string {
  return JSON.stringify([service, serviceInstance ?? null, scope, dialect]);
}

const cacheSize = 20_000;

/** Strings that many rows share, as integers; remembered up to a bound. */
export class Names implements NameIds {
  readonly #find: Statement;
  readonly #read: Statement;
  readonly #insert: Statement | undefined;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #origins = new Map<number, Origin>();
  readonly #costShapes = new Map<number, CostShape>();
  // Spans of one origin come in rows.
  #lastOrigin: { readonly origin: Origin; readonly id: number } | undefined;

  constructor(db: Database, mode: 'read' | 'write') {
    this.#find = db.prepare('SELECT id FROM names WHERE text = ?');
    this.#read = db.prepare('SELECT text FROM names WHERE id = ?');
    this.#insert = mode === 'write' ? db.prepare('INSERT INTO names (text) VALUES (?)') : undefined;
  }

  /** Adds the text when it is new. */
  idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id !== undefined) return id;
    id = this.#find.get(text)?.['id'] as number | undefined;
    id ??= Number(this.#insert?.run(text).lastInsertRowid);
    if (this.#ids.size >= cacheSize) this.#ids.clear();
    this.#ids.set(text, id);
    return id;
  }

  text(id: number): string {
    let text = this.#texts.get(id);
    if (text !== undefined) return text;
    text = String(this.#read.get(id)?.['text'] ?? '');
    if (this.#texts.size >= cacheSize) this.#texts.clear();
    this.#texts.set(id, text);
    return text;
  }

  idOfOrigin(origin: Origin): number {
    const last = this.#lastOrigin;
    if (last && isSameOrigin(last.origin, origin)) return last.id;
    const id = this.idOf(originText(origin));
    this.#lastOrigin = { origin, id };
    return id;
  }

  origin(id: number): Origin {
    let origin = this.#origins.get(id);
    if (origin) return origin;
    const text = this.text(id);
    const [service, instance, scope, dialect] = (text === '' ? [] : JSON.parse(text)) as (
      string | null | undefined
    )[];
    origin = {
      service: service ?? '',
      serviceInstance: instance ?? undefined,
      scope: scope ?? '',
      dialect: dialect ?? '',
    };
    if (this.#origins.size >= cacheSize) this.#origins.clear();
    this.#origins.set(id, origin);
    return origin;
  }

  costShape(id: number): CostShape {
    let shape = this.#costShapes.get(id);
    if (shape) return shape;
    const text = this.text(id);
    shape = (
      text === '' ? { source: { kind: 'table', name: '' }, parts: [] } : JSON.parse(text)
    ) as CostShape;
    if (this.#costShapes.size >= cacheSize) this.#costShapes.clear();
    this.#costShapes.set(id, shape);
    return shape;
  }

  /** After a roll-back or when rows were removed: what is remembered may not be there any more. */
  forget(): void {
    this.#ids.clear();
    this.#texts.clear();
    this.#origins.clear();
    this.#costShapes.clear();
    this.#lastOrigin = undefined;
  }
}

/** The texts of a list, by their places in it, as ids. */
export class PlacedNames {
  readonly #texts: readonly string[];
  readonly #names: Names;
  readonly #ids: number[] = [];

  constructor(texts: readonly string[], names: Names) {
    this.#texts = texts;
    this.#names = names;
  }

  idOf(place: number): number {
    return (this.#ids[place] ??= this.#names.idOf(this.#texts[place] as string));
  }
}

export function isSameOrigin(a: Origin, b: Origin): boolean {
  return (
    a.service === b.service &&
    a.scope === b.scope &&
    a.dialect === b.dialect &&
    a.serviceInstance === b.serviceInstance
  );
}
