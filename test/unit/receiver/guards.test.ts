import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { guardSettings, refuseCaller } from '../../../src/receiver/guards.ts';
import type { Caller } from '../../../src/receiver/guards.ts';

const none = guardSettings();
const some = guardSettings(['Host.Docker.Internal'], ['http://localhost:3000', 'https://app.example']);
const local = ['localhost:4318'];

function outcome(caller: Caller, settings = none): string {
  return refuseCaller(caller, settings)?.reason ?? 'passes';
}

describe('The guards', () => {
  const hosts: readonly (readonly [readonly string[], string])[] = [
    [['localhost'], 'passes'],
    [['localhost:4318'], 'passes'],
    [['LOCALHOST:4318'], 'passes'],
    [['127.0.0.1'], 'passes'],
    [['127.0.0.1:4317'], 'passes'],
    // A forwarded port.
    [['localhost:9999'], 'passes'],
    [['[::1]:4318'], 'passes'],
    [['[::1]'], 'passes'],
    [['[0:0:0:0:0:0:0:1]:4318'], 'passes'],
    [['evil.example:4318'], 'forbidden-host'],
    [['localhost.evil.example'], 'forbidden-host'],
    [['127.0.0.1.nip.io:4318'], 'forbidden-host'],
    [['127.1:4318'], 'forbidden-host'],
    [['2130706433'], 'forbidden-host'],
    [['0x7f000001'], 'forbidden-host'],
    [['0177.0.0.1'], 'forbidden-host'],
    [['0.0.0.0:4318'], 'forbidden-host'],
    [['[::]:4318'], 'forbidden-host'],
    [['[::ffff:127.0.0.1]:4318'], 'forbidden-host'],
    [['[::1%25lo]:4318'], 'forbidden-host'],
    [['localhost.'], 'forbidden-host'],
    [['localhost.:4318'], 'forbidden-host'],
    [['a.localhost:4318'], 'forbidden-host'],
    [['127.0.0.2'], 'forbidden-host'],
    [['192.168.1.10:4318'], 'forbidden-host'],
    [['host.docker.internal:4318'], 'forbidden-host'],
    [[''], 'forbidden-host'],
    [[':4318'], 'forbidden-host'],
    [['localhost:'], 'forbidden-host'],
    [['localhost:65536'], 'forbidden-host'],
    [['localhost:4318:4318'], 'forbidden-host'],
    [['localhost@evil.example'], 'forbidden-host'],
    [['evil.example@localhost'], 'forbidden-host'],
    [['localhost/evil'], 'forbidden-host'],
    [['localhost evil'], 'forbidden-host'],
    [['localhost\u0000'], 'forbidden-host'],
    [['ⓛocalhost'], 'forbidden-host'],
    [['__proto__'], 'forbidden-host'],
    [['localhost, evil.example'], 'forbidden-host'],
    [[], 'bad-request'],
    [['localhost', 'evil.example'], 'bad-request'],
    [['localhost', 'localhost'], 'bad-request'],
  ];
  for (const [host, expected] of hosts) {
    it(`decide on Host ${JSON.stringify(host)}: ${expected}`, () =>
      assert.equal(outcome({ hosts: host }), expected));
  }

  it('pass a listed host in any case, with its port', () => {
    assert.equal(outcome({ hosts: ['host.docker.internal:4318'] }, some), 'passes');
    assert.equal(outcome({ hosts: ['host.docker.internal.evil.example'] }, some), 'forbidden-host');
  });

  const origins = [
    'https://evil.example',
    'null',
    '',
    'http://1.2.3.4',
    'http://localhost.evil.com',
    'http://127.0.0.1.nip.io',
    'vscode-webview://0123456789abcdef',
    'http://localhost:4318',
    'http://127.0.0.1:4318',
    'http://localhost:30000',
    'http://localhost:3000/',
    'HTTP://LOCALHOST:3000',
    'http://localhost:3000, https://evil.example',
    'file://',
  ];
  for (const origin of origins) {
    it(`refuse the origin ${JSON.stringify(origin)} unless it is listed literally`, () => {
      assert.equal(outcome({ hosts: local, origin }), 'forbidden-origin');
      assert.equal(outcome({ hosts: local, origin }, some), 'forbidden-origin');
      assert.equal(outcome({ hosts: local, origin }, guardSettings([], [origin])), 'passes');
    });
  }

  it('pass a listed origin, whatever the browser says of the site, but never under a foreign host', () => {
    const caller = { hosts: local, origin: 'https://app.example', secFetchSite: 'cross-site' };
    assert.equal(outcome(caller, some), 'passes');
    assert.equal(outcome({ ...caller, hosts: ['evil.example'] }, some), 'forbidden-host');
  });

  for (const [site, expected] of [
    ['cross-site', 'forbidden-origin'],
    ['same-site', 'forbidden-origin'],
    ['nonsense', 'forbidden-origin'],
    ['none,cross-site', 'forbidden-origin'],
    ['same-origin', 'passes'],
    ['none', 'passes'],
  ] as const) {
    it(`decide on Sec-Fetch-Site ${site} without an origin: ${expected}`, () => {
      assert.equal(outcome({ hosts: local, secFetchSite: site }), expected);
    });
  }

  it('quote what came without growing or breaking the line', () => {
    const refusal = refuseCaller({ hosts: [`evil\r\nX: y\u202e\ud800${'a'.repeat(100_000)}`] }, none);
    assert.ok(refusal);
    assert.ok(refusal.message.length < 300);
    assert.match(refusal.message, /^[^\r\n]*$/);
    assert.ok(refusal.message.isWellFormed());
  });
});
