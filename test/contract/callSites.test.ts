import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { SourceParser } from '../../src/source/syntax/cst.ts';
import { loadParser } from '../../src/workspace/treeSitter.ts';
import { answersFor, capturesWithTruth, type Answer, type ProgramAnswers } from './callSiteTruth.ts';

const grammars = new URL('../../node_modules/@vscode/tree-sitter-wasm/wasm', import.meta.url).pathname;
const kinds = new Set(['llm', 'tool', 'embedding']);

describe('lines of captured spans, found in the sources alone', () => {
  let parser: SourceParser;
  const programs: ProgramAnswers[] = [];

  before(async function () {
    this.timeout(120_000);
    parser = await loadParser(grammars);
    for (const capture of capturesWithTruth()) programs.push(answersFor(capture, parser));
  });

  it('finds 90 % of the model, tool and embedding spans of all programs', () => {
    console.log(table(programs));
    const all = programs.flatMap(({ answers }) => answers).filter(({ truth }) => kinds.has(truth.kind));
    assert.ok(all.length > 600, `only ${all.length} spans were compared`);
    const right = all.filter(({ isRight }) => isRight).length;
    assert.ok(right / all.length >= 0.95, `${right} of ${all.length}`);
  });

  it('finds two thirds of the spans of every single program', () => {
    for (const { name, answers } of programs) {
      const own = answers.filter(({ truth }) => kinds.has(truth.kind));
      const right = own.filter(({ isRight }) => isRight).length;
      assert.ok(right * 3 >= own.length * 2, `${name}: ${right} of ${own.length}`);
    }
  });

  it('is never sure of a wrong line', () => {
    const wrong = programs.flatMap(({ name, answers }) =>
      answers
        .filter(({ isRight, location }) => !isRight && isSure(location?.confidence))
        .map((answer) => `${name}: ${told(answer)}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('is sure of many, and what it calls likely mostly is', () => {
    const all = programs.flatMap(({ answers }) => answers).filter(({ truth }) => kinds.has(truth.kind));
    const sure = all.filter(({ location }) => isSure(location?.confidence));
    assert.ok(sure.length * 3 > all.length, `${sure.length} of ${all.length}`);
    const likely = all.filter(({ location }) => location?.confidence === 'likely');
    const right = likely.filter(({ isRight }) => isRight).length;
    assert.ok(right / likely.length > 0.95, `${right} of ${likely.length}`);
  });

  it('names other lines where one alone cannot be told', () => {
    const unsure = programs
      .flatMap(({ answers }) => answers)
      .filter(({ location, truth }) => location?.confidence === 'possible' && kinds.has(truth.kind));
    assert.ok(unsure.every(({ location }) => location && location.candidates.length > 0));
  });
});

function isSure(confidence: string | undefined): boolean {
  return confidence === 'exact' || confidence === 'certain';
}

function told({ truth, location }: Answer): string {
  const { site } = truth;
  return `${truth.kind} ${truth.name}: ${location?.file}:${location?.line} (${location?.reason}), not ${site?.file}:${site?.line}`;
}

/** program · right/total of each resolver and confidence */
function table(all: readonly ProgramAnswers[]): string {
  const rows = all.map(({ name, answers }) => row(name, answers));
  return [
    ...rows,
    row(
      'all',
      all.flatMap(({ answers }) => answers),
    ),
  ].join('\n');
}

function row(name: string, answers: readonly Answer[]): string {
  const own = answers.filter(({ truth }) => kinds.has(truth.kind));
  const others = answers.filter(({ truth }) => !kinds.has(truth.kind));
  const groups = new Map<string, { right: number; of: number }>();
  for (const { location, isRight } of own) {
    const key = location ? `${location.resolver} ${location.confidence}` : 'none';
    const group = groups.get(key) ?? { right: 0, of: 0 };
    groups.set(key, { right: group.right + (isRight ? 1 : 0), of: group.of + 1 });
  }
  const share = (list: readonly Answer[]): string =>
    `${list.filter(({ isRight }) => isRight).length}/${list.length}`;
  const parts = [...groups].sort().map(([key, { right, of }]) => `${key} ${right}/${of}`);
  return `      ${name.padEnd(26)} ${share(own).padEnd(8)} ${parts.join(', ')} · other spans ${share(others)}`;
}
