/** A piece of code and what it is, as far as colours go. */
export interface CodeToken {
  readonly kind: 'plain' | 'comment' | 'string' | 'number' | 'keyword' | 'name' | 'added' | 'removed';
  readonly text: string;
}

interface Language {
  readonly lineComments: readonly string[];
  readonly blockComment?: readonly [open: string, close: string];
  /** Quotes, the longest first; a string of a single sign ends at the line's end unless it is in `multiline`. */
  readonly quotes: readonly string[];
  readonly multiline: readonly string[];
  readonly keywords: ReadonlySet<string>;
  readonly ignoreCase?: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const cLike = {
  lineComments: ['//'],
  blockComment: ['/*', '*/'],
  quotes: ['"', "'"],
  multiline: [],
} as const;
const script: Language = {
  ...cLike,
  quotes: ['"', "'", '`'],
  multiline: ['`'],
  keywords: words(
    'abstract any as async await boolean break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface is keyof let namespace never new null number object of override private protected public readonly return satisfies set static string super switch symbol this throw true try type typeof undefined unknown var void while with yield',
  ),
};
const python: Language = {
  lineComments: ['#'],
  quotes: ['"""', "'''", '"', "'"],
  multiline: ['"""', "'''"],
  keywords: words(
    'and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield',
  ),
};
const shell: Language = {
  lineComments: ['#'],
  quotes: ['"', "'"],
  multiline: ['"', "'"],
  keywords: words(
    'case do done elif else esac exec exit export fi for function if in local read return set shift source then trap unset until while cd echo',
  ),
};
const sql: Language = {
  lineComments: ['--'],
  blockComment: ['/*', '*/'],
  quotes: ["'", '"'],
  multiline: ["'"],
  ignoreCase: true,
  keywords: words(
    'add all alter and as asc between by case create cross default delete desc distinct drop else end exists false foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer over partition primary references right select set table then true union unique update using values view when where with',
  ),
};
const c: Language = {
  ...cLike,
  keywords: words(
    'abstract as async auto await base bool boolean break byte case catch char class const constexpr continue decimal default defer delegate delete do double dynamic else enum event explicit export extends extern false final finally fixed float fn for foreach friend from func go goto if impl implements implicit import in inline instanceof int interface internal is let lock long loop match mod module move mut mutable namespace native new nil null nullptr object operator out override package params private protected pub public range readonly ref register return sealed select self short signed sizeof static string struct super switch synchronized template this throw throws trait true try type typedef typename uint union unsafe unsigned use using val var virtual void volatile when where while yield',
  ),
};
const ruby: Language = {
  lineComments: ['#'],
  quotes: ['"', "'"],
  multiline: ['"', "'"],
  keywords: words(
    'alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo require rescue retry return self super then true undef unless until when while yield',
  ),
};
const settings: Language = {
  lineComments: ['#'],
  quotes: ['"', "'"],
  multiline: [],
  keywords: words('true false null yes no on off FROM RUN CMD COPY ENV WORKDIR ENTRYPOINT EXPOSE ARG'),
};
const json: Language = {
  ...cLike,
  quotes: ['"'],
  keywords: words('true false null'),
};
const markup: Language = {
  lineComments: [],
  blockComment: ['<!--', '-->'],
  quotes: ['"', "'"],
  multiline: ['"', "'"],
  keywords: words(''),
};

const languages = new Map<string, Language>();
for (const [language, names] of [
  [script, 'js javascript jsx ts typescript tsx mjs cjs mts'],
  [python, 'py python python3 pycon ipython'],
  [shell, 'sh bash shell zsh console shellscript fish'],
  [sql, 'sql postgres postgresql mysql sqlite'],
  [c, 'c cpp c++ cs csharp java kotlin kt go golang rust rs swift scala dart php objc'],
  [ruby, 'rb ruby perl elixir'],
  [settings, 'yaml yml toml ini dockerfile docker makefile r'],
  [json, 'json jsonc json5 jsonl css scss'],
  [markup, 'html xml svg vue'],
] as const) {
  for (const name of names.split(' ')) languages.set(name, language);
}

const longest = 100_000;

/**
 * Code in colours: comments, strings, numbers and keywords of the usual languages, enough to read by. One pass, linear
 * in the length; code of an unknown language, or a very long one, is one plain piece. Joined, the pieces are the code.
 */
export function highlight(code: string, languageName: string): readonly CodeToken[] {
  const name = languageName.toLowerCase();
  if (code.length > longest) return [{ kind: 'plain', text: code }];
  if (name === 'diff' || name === 'patch') return diffTokens(code);
  const language = languages.get(name);
  return language ? tokens(code, language) : [{ kind: 'plain', text: code }];
}

function diffTokens(code: string): CodeToken[] {
  return (code.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((text) => ({
    kind: text.startsWith('+')
      ? 'added'
      : text.startsWith('-')
        ? 'removed'
        : text.startsWith('@@')
          ? 'keyword'
          : 'plain',
    text,
  }));
}

const wordStart = /[\p{L}_$@]/u;
const wordRest = /[\p{L}\p{N}_$]/u;
const numberRest = /[\w.]/;

function tokens(code: string, language: Language): CodeToken[] {
  const result: CodeToken[] = [];
  let plainFrom = 0;
  let at = 0;
  const take = (kind: CodeToken['kind'], end: number): void => {
    if (plainFrom < at) result.push({ kind: 'plain', text: code.slice(plainFrom, at) });
    result.push({ kind, text: code.slice(at, end) });
    at = plainFrom = end;
  };
  while (at < code.length) {
    const char = code.charAt(at);
    const block = language.blockComment;
    if (block && code.startsWith(block[0], at)) {
      take('comment', endOf(code, block[1], at + block[0].length));
      continue;
    }
    if (language.lineComments.some((sign) => code.startsWith(sign, at)) && startsComment(code, at)) {
      const line = code.indexOf('\n', at);
      take('comment', line < 0 ? code.length : line);
      continue;
    }
    const quote = language.quotes.find((sign) => code.startsWith(sign, at));
    if (quote !== undefined) {
      take('string', endOfString(code, at + quote.length, quote, language.multiline.includes(quote)));
      continue;
    }
    if (char >= '0' && char <= '9') {
      let end = at + 1;
      while (end < code.length && numberRest.test(code.charAt(end))) end++;
      take('number', end);
      continue;
    }
    if (wordStart.test(char)) {
      let end = at + 1;
      while (end < code.length && wordRest.test(code.charAt(end))) end++;
      const word = code.slice(at, end);
      if (language.keywords.has(language.ignoreCase ? word.toLowerCase() : word)) take('keyword', end);
      else if (code.charAt(end) === '(') take('name', end);
      else at = end;
      continue;
    }
    at++;
  }
  if (plainFrom < code.length) result.push({ kind: 'plain', text: code.slice(plainFrom) });
  return result;
}

/** `#` within a word, as in `$#` or `a#b`, begins no comment. */
function startsComment(code: string, at: number): boolean {
  return code.charAt(at) !== '#' || at === 0 || /\s|[;(]/.test(code.charAt(at - 1));
}

function endOf(code: string, sign: string, from: number): number {
  const end = code.indexOf(sign, from);
  return end < 0 ? code.length : end + sign.length;
}

function endOfString(code: string, from: number, quote: string, isMultiline: boolean): number {
  for (let at = from; at < code.length; at++) {
    const char = code.charAt(at);
    if (char === '\\') at++;
    else if (char === '\n' && !isMultiline) return at;
    else if (code.startsWith(quote, at)) return at + quote.length;
  }
  return code.length;
}
