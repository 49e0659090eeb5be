import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import zlib from 'node:zlib';
import { ByteBudget } from '../../../src/receiver/byteBudget.ts';
import { inflate } from '../../../src/receiver/inflate.ts';
import type { Compression } from '../../../src/receiver/inflate.ts';
import { Refusal } from '../../../src/receiver/refusal.ts';

const mebi = 1024 * 1024;

async function run(
  bytes: Uint8Array,
  compression: Compression = 'gzip',
  limit = mebi,
  budget = new ByteBudget(1024 * mebi),
) {
  const lease = budget.lease();
  const result = await inflate(bytes, compression, limit, lease);
  const outcome = result instanceof Refusal ? result.reason : Buffer.from(result);
  return { outcome, held: budget.used, lease };
}

describe('Inflating', () => {
  for (const size of [0, 1, 1000, 300_000, 3 * mebi]) {
    it(`gives back ${size} bytes, whichever way they go, and counts them`, async () => {
      const plain = Buffer.concat([
        randomBytes(size / 3),
        Buffer.alloc(size - Math.floor(size / 3), 'ab'),
      ]).subarray(0, size);
      for (const [compression, bytes] of [
        ['gzip', zlib.gzipSync(plain)],
        ['deflate', zlib.deflateSync(plain)],
      ] as const) {
        const { outcome, held, lease } = await run(bytes, compression, 4 * mebi);
        assert.deepEqual(outcome, plain);
        assert.equal(held, plain.length);
        lease.release();
      }
    });
  }

  it('takes exactly the limit and refuses one byte more', async () => {
    for (const limit of [1000, 2 * mebi]) {
      assert.equal((await run(zlib.gzipSync(Buffer.alloc(limit)), 'gzip', limit)).outcome.length, limit);
      assert.equal((await run(zlib.gzipSync(Buffer.alloc(limit + 1)), 'gzip', limit)).outcome, 'too-large');
    }
  });

  it('stops a bomb at the limit and holds nothing of it', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(100 * mebi));
    const { outcome, held } = await run(bomb, 'gzip', mebi);
    assert.equal(outcome, 'too-large');
    assert.equal(held, 0);
  });

  it('stops where the budget of all requests ends', async () => {
    const { outcome, held } = await run(
      zlib.gzipSync(Buffer.alloc(8 * mebi)),
      'gzip',
      64 * mebi,
      new ByteBudget(mebi),
    );
    assert.equal(outcome, 'backpressure');
    assert.equal(held, 0);
  });

  const members = (size: number): Buffer[] => [
    zlib.gzipSync(Buffer.alloc(size, 'a')),
    zlib.gzipSync(Buffer.alloc(size, 'b')),
  ];
  for (const size of [10, 700_000]) {
    it(`reads concatenated members of ${size} bytes as one body`, async () => {
      const { outcome } = await run(Buffer.concat(members(size)), 'gzip', 2 * mebi);
      assert.equal(outcome.length, 2 * size);
      assert.equal(outcome.at(-1), 'b'.charCodeAt(0));
    });

    it(`refuses trailing data, a missing end, a wrong checksum and a wrong length (${size} bytes)`, async () => {
      const [good = Buffer.alloc(0)] = members(size);
      const changed = (offset: number): Buffer => {
        const copy = Buffer.from(good);
        copy[copy.length + offset]! ^= 0xff;
        return copy;
      };
      assert.equal((await run(Buffer.concat([good, Buffer.from('trailing')]))).outcome, 'malformed');
      assert.equal((await run(good.subarray(0, -1))).outcome, 'malformed');
      assert.equal((await run(good.subarray(0, good.length / 2))).outcome, 'malformed');
      assert.equal((await run(changed(-6))).outcome, 'malformed');
      assert.equal((await run(changed(-2))).outcome, 'malformed');
    });
  }

  it('refuses what is not compressed, or compressed otherwise', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('plain text'),
      zlib.deflateSync('x'),
      zlib.brotliCompressSync('x'),
    ]) {
      assert.equal((await run(bytes)).outcome, 'malformed');
    }
    assert.equal((await run(zlib.gzipSync('x'), 'deflate')).outcome, 'malformed');
    assert.equal((await run(randomBytes(100_000))).outcome, 'malformed');
  });

  it('opens one layer only', async () => {
    const inner = zlib.gzipSync('text');
    assert.deepEqual((await run(zlib.gzipSync(inner))).outcome, inner);
  });
});
