import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ByteBudget } from '../../../src/receiver/byteBudget.ts';
import { ConnectionPool } from '../../../src/receiver/connectionPool.ts';
import { FramePrefix } from '../../../src/receiver/grpcFraming.ts';
import { Refusal } from '../../../src/receiver/refusal.ts';

describe('The byte budget', () => {
  it('gives to leases until it is used up, and takes back once', () => {
    const budget = new ByteBudget(100);
    const [a, b] = [budget.lease(), budget.lease()];
    assert.ok(a.take(60));
    assert.ok(!b.take(41));
    assert.ok(b.take(40));
    a.giveBack(1000);
    assert.equal(budget.used, 40);
    assert.ok(a.take(60));
    a.release();
    a.release();
    assert.equal(budget.used, 40);
    assert.ok(!a.take(1));
    b.release();
    assert.equal(budget.used, 0);
  });
});

describe('The connection pool', () => {
  const connection = (name: string, cut: string[]) => ({ name, destroy: () => cut.push(name) });

  it('closes the connection that has been idle longest when a new one exceeds the limit', () => {
    const cut: string[] = [];
    const pool = new ConnectionPool<ReturnType<typeof connection>>(3);
    const [a, b, c] = [connection('a', cut), connection('b', cut), connection('c', cut)];
    for (const each of [a, b, c]) pool.add(each);
    pool.begin(a);
    pool.begin(b);
    pool.end(b);
    pool.add(connection('d', cut));
    assert.deepEqual(cut, ['c']);
    pool.add(connection('e', cut));
    assert.deepEqual(cut, ['c', 'b']);
    assert.equal(pool.size, 3);
  });

  it('closes the one that is busy longest when none is idle', () => {
    const cut: string[] = [];
    const pool = new ConnectionPool<ReturnType<typeof connection>>(2);
    for (const name of ['a', 'b', 'c']) {
      const each = connection(name, cut);
      pool.add(each);
      pool.begin(each);
    }
    // The newcomer was idle when it came, and must not be the one.
    assert.deepEqual(cut, ['a']);
  });

  it('ignores connections that are gone', () => {
    const cut: string[] = [];
    const pool = new ConnectionPool<ReturnType<typeof connection>>(1);
    const a = connection('a', cut);
    pool.add(a);
    pool.remove(a);
    pool.end(a);
    pool.add(connection('b', cut));
    assert.deepEqual(cut, []);
  });
});

describe('A gRPC message prefix', () => {
  it('is read in whatever pieces it comes', () => {
    const bytes = Uint8Array.of(1, 0xff, 0, 0, 2, 9, 9);
    for (let cut = 0; cut <= 5; cut++) {
      const prefix = new FramePrefix();
      assert.equal(prefix.feed(bytes.subarray(0, cut)), cut === 5);
      assert.equal(prefix.feed(bytes.subarray(cut)), true);
      assert.equal(prefix.length, 0xff000002);
      assert.equal(prefix.compressed, true);
    }
  });
});

describe('A refusal', () => {
  it('asks for another attempt exactly when the data is not at fault', () => {
    assert.equal(new Refusal('malformed', 'x', 5).retryAfterMs, undefined);
    assert.equal(new Refusal('too-large', 'x').retryAfterMs, undefined);
    assert.equal(new Refusal('backpressure', 'x', 250).retryAfterMs, 250);
    assert.ok((new Refusal('internal', 'x').retryAfterMs ?? 0) > 0);
    for (const reason of ['storage', 'internal', 'closing', 'backpressure'] as const) {
      assert.equal(new Refusal(reason, 'x').httpStatus, 503);
      assert.equal(new Refusal(reason, 'x').grpcCode, 14);
    }
  });
});
