import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');

function env(
  args: readonly string[],
  existing: Record<string, string> = {},
): { out: string; code: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [cli, 'env', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...existing },
    encoding: 'utf8',
  });
  return { out: stdout, code: status };
}

function json(args: readonly string[], existing?: Record<string, string>): Record<string, string> {
  const { out, code } = env([...args, '--shell', 'json'], existing);
  assert.equal(code, 0);
  return JSON.parse(out) as Record<string, string>;
}

describe('The command env', () => {
  it('answers with the endpoint, and with hooks that are there', () => {
    const values = json(['--endpoint', 'http://127.0.0.1:14318/']);
    assert.equal(values['OTEL_EXPORTER_OTLP_ENDPOINT'], 'http://127.0.0.1:14318');
    assert.ok(existsSync(path.join(values['PYTHONPATH'] ?? '', 'sitecustomize.py')));
    const [option, hook] = (values['NODE_OPTIONS'] ?? '').split(' ');
    assert.equal(option, '--require');
    assert.ok(existsSync((hook ?? '').replaceAll('"', '')));
  });

  it('keeps what is set, but for an endpoint that was asked for', () => {
    const existing = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_EXPORTER: 'console' };
    assert.equal(json([], existing)['OTEL_EXPORTER_OTLP_ENDPOINT'], undefined);
    const values = json(['--endpoint', 'http://127.0.0.1:14318'], existing);
    assert.equal(values['OTEL_EXPORTER_OTLP_ENDPOINT'], 'http://127.0.0.1:14318');
    assert.equal(values['OTEL_TRACES_EXPORTER'], undefined);
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://elsewhere/v1/traces' };
    const name = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
    assert.equal(json([], own)[name], undefined);
    assert.equal(
      json(['--endpoint', 'http://127.0.0.1:14318'], own)[name],
      'http://127.0.0.1:14318/v1/traces',
    );
  });

  it('is the same when the shell that evaluates it has it already', () => {
    const script = `eval "$('${process.execPath}' '${cli}' env)"`;
    const { stdout, status } = spawnSync(
      '/bin/sh',
      ['-c', `${script}; ${script}; printf '%s|%s' "$PYTHONPATH" "$NODE_OPTIONS"`],
      {
        env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: '/my own' },
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0);
    const [python = '', node = ''] = stdout.split('|');
    assert.equal(python.split(':').length, 2);
    assert.equal(python.split(':')[1], '/my own');
    assert.equal(node.split('--require').length, 2);
  });

  it('names the workspace', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'my shop '));
    try {
      const values = json(['--workspace', folder]);
      assert.equal(values['OTEL_SERVICE_NAME'], path.basename(folder));
      assert.match(values['OTEL_RESOURCE_ATTRIBUTES'] ?? '', /^llm_trace_inspector\.workspace=.*my%20shop/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses words that mean nothing', () => {
    for (const args of [
      ['--shell', 'tcsh'],
      ['--endpoint', 'file:///x'],
      ['--endpoint', 'x'],
      ['--workspace', '/nowhere/at/all'],
    ]) {
      assert.equal(env(args).code, 2, args.join(' '));
    }
  });
});
