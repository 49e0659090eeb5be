import fc from 'fast-check';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { EnvironmentVariable } from '../../../src/environment/programEnvironment.ts';
import {
  applied,
  defaultServiceVariable,
  joined,
  programEnvironment,
  respecting,
} from '../../../src/environment/programEnvironment.ts';
import { assignments, shellOf, statements } from '../../../src/environment/shellText.ts';

const endpoint = 'http://127.0.0.1:4318';
const linux = { endpoint, platform: 'linux' } as const;
const hooks = { python: '/opt/x/python', node: '/opt/x/node/register.cjs' };

function valueOf(variables: readonly EnvironmentVariable[], name: string): string | undefined {
  return variables.find((variable) => variable.name === name)?.value;
}

/** What `sh` has in a variable after these lines. */
function afterSh(lines: string, name: string, env: Record<string, string> = {}): string {
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', `${lines}\nprintf %s "$${name}"`], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

describe("A program's environment", () => {
  it('leads to the endpoint and names the service after the folder', () => {
    const variables = programEnvironment({ ...linux, workspace: '/home/dev/my shop' });
    assert.equal(valueOf(variables, 'OTEL_EXPORTER_OTLP_ENDPOINT'), endpoint);
    assert.equal(valueOf(variables, 'OTEL_EXPORTER_OTLP_PROTOCOL'), 'http/protobuf');
    assert.equal(valueOf(variables, 'OTEL_SERVICE_NAME'), 'my shop');
    assert.equal(
      valueOf(variables, 'OTEL_RESOURCE_ATTRIBUTES'),
      'llm_trace_inspector.workspace=/home/dev/my%20shop',
    );
    assert.equal(valueOf(variables, 'PYTHONPATH'), undefined);
  });

  it('loads the hooks, where frames are to be recorded', () => {
    const variables = programEnvironment({ ...linux, hooks });
    const values = applied(variables, { PYTHONPATH: '/mine', NODE_OPTIONS: '--inspect' }, 'linux');
    assert.equal(values.get('PYTHONPATH'), '/opt/x/python:/mine');
    assert.equal(values.get('NODE_OPTIONS'), '--inspect --require /opt/x/node/register.cjs');
  });

  it('quotes paths for Node.js, which splits its options at spaces', () => {
    const node = 'C:\\Program Files\\x "y"\\register.cjs';
    const variables = programEnvironment({ endpoint, platform: 'win32', hooks: { python: 'C:\\p', node } });
    assert.equal(
      valueOf(variables, 'NODE_OPTIONS'),
      '--require "C:\\\\Program Files\\\\x \\"y\\"\\\\register.cjs"',
    );
    assert.equal(applied(variables, { PythonPath: 'D:\\q' }, 'win32').get('PYTHONPATH'), 'C:\\p;D:\\q');
  });

  it('keeps what the user has set, and what belongs to it', () => {
    const variables = programEnvironment({ ...linux, workspace: '/w/shop', hooks });
    const set = new Set(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_SERVICE_NAME', 'PYTHONPATH']);
    const names = respecting(variables, (name) => set.has(name)).map(({ name }) => name);
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_SERVICE_NAME']) {
      assert.ok(!names.includes(name), name);
    }
    assert.ok(!names.includes(defaultServiceVariable));
    assert.ok(names.includes('PYTHONPATH'));
    assert.ok(names.includes('OTEL_TRACES_EXPORTER'));
  });

  it('is joined once, however often', () => {
    for (const variable of programEnvironment({ ...linux, workspace: '/w', hooks })) {
      if (variable.how === 'default') continue;
      const once = joined(variable, 'before');
      assert.equal(joined(variable, once), once);
      assert.equal(joined(variable, ''), variable.value);
    }
  });

  it('holds no line ends: a folder may have one in its name', () => {
    const variables = programEnvironment({
      ...linux,
      workspace: '/w/a\nb',
      hooks: { ...hooks, python: '/p\n' },
    });
    for (const { name, value } of variables) assert.doesNotMatch(value, /[\r\n]/, name);
    assert.equal(valueOf(variables, 'OTEL_RESOURCE_ATTRIBUTES'), 'llm_trace_inspector.workspace=/w/a%0Ab');
  });

  it('encodes the folder so that a resource attribute takes it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const attributes = valueOf(
          programEnvironment({ ...linux, workspace: `/${name}` }),
          'OTEL_RESOURCE_ATTRIBUTES',
        );
        const [key, value, ...rest] = (attributes ?? '').split('=');
        assert.equal(key, 'llm_trace_inspector.workspace');
        assert.deepEqual(rest, []);
        assert.doesNotMatch(value ?? '', /[,;"\\\s]/);
        assert.equal(decodeURIComponent(value ?? ''), `/${name}`.toWellFormed());
      }),
    );
  });
});

describe("The environment in a shell's words", function () {
  const hostile = ["it's", '$(touch /tmp/x)', '`id`', '"; exit 1; "', 'a b', '\\', '%PATH%', '-n', '*', '‘’'];

  it('gives sh the very value', () => {
    for (const value of hostile) {
      assert.equal(afterSh(assignments(new Map([['X_VALUE', value]]), 'sh'), 'X_VALUE'), value);
    }
  });

  it('is joined in sh to what the shell has at that moment', () => {
    for (const value of hostile) {
      const before: EnvironmentVariable = { name: 'X_VALUE', value, how: 'prepend', separator: ':' };
      assert.equal(afterSh(statements([before], 'sh'), 'X_VALUE'), value);
      assert.equal(
        afterSh(statements([before], 'sh'), 'X_VALUE', { X_VALUE: 'there $x' }),
        `${value}:there $x`,
      );
      const behind: EnvironmentVariable = { ...before, how: 'append', separator: ' ' };
      assert.equal(afterSh(statements([behind], 'sh'), 'X_VALUE', { X_VALUE: 'there' }), `there ${value}`);
    }
  });

  it('is a quoted literal in fish and PowerShell', () => {
    const values = new Map([['X', "it's \\ $x ‘y’"]]);
    assert.equal(assignments(values, 'fish'), "set -gx X 'it\\'s \\\\ $x ‘y’'");
    assert.equal(assignments(values, 'powershell'), "$env:X = 'it''s \\ $x ‘‘y’’'");
  });

  it('is joined in the other shells, too', () => {
    const variable: EnvironmentVariable = { name: 'X', value: 'a b', how: 'prepend', separator: ':' };
    const behind: EnvironmentVariable = { ...variable, how: 'append' };
    const text = (shell: 'fish' | 'powershell' | 'cmd' | 'dotenv'): string =>
      statements([variable, behind], shell);
    assert.equal(
      text('fish'),
      "set -gx X (string join -- ':' 'a b' $X)\nset -gx X (string join -- ':' $X 'a b')",
    );
    assert.equal(
      text('powershell'),
      "$env:X = (@('a b', $env:X) | Where-Object { $_ }) -join ':'\n$env:X = (@($env:X, 'a b') | Where-Object { $_ }) -join ':'",
    );
    assert.equal(text('cmd'), 'set "X=a b:%X%"\nset "X=%X%:a b"');
    assert.equal(text('dotenv'), 'X="a b"\nX="a b"');
    const plain = new Map([['X', 'a"&%PATH%']]);
    assert.equal(assignments(plain, 'cmd'), 'set "X=a&PATH"');
    assert.equal(assignments(new Map([['X', 'http://[::1]:4318']]), 'dotenv'), 'X=http://[::1]:4318');
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
