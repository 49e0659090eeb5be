/**
 * JSON with line breaks and indentation, made from the text itself and not from parsed values: long numbers, repeated
 * keys and escapes stay as they were sent. Undefined when the text is not JSON. Linear in the text's length.
 */
export function prettyJson(text: string, longest = 2_000_000): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > longest || !/^[[{]/.test(trimmed)) return undefined;
  try {
    JSON.parse(trimmed);
  } catch {
    return undefined;
  }
  const out: string[] = [];
  let depth = 0;
  const newLine = (): void => void out.push('\n', '  '.repeat(Math.min(depth, 40)));
  for (let at = 0; at < trimmed.length;) {
    const char = trimmed.charAt(at);
    if (char === '"') {
      const end = endOfString(trimmed, at);
      out.push(trimmed.slice(at, end));
      at = end;
      continue;
    }
    at++;
    if (char === '{' || char === '[') {
      const after = skipBlanks(trimmed, at);
      const close = char === '{' ? '}' : ']';
      if (trimmed.charAt(after) === close) {
        out.push(char, close);
        at = after + 1;
        continue;
      }
      out.push(char);
      depth++;
      newLine();
    } else if (char === '}' || char === ']') {
      depth--;
      newLine();
      out.push(char);
    } else if (char === ',') {
      out.push(char);
      newLine();
    } else if (char === ':') out.push(': ');
    else if (!isBlank(char)) out.push(char);
  }
  return out.join('');
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

function skipBlanks(text: string, at: number): number {
  while (at < text.length && isBlank(text.charAt(at))) at++;
  return at;
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r';
}
