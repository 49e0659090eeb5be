import type { Database, Statement } from './sqlite.ts';

/** A span of the current batch, as far as the tree goes. */
export interface TreeNode {
  /** '' for a root; never the span's own id. */
  readonly parentId: string;
  readonly startMicros: number;
  /** True when the span was in the index before, under another parent. */
  readonly moved: boolean;
}

/** Stored spans that are looked at to find a ring, per trace and batch. */
const maxClimb = 20_000;

/**
 * Keeps, as spans arrive in any order, what makes the parent links a forest: `missing` (parents that have not
 * arrived; their children are shown as roots) and `loops` (one span of each ring, shown as a root, not under
 * its parent). The work is proportional to the batch, however large the trace.
 */
export class TreeStructure {
  readonly #exists: Statement;
  readonly #parentOf: Statement;
  readonly #anyMissing: Statement;
  readonly #addMissing: Statement;
  readonly #arrived: Statement;
  readonly #addLoop: Statement;
  readonly #isLoop: Statement;
  readonly #removeLoop: Statement;
  readonly #hasChildren: Statement;
  readonly #clearMissing: Statement;
  readonly #refillMissing: Statement;
  readonly #clearLoops: Statement;

  constructor(db: Database) {
    this.#exists = db.prepare('SELECT 1 FROM spans WHERE t = ? AND span_id = ?');
    this.#parentOf = db.prepare('SELECT parent_id, start_us FROM spans WHERE t = ? AND span_id = ?');
    this.#anyMissing = db.prepare('SELECT 1 FROM missing WHERE t = ? LIMIT 1');
    this.#addMissing = db.prepare('INSERT INTO missing (t, parent_id) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#arrived = db.prepare('DELETE FROM missing WHERE t = ? AND parent_id = ?');
    this.#addLoop = db.prepare('INSERT INTO loops (t, span_id) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#isLoop = db.prepare('SELECT 1 FROM loops WHERE t = ? AND span_id = ?');
    this.#removeLoop = db.prepare('DELETE FROM loops WHERE t = ? AND span_id = ?');
    this.#hasChildren = db.prepare('SELECT 1 FROM spans WHERE t = ? AND parent_id = ? LIMIT 1');
    this.#clearMissing = db.prepare('DELETE FROM missing WHERE t = ?');
    this.#refillMissing = db.prepare(
      `INSERT INTO missing (t, parent_id) SELECT DISTINCT t, parent_id FROM spans s WHERE t = ? AND parent_id <> ''
       AND NOT EXISTS (SELECT 1 FROM spans p WHERE p.t = s.t AND p.span_id = s.parent_id)`,
    );
    this.#clearLoops = db.prepare(
      `DELETE FROM loops WHERE t = ?1 AND NOT EXISTS (SELECT 1 FROM spans s WHERE s.t = ?1 AND s.span_id = loops.span_id)`,
    );
  }

  /** After the batch's spans of trace `t` were written. `isNew`: the trace had no spans before. */
  update(t: number, nodes: ReadonlyMap<string, TreeNode>, isNew: boolean): void {
    const known = new Map<string, boolean>();
    for (const { parentId } of nodes.values()) {
      if (parentId === '' || nodes.has(parentId) || known.has(parentId)) continue;
      const exists = !isNew && this.#exists.get(t, parentId) !== undefined;
      known.set(parentId, exists);
      if (!exists) this.#addMissing.run(t, parentId);
    }
    const closers = new Set<string>();
    if (!isNew) {
      const someWait = this.#anyMissing.get(t) !== undefined;
      for (const [id, node] of nodes) {
        if (node.moved) {
          this.#removeLoop.run(t, id);
          closers.add(id);
        }
        if (someWait && Number(this.#arrived.run(t, id).changes) > 0) closers.add(id);
      }
    }
    this.#cutRings(t, nodes);
    if (closers.size > 0) this.#cutStoredRings(t, closers);
  }

  /** After one span was removed: its children are roots now. */
  remove(t: number, spanId: string): void {
    this.#removeLoop.run(t, spanId);
    if (this.#hasChildren.get(t, spanId)) this.#addMissing.run(t, spanId);
  }

  /** After many spans were removed; reads the whole trace. */
  refresh(t: number): void {
    this.#clearMissing.run(t);
    this.#refillMissing.run(t);
    this.#clearLoops.run(t);
  }

  /** Rings within the batch: climbs from each span, over spans seen before at most once. */
  #cutRings(t: number, nodes: ReadonlyMap<string, TreeNode>): void {
    // By which climb a span was seen: meeting one's own is a ring.
    const seenBy = new Map<string, number>();
    let climb = 0;
    for (const start of nodes.keys()) {
      climb++;
      let id = start;
      let node = nodes.get(id);
      while (node && !seenBy.has(id)) {
        seenBy.set(id, climb);
        id = node.parentId;
        node = nodes.get(id);
      }
      if (!node || seenBy.get(id) !== climb) continue;
      const ring = new Map<string, number>();
      for (let at = id; !ring.has(at); at = nodes.get(at)?.parentId ?? id)
        ring.set(at, nodes.get(at)?.startMicros ?? 0);
      this.#addLoop.run(t, earliestOfRing(ring, id));
    }
  }

  /**
   * Rings that pass through stored spans: only a span for which stored children waited, or that moved, can
   * close one. A climb that takes too long hangs its span up as a root: shown once all the same, and the work
   * stays bounded.
   */
  #cutStoredRings(t: number, closers: ReadonlySet<string>): void {
    const safe = new Set<string>();
    let climbs = 0;
    for (const start of closers) {
      const path = new Map<string, number>();
      let id = start;
      while (id !== '' && !safe.has(id)) {
        if (path.has(id)) {
          this.#addLoop.run(t, earliestOfRing(path, id));
          break;
        }
        if (++climbs > maxClimb) {
          this.#addLoop.run(t, start);
          break;
        }
        if (this.#isLoop.get(t, id)) break;
        const row = this.#parentOf.get(t, id);
        if (!row) break;
        path.set(id, row['start_us'] as number);
        id = row['parent_id'] as string;
      }
      for (const visited of path.keys()) safe.add(visited);
    }
  }
}

function earliestOfRing(path: ReadonlyMap<string, number>, entry: string): string {
  let best = entry;
  let bestStart = path.get(entry) ?? 0;
  let inRing = false;
  for (const [id, start] of path) {
    if (id === entry) inRing = true;
    if (!inRing) continue;
    if (start < bestStart || (start === bestStart && id < best)) {
      best = id;
      bestStart = start;
    }
  }
  return best;
}
