import { apologyPieces } from './apologyPhrases.ts';
import { ownWindow } from './clauses.ts';
import { PhraseScan } from './phraseScan.ts';
import { refusalPieces } from './refusalPhrases.ts';

const scan = new PhraseScan([refusalPieces, apologyPieces], ownWindow);

/** Both are asked of the same text, one after the other. */
let lastText = '';
let lastFound = 0;

/** False when nothing of a refusal is in the text: most texts need not be read any further. */
export function mayRefuse(text: string): boolean {
  return (groupsIn(text) & 1) !== 0;
}

/** As `mayRefuse`, for apologies. */
export function mayApologise(text: string): boolean {
  return (groupsIn(text) & 2) !== 0;
}

function groupsIn(text: string): number {
  if (text !== lastText) {
    lastFound = scan.groupsIn(text);
    lastText = text;
  }
  return lastFound;
}
