import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, it } from 'mocha';
import { findFreePort } from '../../../src/host/services/freePort.ts';

describe('another port', () => {
  it('is one that can be opened, and none of those in use by ourselves', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: taken } = server.address() as AddressInfo;
    try {
      const found = await findFreePort(taken - 1);
      assert.ok(found !== undefined && found > taken, `${found} after ${taken}`);
      const other = await findFreePort(taken, [found]);
      assert.ok(other !== undefined && other !== found);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('does not exist beyond the last one', async () => {
    assert.equal(await findFreePort(65_535), undefined);
  });
});
