/** A value in a JSON text, by its place: numbers, escapes and repeated keys stay as they were sent. */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'word';
  /** The key as it stands in the text, with its quotes; undefined in arrays and at the root. */
  readonly key: string | undefined;
  readonly start: number;
  readonly end: number;
}

const longest = 4_000_000;

/** The root of a JSON text that is an object or an array; undefined for anything else. */
export function jsonRoot(text: string): JsonNode | undefined {
  const start = skipBlanks(text, 0);
  const first = text.charAt(start);
  if ((first !== '{' && first !== '[') || text.length > longest) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return nodeAt(text, start, undefined);
}

/** Members or items of an object or array, in order. Reads the text of that node only, and nothing deeper than needed. */
export function childrenOf(text: string, node: JsonNode): JsonNode[] {
  const children: JsonNode[] = [];
  if (node.kind !== 'object' && node.kind !== 'array') return children;
  let at = skipBlanks(text, node.start + 1);
  while (at < node.end - 1) {
    let key: string | undefined;
    if (node.kind === 'object') {
      const end = endOfString(text, at);
      key = text.slice(at, end);
      // Over the colon.
      at = skipBlanks(text, skipBlanks(text, end) + 1);
    }
    const child = nodeAt(text, at, key);
    children.push(child);
    at = skipBlanks(text, child.end);
    if (text.charAt(at) === ',') at = skipBlanks(text, at + 1);
  }
  return children;
}

/** How many of a value's characters a reader sees of it before it is unfolded. */
export function previewOf(text: string, node: JsonNode, length = 60): string {
  const whole = text.slice(node.start, Math.min(node.end, node.start + length * 4)).replaceAll(/\s+/g, ' ');
  return whole.length > length || node.end > node.start + length * 4 ? `${whole.slice(0, length)}…` : whole;
}

function nodeAt(text: string, start: number, key: string | undefined): JsonNode {
  switch (text.charAt(start)) {
    case '{':
      return { kind: 'object', key, start, end: endOfBrackets(text, start) };
    case '[':
      return { kind: 'array', key, start, end: endOfBrackets(text, start) };
    case '"':
      return { kind: 'string', key, start, end: endOfString(text, start) };
    default: {
      let end = start;
      while (end < text.length && !/[\s,\]}]/.test(text.charAt(end))) end++;
      return {
        kind: /[-\d]/.test(text.charAt(start)) ? 'number' : 'word',
        key,
        start,
        end: Math.max(end, start + 1),
      };
    }
  }
}

function endOfBrackets(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) at = endOfString(text, at) - 1;
    else if (char === 123 || char === 91) depth++;
    else if ((char === 125 || char === 93) && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function skipBlanks(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text.charAt(next))) next++;
  return next;
}
