/**
 * Received text made safe to look at: characters that reorder, hide or overwrite what stands beside them are shown
 * as what they are. Nothing is removed, so that an attempt at deception is seen.
 */

/**
 * One line for a label: control characters, line ends and direction overrides become visible, runs of blanks one
 * blank, and the text is cut after `maxLength` characters with an ellipsis. Never cuts a surrogate pair in half.
 */
export function visibleLabel(text: string, maxLength = 200): string {
  const head = text.length > maxLength * 4 ? text.slice(0, maxLength * 4) : text;
  const shown = markInvisible(head)
    .replace(/[\n\t ]+/g, ' ')
    .trim();
  if (shown.length <= maxLength && head.length === text.length) return shown;
  return `${dropHalfPair(shown.slice(0, maxLength - 1))}…`;
}

/** Text over several lines: keeps line feeds and tabs, shows every other control and direction character. */
export function markInvisible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(hidden, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** As {@link visibleLabel}, and no `$(name)` turns into an icon: for quick picks, which would draw it. */
export function visiblePickLabel(text: string, maxLength = 200): string {
  return visibleLabel(text, maxLength).replaceAll('$(', '$\u200A(');
}

/** Drops the first half of a surrogate pair that a cut left at the end. */
export function dropHalfPair(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

/**
 * C0 and C1 controls but line feed and tab, zero-width characters (joiners stay: emoji and many scripts need them),
 * direction marks, overrides and isolates, separators, the byte order mark, interlinear marks and tag characters.
 */
const hidden =
   
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
