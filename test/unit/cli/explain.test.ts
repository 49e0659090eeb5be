import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { CostEstimate, SpanExplanation } from '../../../src/protocol/details.ts';
import { call, spanIdOf, spans, TestEngine } from '../engine/support.ts';

const cli = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');
const run = promisify(execFile);

describe('explain on the command line', function () {
  this.timeout(60_000);
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(() => engine.dispose());

  const explain = async (id: number, ...more: string[]) => {
    const words = ['explain', spanIdOf(id), '--db', engine.dbPath, ...more];
    const { stdout } = await run(process.execPath, ['--experimental-strip-types', cli, ...words]);
    return JSON.parse(stdout) as SpanExplanation & { estimate?: CostEstimate | null };
  };

  it('estimates a cost only when told to, and only where usage is missing', async () => {
    const attributes = { 'gen_ai.input.messages': 'a'.repeat(400), 'gen_ai.output.messages': 'b'.repeat(40) };
    await engine.receive(spans(call({ id: 1, attributes }), call({ id: 2, attributes, usage: [5, 5] })));
    assert.equal('estimate' in (await explain(1)), false);
    const { estimate } = await explain(1, '--estimate');
    assert.ok(estimate && 'amount' in estimate.result);
    assert.equal(estimate.result.source.kind, 'estimate');
    assert.deepEqual([estimate.inputTokens, estimate.outputTokens], [100, 10]);
    assert.equal((await explain(2, '--estimate')).estimate, null);
  });
});
