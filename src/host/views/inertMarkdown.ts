/**
 * Text for Markdown in which nothing is markup: all but letters, digits and blanks become character references.
 * `MarkdownString.appendText` is not enough, as bare addresses in it still become links.
 */
export function inertMarkdown(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N} ]/gu, (character) => `&#${character.codePointAt(0) ?? 32};`);
}
