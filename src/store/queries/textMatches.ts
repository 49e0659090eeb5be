import type { QueryContext } from './context.ts';

interface Remembered {
  readonly traces: Set<number>;
  revision: number;
  removedRevision: number;
}

const rememberedTexts = 4;
const incrementalTraces = 2000;

const spanMatches = `(s.name LIKE ?1 ESCAPE '\\' OR d.request_model LIKE ?1 ESCAPE '\\' OR d.response_model LIKE ?1 ESCAPE '\\'
  OR d.error_type LIKE ?1 ESCAPE '\\' OR d.status_message LIKE ?1 ESCAPE '\\' OR d.tool LIKE ?1 ESCAPE '\\'
  OR d.agent LIKE ?1 ESCAPE '\\' OR s.origin IN (SELECT value FROM json_each(?2)))`;

/** A LIKE pattern for texts that contain `text`: nothing in it has a meaning of its own. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Which traces have a span whose name, service, model, error, tool or agent contains a text. The last few
 * texts are remembered, so that a list which is shown again and again reads only what changed since.
 */
export class TextMatches {
  readonly #context: QueryContext;
  readonly #remembered = new Map<string, Remembered>();

  constructor(context: QueryContext) {
    this.#context = context;
  }

  /** Row ids of traces. */
  find(text: string, revision: number, removedRevision: number): ReadonlySet<number> {
    let known = this.#remembered.get(text);
    this.#remembered.delete(text);
    const isUsable =
      known !== undefined && known.removedRevision === removedRevision && known.revision <= revision;
    if (known && isUsable) {
      if (known.revision < revision)
        known = this.#refresh(text, known, revision) ?? this.#scan(text, revision, removedRevision);
    } else known = this.#scan(text, revision, removedRevision);
    this.#remembered.set(text, known);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= rememberedTexts) break;
      this.#remembered.delete(oldest);
    }
    return known.traces;
  }

  #scan(text: string, revision: number, removedRevision: number): Remembered {
    const pattern = containing(text);
    const rows = this.#context.all(
      `SELECT DISTINCT s.t AS t FROM spans s LEFT JOIN details d ON d.id = s.id WHERE ${spanMatches}
       UNION SELECT id FROM traces WHERE trace_id LIKE ?1 ESCAPE '\\'`,
      pattern,
      this.#origins(pattern),
    );
    return { traces: new Set(rows.map((row) => row['t'] as number)), revision, removedRevision };
  }

  #refresh(text: string, known: Remembered, revision: number): Remembered | undefined {
    const pattern = containing(text);
    const changed = this.#context.all(
      "SELECT id, trace_id LIKE ? ESCAPE '\\' AS hit FROM traces WHERE revision > ? LIMIT ?",
      pattern,
      known.revision,
      incrementalTraces + 1,
    );
    if (changed.length > incrementalTraces) return undefined;
    const origins = this.#origins(pattern);
    for (const row of changed) {
      const t = row['id'] as number;
      const hit = this.#context.get(
        `SELECT 1 FROM spans s LEFT JOIN details d ON d.id = s.id WHERE s.t = ?3 AND ${spanMatches} LIMIT 1`,
        pattern,
        origins,
        t,
      );
      if (hit || row['hit'] === 1) known.traces.add(t);
      else known.traces.delete(t);
    }
    known.revision = revision;
    return known;
  }

  /** Origins whose service contains the text, as a JSON list: there are few, and spans refer to them. */
  #origins(pattern: string): string {
    const rows = this.#context.all(
      `SELECT id FROM names WHERE text LIKE '["%' AND json_valid(text) AND json_extract(text, '$[0]') LIKE ? ESCAPE '\\'`,
      pattern,
    );
    return JSON.stringify(rows.map((row) => row['id']));
  }
}
