import { apology } from './apologyPhrases.ts';
import { ownClauses } from './clauses.ts';
import { foundAt, notFound, type Finding } from './finding.ts';
import { mayApologise } from './quickLook.ts';

const longestClause = 300;

/**
 * Does the assistant apologise to the reader? Sympathy is no apology, nor is one that is quoted, narrated or written
 * for somebody. Read are its own words at the beginning of the answer, in the languages of `isRefusal`.
 */
export function isApology(text: string): Finding {
  if (!mayApologise(text)) return notFound;
  for (const clause of ownClauses(text)) {
    if (apology.test(clause.slice(0, longestClause))) return foundAt(clause);
  }
  return notFound;
}
