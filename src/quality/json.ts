/** JSON text as a value; `cut` when an emitter or a limit of its own shortened the text, so that nothing follows. */
export type JsonReading = { readonly value: unknown } | { readonly problem: string } | { readonly cut: true };

/** Longest text that is parsed for a rule. */
const longest = 1_000_000;

export function readJson(text: string): JsonReading {
  if (text.length > longest || wasCut(text)) return { cut: true };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** As {@link readJson}, for what may be no JSON at all. */
export function jsonOrUndefined(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const reading = readJson(text);
  return 'value' in reading ? reading.value : undefined;
}

/** Emitters say so when they shorten a value: `...[truncated, original 70000 chars]`, `...[TRUNCATED: …]`, `…`. */
function wasCut(text: string): boolean {
  const tail = text.slice(-120).toLowerCase();
  return (
    tail.includes('[truncated') || tail.endsWith('…') || tail.endsWith('...') || tail.endsWith('<truncated>')
  );
}
