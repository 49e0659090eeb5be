import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import type { Shell } from '../../../src/host/environment/environmentText.ts';
import { environmentFor, environmentText, shellOf } from '../../../src/host/environment/environmentText.ts';

const urls = { grpc: 'http://127.0.0.1:4317', http: 'http://127.0.0.1:4318' };
const shells: readonly Shell[] = ['sh', 'fish', 'powershell', 'cmd', 'dotenv'];

describe('the environment for a program', () => {
  it('gives Python gRPC and Node.js HTTP, and the other port where only that is open', () => {
    const of = (target: 'python' | 'node', given: object) => {
      const variables = environmentFor(target, given);
      return [variables?.get('OTEL_EXPORTER_OTLP_ENDPOINT'), variables?.get('OTEL_EXPORTER_OTLP_PROTOCOL')];
    };
    assert.deepEqual(of('python', urls), [urls.grpc, 'grpc']);
    assert.deepEqual(of('node', urls), [urls.http, 'http/protobuf']);
    assert.deepEqual(of('python', { http: urls.http }), [urls.http, 'http/protobuf']);
    assert.deepEqual(of('node', { grpc: urls.grpc }), [urls.grpc, 'grpc']);
    assert.equal(environmentFor('any', {}), undefined);
  });

  it('is text that runs nothing when it is pasted: no line end behind the last line', () => {
    const variables = environmentFor('any', urls);
    assert.ok(variables);
    for (const shell of shells) assert.doesNotMatch(environmentText(variables, shell), /\n$/);
  });

  it('means to sh what was meant, whatever is in a value', () => {
    const hostile = `a'b"c $(touch x) \`id\` \\ !;&|<>*?~#\nnext -e`;
    const script = `${environmentText(new Map([['LLM_TEST', hostile]]), 'sh')}\nprintf %s "$LLM_TEST"`;
    assert.equal(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }), hostile);
  });

  it('quotes for the other shells', () => {
    const text = (shell: Shell, value: string): string => environmentText(new Map([['X', value]]), shell);
    assert.equal(text('fish', `a'b\\`), `set -gx X 'a\\'b\\\\'`);
    assert.equal(text('powershell', `a'b $x`), `$env:X = 'a''b $x'`);
    assert.equal(text('cmd', 'a"&%PATH%'), 'set "X=a&PATH"');
    assert.equal(text('dotenv', 'a b'), 'X="a b"');
    assert.equal(text('dotenv', 'http://[::1]:4318'), 'X=http://[::1]:4318');
  });

  it('is written for the shell the editor uses', () => {
    assert.equal(shellOf('/usr/bin/fish', 'linux'), 'fish');
    assert.equal(shellOf('C:\\Program Files\\PowerShell\\7\\pwsh.exe', 'win32'), 'powershell');
    assert.equal(shellOf('C:\\Windows\\System32\\cmd.exe', 'win32'), 'cmd');
    assert.equal(shellOf('/bin/zsh', 'darwin'), 'sh');
    assert.equal(shellOf(undefined, 'win32'), 'powershell');
    assert.equal(shellOf('', 'linux'), 'sh');
  });
});
