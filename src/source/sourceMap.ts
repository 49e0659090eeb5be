/** A place in a generated file, as the source it came from. */
export interface OriginalPlace {
  /** As the map names it, with its root; relative to the map unless absolute. */
  readonly source: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Map(Array.from(digits, (digit, value) => [digit, value]));
/** Longest list of mappings that is read, in characters. */
const maxMappings = 4_000_000;

/**
 * Finds where a place of a generated file comes from, by its source map (version 3 as JSON). Undefined when the map is
 * none, or says nothing of the line.
 *
 * @param line 1-based
 * @param column 1-based; without one the first mapping of the line counts
 */
export function originalPlace(map: string, line: number, column?: number): OriginalPlace | undefined {
  const parsed = parse(map);
  if (!parsed) return undefined;
  const wanted = column === undefined ? undefined : column - 1;
  let best: readonly [source: number, line: number, column: number] | undefined;
  let atLine = 1;
  let [source, sourceLine, sourceColumn] = [0, 0, 0];
  for (const segments of lines(parsed.mappings)) {
    if (atLine > line) break;
    let generated = 0;
    for (const segment of segments.split(',')) {
      const fields = decode(segment);
      if (!fields || fields.length === 0) continue;
      generated += fields[0] ?? 0;
      if (fields.length < 4) continue;
      source += fields[1] ?? 0;
      sourceLine += fields[2] ?? 0;
      sourceColumn += fields[3] ?? 0;
      if (atLine !== line) continue;
      if (best === undefined || (wanted !== undefined && generated <= wanted))
        best = [source, sourceLine, sourceColumn];
    }
    atLine++;
  }
  const name = best && parsed.sources[best[0]];
  if (!best || name === undefined) return undefined;
  const root =
    parsed.sourceRoot === '' || parsed.sourceRoot.endsWith('/') ? parsed.sourceRoot : `${parsed.sourceRoot}/`;
  return { source: root + name, line: best[1] + 1, column: best[2] + 1 };
}

function* lines(mappings: string): Generator<string> {
  let from = 0;
  for (;;) {
    const end = mappings.indexOf(';', from);
    yield end < 0 ? mappings.slice(from) : mappings.slice(from, end);
    if (end < 0) return;
    from = end + 1;
  }
}

function parse(
  text: string,
): { mappings: string; sources: readonly string[]; sourceRoot: string } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { mappings, sources, sourceRoot } = json as {
    mappings?: unknown;
    sources?: unknown;
    sourceRoot?: unknown;
  };
  if (typeof mappings !== 'string' || mappings.length > maxMappings || !Array.isArray(sources))
    return undefined;
  return {
    mappings,
    sources: sources.map((one) => (typeof one === 'string' ? one : '')),
    sourceRoot: typeof sourceRoot === 'string' ? sourceRoot : '',
  };
}

/** Variable-length quantities in base 64; undefined when the text is none. */
function decode(segment: string): number[] | undefined {
  const fields: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = values.get(digit);
    if (bits === undefined || shift > 30) return undefined;
    value += (bits & 31) * 2 ** shift;
    if (bits & 32) shift += 5;
    else {
      fields.push(value % 2 === 1 ? -Math.floor(value / 2) : value / 2);
      value = 0;
      shift = 0;
    }
  }
  return fields;
}
