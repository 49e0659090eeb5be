import { ownClauses } from './clauses.ts';
import { foundAt, notFound, type Finding } from './finding.ts';
import { mayRefuse } from './quickLook.ts';
import { refusal } from './refusalPhrases.ts';

const maxClauses = 10;
const longestClause = 300;

/**
 * Does the assistant decline to do what it was asked, for whatever reason: rules, missing abilities, missing access?
 * Read are its own words at the beginning of the answer; English, German, French, Spanish, Portuguese, Italian,
 * Dutch, Polish, Russian, Japanese, Chinese.
 */
export function isRefusal(text: string): Finding {
  if (!mayRefuse(text)) return notFound;
  for (const clause of ownClauses(text).slice(0, maxClauses)) {
    if (refusal.test(clause.slice(0, longestClause))) return foundAt(clause);
  }
  return notFound;
}
