import type { DiffPart } from '../protocol/compare.ts';
import { sequenceDiff } from './sequenceDiff.ts';

type TextRun = Exclude<DiffPart, { kind: 'skipped' }>;

/** Larger changes are shown line by line only. */
const mostRefined = 2_000_000;
/** Less in common than this share of characters: two texts rather than one that changed. */
const leastCommon = 0.2;

/**
 * What changed from one text to another, by lines and within changed lines by words. The runs that are not `added`
 * make up the left text, those that are not `removed` the right one.
 */
export function textDiff(left: string, right: string): TextRun[] {
  if (left === right) return left === '' ? [] : [{ kind: 'same', text: left }];
  const lines = diffTokens(lineTokens(left), lineTokens(right));
  const result: TextRun[] = [];
  for (let at = 0; at < lines.length; at++) {
    const run = lines[at];
    const next = lines[at + 1];
    if (run?.kind === 'removed' && next?.kind === 'added') {
      result.push(...refined(run, next));
      at++;
    } else if (run) result.push(run);
  }
  return joined(result);
}

function refined(removed: TextRun, added: TextRun): readonly TextRun[] {
  const size = removed.text.length + added.text.length;
  if (size > mostRefined) return [removed, added];
  const words = withoutCrumbs(diffTokens(wordTokens(removed.text), wordTokens(added.text)));
  const common = words.reduce((sum, { kind, text }) => sum + (kind === 'same' ? text.trim().length : 0), 0);
  return common * 2 < size * leastCommon ? [removed, added] : words;
}

function lineTokens(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Words, runs of blanks, and single signs; scripts without spaces sign by sign. */
function wordTokens(text: string): readonly string[] {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}_]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\p{L}\p{N}\p{M}_]|$)|\s+|[^\s]/gsu,
    ) ?? []
  );
}

function diffTokens(left: readonly string[], right: readonly string[]): TextRun[] {
  const symbols = new Map<string, number>();
  const number = (token: string): number => {
    const known = symbols.get(token);
    if (known !== undefined) return known;
    symbols.set(token, symbols.size);
    return symbols.size - 1;
  };
  const runs = sequenceDiff(left.map(number), right.map(number));
  return runs.map(({ kind, left: l, right: r, length }) => ({
    kind,
    text: (kind === 'added' ? right.slice(r, r + length) : left.slice(l, l + length)).join(''),
  }));
}

/** A blank or a sign between two changes belongs to them: a row of crumbs is hard to read. */
function withoutCrumbs(runs: readonly TextRun[]): TextRun[] {
  const result: TextRun[] = [];
  let removed = '';
  let added = '';
  const flush = (): void => {
    if (removed !== '') result.push({ kind: 'removed', text: removed });
    if (added !== '') result.push({ kind: 'added', text: added });
    removed = added = '';
  };
  for (const [index, { kind, text }] of runs.entries()) {
    if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else {
      const isCrumb = text.length <= 2 && !/[\p{L}\p{N}\n]/u.test(text) && removed !== '' && added !== '';
      if (isCrumb && index < runs.length - 1) {
        removed += text;
        added += text;
      } else {
        flush();
        result.push({ kind, text });
      }
    }
  }
  flush();
  return result;
}

function joined(runs: readonly TextRun[]): TextRun[] {
  const result: TextRun[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (last?.kind === run.kind) result[result.length - 1] = { kind: run.kind, text: last.text + run.text };
    else if (run.text !== '') result.push(run);
  }
  return result;
}

const limits = { same: 2_400, kept: 800, changed: 200_000 } as const;

/** Runs as they are sent: long ones that are the same keep their ends, very long changes their beginning. */
export function abbreviated(runs: readonly TextRun[]): DiffPart[] {
  return runs.flatMap((run): DiffPart[] => {
    const { kind, text } = run;
    if (kind === 'same' && text.length > limits.same) {
      const head = cutAt(text, limits.kept);
      const tail = cutAt(text, text.length - limits.kept);
      return [
        { kind, text: text.slice(0, head) },
        { kind: 'skipped', of: kind, characters: tail - head },
        { kind, text: text.slice(tail) },
      ];
    }
    if (text.length <= limits.changed) return [run];
    const head = cutAt(text, limits.changed);
    return [
      { kind, text: text.slice(0, head) },
      { kind: 'skipped', of: kind, characters: text.length - head },
    ];
  });
}

/** A position that splits no surrogate pair. */
function cutAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
