import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import { captureNames } from '../engine/support/captures.ts';
import { preparedProgram, scoreProgram } from './support/siteProgram.ts';

/** Small to install, and unlike each other; `CAPTURE_SITES=all` runs every recorded program. */
const few = ['js-site-oi-openai-cjs', 'js-site-otel-openai-tsc', 'js-site-langfuse', 'js-site-ai-sdk-7'];
const chosen = process.env['CAPTURE_SITES'] ?? '';
const names =
  chosen === ''
    ? few
    : captureNames().filter(
        (name) => name.startsWith('js-site-') && (chosen === 'all' || name.includes(chosen)),
      );

describe('recorded programs in JavaScript, run live with the environment of `cli.js env`', function () {
  this.timeout(600_000);
  const rows: string[] = [];

  after('the table', () => {
    for (const row of rows) console.log(`    ${row}`);
  });

  for (const name of names) {
    it(`${name}: the line of every model, tool and embedding call is found`, async function () {
      let folder: string;
      try {
        folder = await preparedProgram(name, (line) => console.log(`    ${line}`));
      } catch (error) {
        console.log(`    skipped: ${error instanceof Error ? error.message : String(error)}`);
        this.skip();
      }
      const score = await scoreProgram(name, folder, ['llm', 'tool', 'embedding']);
      const by = [...score.byResolver].map(([resolver, count]) => `${resolver} ${count}`).join(', ');
      rows.push(`${name} · ${by} · ${score.right}/${score.total}`);
      assert.equal(score.code, 0, score.output.slice(-3000));
      assert.deepEqual(score.unfound, []);
      assert.ok(score.total > 0);
    });
  }
});
