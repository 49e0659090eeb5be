import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { bodyCompression, bodyEncoding, signalOfTarget } from '../../../src/receiver/httpRoute.ts';
import { Refusal } from '../../../src/receiver/refusal.ts';

describe('The HTTP routes', () => {
  const targets: readonly (readonly [string, string | undefined])[] = [
    ['/v1/traces', 'traces'],
    ['/v1/logs', 'logs'],
    ['/v1/metrics', 'metrics'],
    ['/v1/traces/', 'traces'],
    ['/v1/traces?api_key=x/v1/logs', 'traces'],
    ['/api/public/otel/v1/traces', 'traces'],
    ['/otel/v1/logs', 'logs'],
    ['/', undefined],
    ['', undefined],
    ['/v1/trace', undefined],
    ['/v1/Traces', undefined],
    ['/xv1/traces/x', undefined],
    ['/x-v1/traces', undefined],
    ['/other?/v1/traces', undefined],
    ['/v1/profiles', undefined],
  ];
  for (const [target, signal] of targets) {
    it(`lead ${JSON.stringify(target)} to ${signal ?? 'nothing'}`, () =>
      assert.equal(signalOfTarget(target), signal));
  }

  for (const [type, encoding] of [
    ['application/x-protobuf', 'protobuf'],
    ['Application/X-Protobuf', 'protobuf'],
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['APPLICATION/JSON ;x=y', 'json'],
    ['application/x-protobuf;messageType="x"', 'protobuf'],
    ['text/plain', undefined],
    ['application/x-www-form-urlencoded', undefined],
    ['multipart/form-data; boundary=application/json', undefined],
    ['text/plain;application/json', undefined],
    ['application/jsonp', undefined],
    ['application/grpc', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    it(`read ${JSON.stringify(type)} as ${encoding ?? 'unsupported'}`, () =>
      assert.equal(bodyEncoding(type), encoding));
  }

  it('know gzip, deflate and no compression, and refuse every other or double one', () => {
    assert.equal(bodyCompression(undefined), undefined);
    assert.equal(bodyCompression('identity'), undefined);
    assert.equal(bodyCompression(' GZIP '), 'gzip');
    assert.equal(bodyCompression('deflate'), 'deflate');
    for (const name of ['br', 'zstd', 'gzip, gzip', 'identity, gzip', 'constructor']) {
      assert.ok(bodyCompression(name) instanceof Refusal, name);
    }
  });
});
