import { foundAt, notFound, type Finding } from './finding.ts';

/**
 * Does the text say nothing: blanks, invisible characters, punctuation or empty brackets alone, an empty code block,
 * or a literal `null`? A digit, a letter, a sign such as `+` or `€` and an emoji are content.
 */
export function isEmptyAnswer(text: string): Finding {
  if (!content.test(text)) return foundAt(text.trim() === '' ? 'no visible text' : text);
  const word = text.length > 64 ? '' : text.trim();
  return nothings.has(word) ? foundAt(word) : notFound;
}

const content = /[\p{L}\p{N}\p{Sm}\p{Sc}\p{So}]/u;
const nothings = new Set(['null', 'undefined', '"null"', '{"content":null}', '{"content":""}']);
