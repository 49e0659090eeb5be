import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { programEnvironment, withoutOurs } from '../../../src/environment/programEnvironment.ts';
import { statements } from '../../../src/environment/shellText.ts';
import { copyable } from '../../../src/host/environment/copyable.ts';
import { withEnvironment } from '../../../src/host/environment/debugEnvironment.ts';
import {
  namesInTasks,
  platformName,
  terminalVariables,
} from '../../../src/host/environment/userEnvironment.ts';

const variables = programEnvironment({
  endpoint: 'http://127.0.0.1:4318',
  hooks: { python: '/h/python', node: '/h/node.cjs' },
  workspace: '/w/shop',
  platform: 'linux',
});

describe('The environment of terminals', () => {
  it('leaves alone what tasks set, wherever they set it', () => {
    const tasks = {
      options: { env: { A: '1' } },
      linux: { options: { env: { B: '2' } } },
      tasks: [
        { label: 'x', options: { env: { C: '3' } }, windows: { options: { env: { D: '' } } } },
        null,
        5,
      ],
    };
    assert.deepEqual([...namesInTasks(tasks)].sort(), ['A', 'B', 'C', 'D']);
    for (const odd of [undefined, null, 'env', [], { env: null }, { env: 'x' }])
      assert.equal(namesInTasks(odd).size, 0);
    const ring: Record<string, unknown> = {};
    ring['options'] = ring;
    assert.equal(namesInTasks(ring).size, 0);
  });

  it('knows the variables of the setting for terminals', () => {
    assert.deepEqual(terminalVariables({ A: '1', B: null, C: 3 }), { A: '1', B: undefined });
    assert.deepEqual(terminalVariables('x'), {});
    assert.deepEqual(
      ['win32', 'darwin', 'linux', 'freebsd'].map((name) => platformName(name as NodeJS.Platform)),
      ['windows', 'osx', 'linux', 'linux'],
    );
  });

  it('forgets what another window of ours had set when this one was opened from its terminal', () => {
    const inherited = {
      HOME: '/home/dev',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9999',
      OTEL_SERVICE_NAME: 'other',
      OTEL_RESOURCE_ATTRIBUTES: 'team=a,llm_trace_inspector.workspace=/w/other',
    };
    assert.deepEqual(withoutOurs(inherited), { HOME: '/home/dev', OTEL_RESOURCE_ATTRIBUTES: 'team=a' });
    const theirs = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_RESOURCE_ATTRIBUTES: 'team=a',
    };
    assert.equal(withoutOurs(theirs), theirs);
  });
});

describe('The environment that is copied', () => {
  it('has the hook of the program’s language, and content', () => {
    const names = (target: 'python' | 'node' | 'any'): string[] =>
      copyable(variables, target).map(({ name }) => name);
    assert.ok(names('python').includes('PYTHONPATH') && !names('python').includes('NODE_OPTIONS'));
    assert.ok(!names('node').includes('PYTHONPATH') && names('node').includes('NODE_OPTIONS'));
    assert.ok(names('any').includes('PYTHONPATH') && names('any').includes('NODE_OPTIONS'));
    const text = statements(copyable(variables, 'python'), 'sh');
    assert.match(text, /CAPTURE_MESSAGE_CONTENT=SPAN_ONLY$/);
    assert.doesNotMatch(text, /\n$/);
  });
});

describe('The environment of a debug session', () => {
  const values = new Map([
    ['X', 'ours'],
    ['Y', 'ours'],
  ]);
  const give = () => Promise.resolve(values);
  const none = new Set<string>();

  it('is added to what the configuration sets', async () => {
    const configuration = { type: 'debugpy', request: 'launch', name: 'a', env: { Z: 'mine' } };
    const got = await withEnvironment(configuration, none, give);
    assert.deepEqual(got.env, { Z: 'mine', X: 'ours', Y: 'ours' });
    assert.deepEqual(configuration.env, { Z: 'mine' });
    const bare: { type: string; request: string; env?: unknown } = { type: 'node', request: 'launch' };
    assert.deepEqual((await withEnvironment(bare, none, give)).env, { X: 'ours', Y: 'ours' });
  });

  it('tells what the configuration sets, for values that are joined', async () => {
    let told: unknown;
    await withEnvironment(
      { type: 'node', request: 'launch', env: { A: 1, B: null, C: 'c' } },
      none,
      (own) => {
        told = own;
        return give();
      },
    );
    assert.deepEqual(told, { A: '1', B: '', C: 'c' });
  });

  it('leaves to an env file what it sets', async () => {
    const configuration: { type: string; request: string; env?: unknown } = {
      type: 'debugpy',
      request: 'launch',
    };
    assert.deepEqual((await withEnvironment(configuration, new Set(['X']), give)).env, { Y: 'ours' });
  });

  it('does not touch what attaches, or takes no variables', async () => {
    for (const configuration of [
      { type: 'debugpy', request: 'attach', env: {} },
      { type: 'chrome', request: 'launch' },
      { type: 'cppdbg', request: 'launch', env: ['x'] },
    ]) {
      assert.equal(await withEnvironment(configuration, none, give), configuration);
    }
    const unknown: { type: string; request: string; env?: unknown } = {
      type: 'acme',
      request: 'launch',
      env: {},
    };
    assert.deepEqual((await withEnvironment(unknown, none, give)).env, { X: 'ours', Y: 'ours' });
  });
});
