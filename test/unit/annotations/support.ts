import { annotateFile, type AnnotationParts } from '../../../src/annotations/annotate.ts';
import { CallTable, type CallRecord } from '../../../src/annotations/callTable.ts';
import { Sites, type SiteSources } from '../../../src/annotations/sites.ts';
import type { Confidence } from '../../../src/model/source.ts';
import type { CallSums, LineAnnotation } from '../../../src/protocol/code.ts';
import type { Anchor, AnchorFound, FunctionPlace } from '../../../src/source/callSite.ts';

/** A source index of the simplest kind: every line with a bracket is a call; `def` lines begin functions. */
export class TextSources implements SiteSources {
  readonly files = new Map<string, { lines: string[]; micros: number }>();

  write(file: string, text: string, micros: number): void {
    this.files.set(file, { lines: text.split('\n'), micros });
  }

  has(file: string): boolean {
    return this.files.has(file);
  }

  modifiedMicros(file: string): number | undefined {
    return this.files.get(file)?.micros;
  }

  functionsOf(file: string): FunctionPlace[] {
    const lines = this.files.get(file)?.lines ?? [];
    const starts = lines.flatMap((line, i) => (line.startsWith('def ') ? [i] : []));
    return starts.map((start, n) => ({
      name: /def (\w+)/.exec(lines[start] ?? '')?.[1] ?? '',
      kind: 'function',
      line: start + 1,
      endLine: starts[n + 1] ?? lines.length,
    }));
  }

  anchor(file: string, line: number, column?: number): Anchor | undefined {
    const calls = this.#calls(file).filter((call) => call.line === line);
    const nearest = calls.sort(
      (a, b) => Math.abs(a.column - (column ?? 1)) - Math.abs(b.column - (column ?? 1)),
    )[0];
    return nearest?.anchor;
  }

  findAnchor(file: string, anchor: Anchor): AnchorFound {
    const calls = this.#calls(file);
    const same = calls.find(
      (call) =>
        call.anchor.text === anchor.text &&
        call.anchor.ordinal === anchor.ordinal &&
        call.anchor.function === anchor.function,
    );
    if (same) return { line: same.line, endLine: undefined, state: 'same' };
    const changed = calls.find(
      (call) =>
        call.anchor.callee === anchor.callee &&
        call.anchor.calleeOrdinal === anchor.calleeOrdinal &&
        call.anchor.function === anchor.function,
    );
    return changed
      ? { line: changed.line, endLine: undefined, state: 'changed' }
      : { line: undefined, endLine: undefined, state: 'gone' };
  }

  #calls(file: string): { line: number; column: number; anchor: Anchor }[] {
    const texts = new Map<string, number>();
    const callees = new Map<string, number>();
    const next = (counts: Map<string, number>, key: string): number => {
      const n = counts.get(key) ?? 0;
      counts.set(key, n + 1);
      return n;
    };
    return (this.files.get(file)?.lines ?? []).flatMap((text, i) => {
      if (text.startsWith('def ')) return [];
      const line = i + 1;
      const around =
        this.functionsOf(file).find((place) => place.line <= line && place.endLine >= line)?.name ?? '';
      return [...text.matchAll(/(\w+)\([^)]*\)/g)].map((match) => ({
        line,
        column: match.index + 1,
        anchor: {
          text: match[0],
          callee: match[1] ?? '',
          function: around,
          ordinal: next(texts, `${around} ${match[0]}`),
          calleeOrdinal: next(callees, `${around} ${match[1]}`),
          line,
        },
      }));
    });
  }
}

export const day = 86_400e6;
/** When the tests' calls begin, microseconds. */
export const begin = 1_700_000_000e6;

export type Frame = readonly [file: string, line: number, column?: number, name?: string];

export interface Call extends Partial<Omit<CallRecord, 'spanId' | 'parentId' | 'place' | 'run'>> {
  readonly id: number;
  readonly parent?: number;
  /** Innermost first. */
  readonly at?: readonly Frame[];
  readonly confidence?: Confidence;
  readonly service?: string;
  readonly instance?: string;
  /** Seconds after `begin`. */
  readonly seconds?: number;
}

/** Annotations with their parts at hand. */
export class Bench {
  readonly table = new CallTable();
  readonly sources = new TextSources();
  readonly sites = new Sites(this.sources);
  readonly parts: AnnotationParts = {
    table: this.table,
    sites: this.sites,
    sources: this.sources,
    revisionOf: (slot) => `rev-of-${Number.parseInt(this.table.spanIdAt(slot), 16)}`,
  };

  record(call: Call): CallRecord {
    const {
      id,
      parent,
      at,
      confidence = 'exact',
      service = 'app',
      instance = 'one',
      seconds = id,
      ...more
    } = call;
    const startMicros = more.startMicros ?? begin + seconds * 1e6;
    const run = this.table.runs.of({ service, instance }, startMicros, startMicros);
    const sites = (at ?? []).flatMap(
      ([file, line, column, name]) =>
        this.sites.of(
          { file, line, ...(column ? { column } : {}), ...(name ? { function: name } : {}) },
          startMicros,
        ) ?? [],
    );
    return {
      trace: 1,
      spanId: spanId(id),
      parentId: parent === undefined ? '' : spanId(parent),
      durationMs: 10,
      isCall: true,
      isModel: true,
      isPriced: true,
      failed: false,
      input: 100,
      output: 10,
      cacheRead: undefined,
      cost: 0.5,
      flags: [],
      ...more,
      startMicros,
      run,
      place: sites.length > 0 ? this.table.paths.own(sites, confidence) : undefined,
    };
  }

  add(...calls: Call[]): void {
    this.table.apply(calls.map((call) => this.record(call)));
  }

  edit(file: string, text: string, micros: number): void {
    this.sources.write(file, text, micros);
    this.sites.fileRead(file, micros);
  }

  lines(file: string): readonly LineAnnotation[] {
    return annotateFile(this.parts, file)?.lines ?? [];
  }

  line(file: string, line: number): LineAnnotation | undefined {
    return this.lines(file).find((one) => one.line === line);
  }

  function(file: string, name: string): CallSums | undefined {
    return annotateFile(this.parts, file)?.functions.find((one) => one.name === name)?.sums;
  }
}

export function spanId(n: number): string {
  return n.toString(16).padStart(16, '0');
}
