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

  it('read prices with tiers and dates, and leave out entries that make no sense', () => {
    const good = {
      model: 'm*',
      provider: 'openai',
      input: 1.5,
      output: 6,
      tiers: [{ aboveInputTokens: 200_000, input: 3 }],
      from: '2026-01-01',
    };
    const bad = [
      {},
      { model: '' },
      { model: 'm', input: -1 },
      { model: 'm', input: '1' },
      { model: 'm', tiers: [{}] },
      { model: 'm', from: 'soon' },
      null,
      [],
      'x',
    ];
    const { settings, complaints } = read({ [keys.userPrices]: [good, ...bad] });
    assert.deepEqual(settings.userPrices, [good]);
    assert.equal(complaints.length, bad.length);
  });

  it('keep a price of zero', () => {
    assert.deepEqual(read({ [keys.userPrices]: [{ model: 'm', input: 0, output: 0 }] }).settings.userPrices, [
      { model: 'm', input: 0, output: 0 },
    ]);
  });

  it('read aliases and rules', () => {
    const alias = { name: 'prod', model: 'gpt-4o' };
    const rule = { id: 'slow', attribute: 'durationMs', operator: 'above', value: 20, severity: 'warning' };
    const bad = [
      { ...rule, id: 'a b' },
      { ...rule, operator: 'like' },
      { ...rule, value: {} },
      { ...rule, severity: 'fatal' },
      { ...rule, value: undefined },
    ];
    const { settings, complaints } = read({
      [keys.modelAliases]: [alias, { name: 'x' }],
      [keys.userRules]: [rule, ...bad],
    });
    assert.deepEqual(settings.modelAliases, [alias]);
    assert.deepEqual(settings.userRules, [rule]);
    assert.equal(complaints.length, 1 + bad.length);
  });

  it('survive keys that every object has', () => {
    const hostile = JSON.parse('[{"__proto__":{"model":"m"},"constructor":1}]') as unknown;
    assert.deepEqual(read({ [keys.userPrices]: hostile }).settings.userPrices, []);
    assert.equal(({} as { model?: unknown }).model, undefined);
  });
});
