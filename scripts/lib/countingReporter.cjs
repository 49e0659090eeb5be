'use strict';
/**
 * Mocha's spec reporter, and at the end the numbers and the failures as JSON in the file that REPORT_COUNTS names:
 * `{ passed, failed, skipped, failures: [{ title, text }] }`.
 */
const fs = require('node:fs');
const Mocha = require('mocha');

const mostLines = 15;

/** The message and the first lines of the stack, which may not repeat it. */
function textOf(error) {
  const message = String(error?.message ?? error);
  const stack = typeof error?.stack === 'string' ? error.stack : '';
  const calls = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [...message.split('\n').slice(0, mostLines), ...calls.slice(0, 4)].join('\n');
}

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { EVENT_TEST_FAIL, EVENT_RUN_END } = Mocha.Runner.constants;
    const told = [];
    runner.on(EVENT_TEST_FAIL, (test, error) =>
      told.push({ title: test.titlePath().join(' › '), text: textOf(error) }),
    );
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      fs.writeFileSync(
        process.env.REPORT_COUNTS,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending, failures: told }),
      );
    });
  }
};
