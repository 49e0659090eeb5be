import { codeSign } from './codeLines.ts';
import { foundAt, notFound, type Finding } from './finding.ts';

/** Answers are read this far; a line more or less does not change the verdict. */
const longestText = 64 * 1024;

/**
 * Does the answer contain source code or commands? A fenced block in a programming language, a fence without a
 * language whose lines look like code, or lines of code in the open. Not code: data (JSON, YAML, CSV, XML), formulas,
 * tables, diagrams, and names in backticks within prose.
 */
export function containsCode(text: string): Finding {
  const open = new Tally();
  let fence: Fence | undefined;
  for (const line of lines(text.slice(0, longestText))) {
    const mark = fenceMark(line);
    if (fence) {
      if (mark && mark.char === fence.char && mark.length >= fence.length && mark.info === '') {
        if (fence.isCode()) return fence.finding();
        fence = undefined;
      } else fence.add(line);
    } else if (mark) fence = new Fence(mark);
    else if (open.add(line, 2)) return open.finding();
  }
  return fence?.isCode() ? fence.finding() : notFound;
}

interface Mark {
  readonly char: string;
  readonly length: number;
  /** The word behind the opening mark, lower case. */
  readonly info: string;
}

function fenceMark(line: string): Mark | undefined {
  const text = line.trimStart();
  const char = text[0];
  if (char !== '`' && char !== '~') return undefined;
  let length = 0;
  while (text[length] === char) length++;
  // More than six tildes underline a heading.
  if (length < 3 || (char === '~' && length > 6)) return undefined;
  const info = text.slice(length, length + 80).trim();
  // A whole fence in one line is an inline span.
  if (char === '`' && info.includes('`')) return undefined;
  return { char, length, info: (info.replace(/^[{.]+/, '').split(/[\s{},:(]/, 1)[0] ?? '').toLowerCase() };
}

/** Signs of code, counted over neighbouring lines. */
class Tally {
  #strong = 0;
  #weak = 0;
  #silent = 0;
  #first = '';

  /** True when the lines so far are code: one certain line, two likely ones, or a likely one with weak company. */
  add(line: string, needed: number): boolean {
    if (line.trim() === '') return false;
    const sign = codeSign(line);
    if (sign === undefined) {
      // Prose in between: what came before stands alone.
      if (++this.#silent > 2) this.#strong = this.#weak = 0;
      return false;
    }
    this.#silent = 0;
    const isBlock = line.startsWith('    ') || line.startsWith('\t');
    if (sign !== 'weak' && (this.#strong === 0 || this.#first === '')) this.#first = line;
    if (sign === 'certain') this.#strong += 2;
    else if (sign === 'likely') this.#strong += 1;
    else this.#weak += isBlock ? 1 : 0.5;
    return this.#strong >= needed || (this.#strong >= 1 && this.#weak >= 0.5 * needed);
  }

  finding(): Finding {
    return foundAt(this.#first);
  }
}

class Fence {
  readonly char: string;
  readonly length: number;
  readonly #info: string;
  readonly #tally = new Tally();
  #lines = 0;
  #weak = 0;
  #looksLikeCode = false;
  #first = '';

  constructor(mark: Mark) {
    this.char = mark.char;
    this.length = mark.length;
    this.#info = mark.info;
  }

  add(line: string): void {
    if (line.trim() === '') return;
    this.#lines++;
    if (this.#first === '') this.#first = line;
    if (this.#looksLikeCode || languages.has(this.#info) || dataFormats.has(this.#info)) return;
    if (codeSign(line) === 'weak') this.#weak++;
    this.#looksLikeCode = this.#tally.add(line, 1) || this.#weak >= 3;
  }

  isCode(): boolean {
    if (this.#lines === 0 || dataFormats.has(this.#info)) return false;
    return languages.has(this.#info) || this.#looksLikeCode;
  }

  finding(): Finding {
    return foundAt(this.#info === '' ? this.#first : `${this.#info}: ${this.#first.trim()}`);
  }
}

/** Lines without their ends, one at a time: a text of line breaks makes no array of them. */
function* lines(text: string): Generator<string> {
  let from = 0;
  while (from <= text.length) {
    const end = text.indexOf('\n', from);
    if (end < 0) {
      yield text.slice(from);
      return;
    }
    yield text.slice(from, end);
    from = end + 1;
  }
}

const dataFormats = new Set(
  (
    'json jsonc json5 jsonl ndjson yaml yml toml ini csv tsv xml text txt plain plaintext markdown md mdx latex tex ' +
    'math mermaid plantuml dot output log email poem properties env svg rst ascii'
  ).split(' '),
);
const languages = new Set(
  (
    'ada apex applescript asm assembly astro awk bash bat batch c c# c++ clj clojure cmake cmd cobol coffee coffeescript ' +
    'console cpp cs csharp css cu cuda cypher cxx d dart delphi diff docker dockerfile elixir elm erl erlang ex exs f# ' +
    'fish fortran fs fsharp gdscript gherkin glsl go golang gql gradle graphql groovy h haskell hcl hlsl hpp hs html htm ' +
    'java javascript jinja jl jq js jsx julia kotlin kql ksh kt kts kusto less lisp lua makefile make mathematica matlab ' +
    'mips mjs ml mojo mysql nasm nginx nim nix node objc objective-c objectivec ocaml octave pascal patch perl pgsql php ' +
    'pl plpgsql plsql postgres postgresql powershell prisma prolog proto protobuf ps ps1 pwsh py py3 python python3 qml r ' +
    'racket raku rb react regex regexp rs ruby rust sas sass scala scheme scratch scss sh shell shell-session shellscript ' +
    'solidity sparql sql sqlite styl stylus sv svelte swift systemverilog tcl terminal terraform tf ts tsql tsx typescript ' +
    'v vb vba vbnet verilog vhdl vim vue wasm wat wgsl xquery zig zsh'
  ).split(' '),
);
