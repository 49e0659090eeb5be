import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import net from 'node:net';
import { bindHosts } from '../../../src/receiver/bind.ts';
import { ipv6Here } from './helpers/network.ts';

describe('Binding', () => {
  const servers: net.Server[] = [];
  const create = (): net.Server => {
    const server = net.createServer((socket) => socket.destroy());
    servers.push(server);
    return server;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('takes one free port on all hosts', async function () {
    if (!(await ipv6Here())) this.skip();
    const { bound, failures } = await bindHosts(create, ['127.0.0.1', '::1'], 0);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      bound.map(({ host }) => host),
      ['127.0.0.1', '::1'],
    );
    assert.equal(bound[0]?.port, bound[1]?.port);
    assert.notEqual(bound[0]?.port, 0);
  });

  it('reports a port that somebody has on one host, and serves the other', async function () {
    if (!(await ipv6Here())) this.skip();
    const first = await bindHosts(create, ['::1'], 0);
    const port = first.bound[0]?.port ?? 0;
    const { bound, failures } = await bindHosts(create, ['127.0.0.1', '::1'], port);
    assert.deepEqual(
      bound.map(({ host }) => host),
      ['127.0.0.1'],
    );
    assert.deepEqual(failures, [{ host: '::1', port, code: 'EADDRINUSE' }]);
  });

  it('says nothing of an IPv6 address that the machine does not have', async () => {
    // A documentation address, which no machine has, stands for loopback on a machine without IPv6.
    const { bound, failures } = await bindHosts(create, ['127.0.0.1', '2001:db8::1'], 0);
    assert.equal(bound.length, 1);
    assert.deepEqual(failures, []);
  });

  it('reports addresses and ports that cannot be had instead of throwing', async () => {
    for (const [host, port] of [
      ['192.0.2.1', 0],
      ['127.0.0.1', 70_000],
      ['no-such-host.invalid', 0],
    ] as const) {
      const { bound, failures } = await bindHosts(create, [host], port);
      assert.deepEqual(bound, []);
      assert.equal(failures.length, 1);
      assert.match(failures[0]?.code ?? '', /^[A-Z_]+$/);
    }
  });
});
