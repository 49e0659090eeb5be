import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { SettingKey } from '../../../src/host/ids.ts';
import { settings as keys } from '../../../src/host/ids.ts';
import { readEngineSettings } from '../../../src/host/services/engineSettings.ts';

function read(values: Partial<Record<SettingKey, unknown>>) {
  const complaints: string[] = [];
  const given = new Map<string, unknown>(Object.entries(values));
  const settings = readEngineSettings(
    (key) => given.get(key),
    ['/work'],
    (key, what) => complaints.push(`${key} ${what}`),
  );
  return { settings, complaints };
}

describe('settings for the engine', () => {
  it('have the documented defaults, on loopback only', () => {
    const { settings, complaints } = read({});
    assert.deepEqual(settings.receiver, {
      enabled: true,
      hosts: ['127.0.0.1', '::1'],
      grpcPort: 4317,
      httpPort: 4318,
      maxRequestBytes: 67_108_864,
      allowedOrigins: [],
    });
    assert.deepEqual(settings.store, { maxAgeDays: 7, maxBytes: 1_000_000_000, maxTraces: 1_000_000 });
    assert.deepEqual(complaints, []);
  });

  it('draw numbers into their range and name what is no number', () => {
    const { settings, complaints } = read({
      [keys.grpcPort]: 99_999,
      [keys.httpPort]: '4318',
      [keys.maxAgeDays]: NaN,
      [keys.maxTraces]: -5,
    });
    assert.equal(settings.receiver.grpcPort, 65_535);
    assert.equal(settings.receiver.httpPort, 4318);
    assert.equal(settings.store.maxAgeDays, 7);
    assert.equal(settings.store.maxTraces, 1);
    assert.deepEqual(complaints, [`${keys.httpPort} is not a number`, `${keys.maxAgeDays} is not a number`]);
  });

  it('take origins that are exactly an origin, and no other', () => {
    const wrong = [
      '*',
      'null',
      'http://x/path',
      'file:///x',
      'http://*.example.com/',
      'vscode-webview://x',
      'http://user@host',
      7,
    ];
    const { settings, complaints } = read({
      [keys.allowedOrigins]: ['http://localhost:5173', 'https://app.example', ...wrong],
    });
    assert.deepEqual(settings.receiver.allowedOrigins, ['http://localhost:5173', 'https://app.example']);
    assert.equal(complaints.length, wrong.length);
  });

  it('pass prices, aliases, rules and mappings on as they were written, for their rooms to check', () => {
    const price = { model: 'm*', input: 0, tiers: [{ aboveInputTokens: 200_000, input: 3 }], from: 'soon' };
    const { settings, complaints } = read({
      [keys.userPrices]: [price, null, [], 'x'],
      [keys.modelAliases]: [{ name: 'prod', model: 'gpt-4o' }],
      [keys.userRules]: [{ id: 'a b' }],
      [keys.attributeMappings]: [{ attribute: 'a', field: 'b' }],
    });
    assert.deepEqual(settings.userPrices, [price]);
    assert.deepEqual(settings.modelAliases, [{ name: 'prod', model: 'gpt-4o' }]);
    assert.deepEqual(settings.userRules, [{ id: 'a b' }]);
    assert.deepEqual(settings.attributeMappings, [{ attribute: 'a', field: 'b' }]);
    assert.equal(complaints.length, 3);
  });

  it('take no more entries than a list may have, and none from what is no list', () => {
    const many = Array.from({ length: 5000 }, () => ({ model: 'm' }));
    assert.equal(read({ [keys.userPrices]: many }).settings.userPrices?.length, 1000);
    const { settings, complaints } = read({ [keys.disabledFlags]: { apology: true } });
    assert.deepEqual(settings.disabledFlags, []);
    assert.deepEqual(complaints, [`${keys.disabledFlags} is not a list`]);
  });
});
