/** How many characters are read for what the assistant says of itself: it says so at the beginning. */
export const ownWindow = 1000;
const maxClauses = 24;
const longestQuote = 400;

/**
 * The clauses that the assistant itself speaks at the beginning of an answer: lower case, straight apostrophes,
 * without markup and leading conjunctions. Left out is what is not its own voice: code blocks, quotations, lines of
 * dialogue, and the whole text when it is a letter written for somebody.
 */
export function ownClauses(text: string): readonly string[] {
  if (text !== lastText) {
    lastClauses = findClauses(text);
    lastText = text;
  }
  return lastClauses;
}

/** Refusals and apologies are looked for in the same text, one after the other. */
let lastText = '';
let lastClauses: readonly string[] = [];

function findClauses(text: string): string[] {
  const opening = text.slice(0, ownWindow);
  if (isLetter(opening)) return [];
  const spoken = withoutQuotes(withoutBlocks(opening));
  const clauses: string[] = [];
  for (const piece of spoken.split(boundary)) {
    const clause = trimLead(piece.replace(markup, '').trim().toLowerCase());
    if (clause !== '') clauses.push(clause);
    if (clauses.length >= maxClauses) break;
  }
  return clauses;
}

/** Ends of sentences and clauses in Latin, Cyrillic and East Asian writing. */
const boundary = /[.!?;:,()\n—–…。！？；：，、]+| - /;
const markup = /[*_#`~]+/g;

/** Removes conjunctions and fillers that may stand before the words that matter. */
function trimLead(clause: string): string {
  let rest = clause;
  for (let i = 0; i < 4; i++) {
    const space = rest.indexOf(' ');
    if (space < 0) return rest;
    if (leadWords.has(rest.slice(0, space))) {
      rest = rest.slice(space + 1).trimStart();
      continue;
    }
    const phrase = leadPhrases.find((lead) => rest.startsWith(lead));
    if (phrase === undefined) return rest;
    rest = rest.slice(phrase.length);
  }
  return rest;
}

const leadWords = new Set(
  (
    'and but so because since as therefore however unfortunately sadly honestly oh oops whoops ah well again also please ' +
    'then und aber denn leider daher deshalb also da bitte ups doch jedoch et mais donc malheureusement hélas car ' +
    'toutefois cependant y pero lamentablemente desafortunadamente ay e mas portanto logo infelizmente contudo porém ' +
    'ed ma quindi perciò purtroppo tuttavia però en maar dus helaas want echter daarom ale więc niestety jednak dlatego ' +
    'и а но поэтому увы однако'
  ).split(' '),
);
const leadPhrases = [
  'at this time ',
  'at the moment ',
  'right now ',
  'for that ',
  'that said ',
  'first of all ',
  'así que ',
  'por lo que ',
  'por eso ',
  'por desgracia ',
  'no obstante ',
  'sin embargo ',
  'por isso ',
  'por esse motivo ',
  'к сожалению ',
];

/** Removes fenced blocks, block quotes and lines that open with a dialogue dash. */
function withoutBlocks(text: string): string {
  let inFence = false;
  let out = '';
  for (const line of text.split('\n')) {
    const start = line.trimStart();
    if (start.startsWith('```') || start.startsWith('~~~')) {
      inFence = !inFence;
      out += '\n';
      continue;
    }
    if (inFence || start.startsWith('>') || start.startsWith('—') || start.startsWith('–')) continue;
    out += `${line}\n`;
  }
  return out;
}

const closing = new Map([
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['»', '«'],
  ['‚', '‘'],
  ['「', '」'],
  ['『', '』'],
]);

/** Replaces quotations by a gap and makes apostrophes straight. One pass. */
function withoutQuotes(text: string): string {
  let out = '';
  let from = 0;
  quoteMark.lastIndex = 0;
  for (let match = quoteMark.exec(text); match; match = quoteMark.exec(text)) {
    const at = match.index;
    const char = match[0];
    const end = closing.get(char) ?? singleQuoteEnd(text, at, char);
    const length = end === undefined ? -1 : text.slice(at + 1, at + 1 + longestQuote).indexOf(end);
    out += text.slice(from, at) + (length >= 0 ? ' “” ' : char === '’' || char === '‘' ? "'" : char);
    from = at + 1 + (length >= 0 ? length + 1 : 0);
    quoteMark.lastIndex = from;
  }
  return out + text.slice(from);
}

const quoteMark = /["“„«»‚「『'‘’]/g;

/** A single quote opens a quotation when a space or nothing stands before it and it closes before one. */
function singleQuoteEnd(text: string, at: number, char: string): string | undefined {
  if (char !== "'" && char !== '‘') return undefined;
  const before = text[at - 1] ?? ' ';
  if (!/[\s(]/.test(before)) return undefined;
  const end = char === '‘' ? '’' : "'";
  const close = /['’](?=[\s).,;:!?]|$)/.exec(text.slice(at + 1, at + 1 + longestQuote));
  return close && close[0] === end ? end : undefined;
}

/** A salutation or a subject line near the beginning: the voice is the user's, not the assistant's. */
function isLetter(text: string): boolean {
  let lines = 0;
  for (const line of text.split('\n')) {
    if (letterStart.test(line.slice(0, 120))) return true;
    if (++lines >= 8) return false;
  }
  return false;
}

// eslint-disable-next-line no-restricted-syntax -- made of this file's own constants
const letterStart = new RegExp(
  [
    '^[\\s*_>#]{0,6}(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|тема|件名|主题|主題)[*_]{0,2}\\s?[:：]',
    '^\\s{0,4}(?:dear|sehr geehrte[rs]?|liebe[rs]?|hallo (?:frau|herr)|chère?s?|estimad[oa]s?|querid[oa]s?)\\s[^.!?]{0,60}[,:]\\s*$',
    '^\\s{0,4}(?:prezad[oa]s?|car[oaie]|caro|gentile|gentili|egregi[oa]?|spettabile|beste|geachte)\\s[^.!?]{0,60},\\s*$',
    '^\\s{0,4}(?:madame|monsieur|szanown[aiey]|drog[ai]|уважаем[а-я]{1,3}|дорог[а-я]{1,3})[^.?]{0,60}[,!]\\s*$',
    '^\\s{0,4}(?:拝啓|尊敬的|亲爱的|親愛なる)',
  ].join('|'),
  'iu',
);
