import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { capturePython, programs } from './support/capturePython.ts';
import { runLive, scoreOf } from './support/liveProgram.ts';

const calls = ['llm', 'embedding', 'tool'];

describe('recorded programs, run live with the environment of `cli.js env`', function () {
  this.timeout(180_000);
  let python: string;
  const rows: string[] = [];

  before('Python and its packages', async function () {
    this.timeout(900_000);
    python = await capturePython(this);
  });

  after('the table', () => {
    for (const row of rows) console.log(`    ${row}`);
  });

  for (const name of programs) {
    it(`${name}: every span's line is found, and none is wrong`, async () => {
      const live = await runLive(name, python);
      for (const kinds of [calls, ['other']]) {
        const score = scoreOf(live, kinds);
        const by = [...score.byResolver].map(([resolver, count]) => `${resolver} ${count}`).join(', ');
        if (score.total > 0)
          rows.push(`${name} · ${kinds.join('/')} · ${by} · ${score.right}/${score.total}`);
        assert.deepEqual(score.unfound, [], live.output.slice(-3000));
        assert.deepEqual(score.surelyWrong, []);
      }
      assert.deepEqual(live.missing, [], 'the program made other calls than when it was recorded');
    });
  }
});
