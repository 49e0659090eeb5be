/**
 * A matcher for a name in which `*` stands for any run of characters; case is ignored. Linear in the name for each
 * star, without regular expressions.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  const parts = pattern.trim().toLowerCase().split('*');
  const [head = '', ...others] = parts;
  if (others.length === 0) return (name) => name.toLowerCase() === head;
  const tail = others[others.length - 1] ?? '';
  const middle = others.slice(0, -1).filter((part) => part !== '');
  return (name) => {
    const text = name.toLowerCase();
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail))
      return false;
    const end = text.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
