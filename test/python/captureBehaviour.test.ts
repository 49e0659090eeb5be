import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { run } from '../../scripts/lib/processes.mjs';
import { temporaryFolder } from '../engine/support/serve.ts';
import { hookFolder } from './support/capturePython.ts';

const python = process.platform === 'win32' ? 'python' : 'python3';

describe('a Python program without OpenTelemetry, started with the capture hook', function () {
  this.timeout(30_000);
  let folder: ReturnType<typeof temporaryFolder>;

  before('Python', async function () {
    try {
      await run(python, ['--version']);
    } catch {
      console.log('    skipped: there is no Python');
      this.skip();
    }
  });
  beforeEach(() => (folder = temporaryFolder()));
  afterEach(() => folder.remove());

  function write(name: string, ...lines: string[]): string {
    const file = path.join(folder.path, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  }

  interface Outcome {
    readonly code: number;
    readonly output: string;
    readonly stdout: string;
  }

  /** Runs Python with folders on PYTHONPATH, without the hook and with it before them. */
  async function both(args: readonly string[], ...paths: string[]): Promise<[Outcome, Outcome]> {
    const start = (entries: readonly string[]): Promise<Outcome> =>
      run(python, args, {
        cwd: folder.path,
        env: { ...process.env, PYTHONPATH: entries.join(path.delimiter), LLM_TRACE_INSPECTOR_DEBUG: '1' },
        allowFailure: true,
      });
    return [await start(paths), await start([hookFolder, ...paths])];
  }

  const show = [
    'import sys',
    'def next_one():',
    '    try:',
    '        import sitecustomize',
    '        return sitecustomize.__file__',
    '    except ImportError as error:',
    '        return repr(error)',
    'print(next_one(), sys.path, sorted(sys.argv), __name__)',
  ];

  it('sees the same sys.path, arguments and sitecustomize: none', async () => {
    const [without, withHook] = await both([write('main.py', ...show), 'x'], path.join(folder.path, 'lib'));
    assert.match(without.stdout, /No module named/);
    assert.equal(withHook.output, without.output);
  });

  it('runs the sitecustomize that is next on the path, once, as the only one of that name', async () => {
    write('first/sitecustomize.py', 'import sys', 'print("first", __name__, __file__, sys.path)');
    write('second/sitecustomize.py', 'print("second")');
    const [without, withHook] = await both(
      [write('main.py', ...show)],
      path.join(folder.path, 'first'),
      path.join(folder.path, 'second'),
    );
    assert.equal(without.stdout.match(/first sitecustomize/g)?.length, 1);
    assert.equal(withHook.output, without.output);
  });

  it('has a sitecustomize that fails fail in the same way', async () => {
    write('broken/sitecustomize.py', 'raise RuntimeError("broken")');
    const [without, withHook] = await both(
      [write('main.py', 'print("ran")')],
      path.join(folder.path, 'broken'),
    );
    assert.match(without.output, /RuntimeError: broken/);
    assert.equal(withHook.output, without.output);
    assert.equal(withHook.code, without.code);
  });

  it('leaves another sitecustomize that chains, before or behind the hook, in peace', async () => {
    const chaining = [
      'import sys, os',
      'here = os.path.dirname(os.path.abspath(__file__))',
      'print("chaining")',
      'sys.path.remove(here)',
      'own = sys.modules.pop("sitecustomize")',
      'try:',
      '    import sitecustomize',
      'except ImportError:',
      '    sys.modules["sitecustomize"] = own',
    ];
    write('chain/sitecustomize.py', ...chaining);
    write('last/sitecustomize.py', 'print("last")');
    const main = write('main.py', 'import sys', 'print("_llm_trace_inspector.hook" in sys.modules)');
    const [chain, last] = [path.join(folder.path, 'chain'), path.join(folder.path, 'last')];
    for (const order of [
      [chain, hookFolder, last],
      [hookFolder, chain, last],
    ]) {
      const { stdout } = await run(python, [main], {
        env: { ...process.env, PYTHONPATH: order.join(path.delimiter) },
      });
      assert.deepEqual(stdout.split(/\r?\n/), ['chaining', 'last', 'True', '']);
    }
  });

  it('exits and speaks as without the hook, however it is started', async () => {
    write('package/__main__.py', 'import sys', 'print("main", __name__); sys.exit(3)');
    const failing = write('fails.py', 'def f():', '    raise KeyError("x")', 'f()');
    const starts: readonly (readonly string[])[] = [
      ['-c', 'print(1)'],
      ['-m', 'package'],
      [failing],
      ['-I', '-c', 'import sys; print(sys.path)'],
      ['-E', '-c', 'import sys; print(sys.path, len(sys.meta_path))'],
      ['-c', 'import sys; sys.exit("bye")'],
      ['-c', 'import os; os._exit(7)'],
      ['-c', 'import sitecustomize'],
    ];
    for (const args of starts) {
      const [without, withHook] = await both(args);
      assert.deepEqual([withHook.output, withHook.code], [without.output, without.code], args.join(' '));
    }
  });

  it('does no harm where the site module is not run', async () => {
    const { stdout } = await run(python, ['-S', '-c', 'print(1)'], {
      env: { ...process.env, PYTHONPATH: hookFolder },
    });
    assert.equal(stdout.trim(), '1');
  });

  it('keeps its own asyncio, threads and executors, and loads nothing of ours but the start', async () => {
    const main = write(
      'main.py',
      'import asyncio, threading, concurrent.futures.thread as pool, sys',
      'asyncio.run(asyncio.sleep(0))',
      'print(asyncio.BaseEventLoop.create_task.__code__.co_filename.endswith("base_events.py"))',
      'print(threading.Thread.start.__code__.co_filename.endswith("threading.py"))',
      'print(pool._WorkItem.run.__code__.co_filename.endswith("thread.py"))',
      'print(sorted(name for name in sys.modules if name.startswith("_llm_trace")))',
    );
    const [, { stdout }] = await both([main]);
    assert.deepEqual(stdout.split(/\r?\n/), [
      'True',
      'True',
      'True',
      "['_llm_trace_inspector', '_llm_trace_inspector.hook', '_llm_trace_inspector.start']",
      '',
    ]);
  });

  it('hands the hook to its sub-processes', async () => {
    const main = write(
      'main.py',
      'import subprocess, sys',
      'code = "import sys; print(\'_llm_trace_inspector.hook\' in sys.modules)"',
      'print(subprocess.check_output([sys.executable, "-c", code], text=True))',
    );
    const [without, withHook] = await both([main]);
    assert.deepEqual([without.stdout.trim(), withHook.stdout.trim()], ['False', 'True']);
  });

  it('has no hook when capture is off, and still the next sitecustomize', async () => {
    write('first/sitecustomize.py', 'print("first")');
    const main = write(
      'main.py',
      'import sys',
      'print("_llm_trace_inspector.hook" in sys.modules, sys.path)',
    );
    const first = path.join(folder.path, 'first');
    const env = { ...process.env, LLM_TRACE_INSPECTOR_CAPTURE: 'off' };
    const without = await run(python, [main], { env: { ...env, PYTHONPATH: first } });
    const withHook = await run(python, [main], {
      env: { ...env, PYTHONPATH: [hookFolder, first].join(path.delimiter) },
    });
    assert.match(withHook.stdout, /^first\r?\nFalse/);
    assert.equal(withHook.output, without.output);
  });

  it('knows hosts of this machine from others', async () => {
    const script = [
      'import sys, json',
      'from _llm_trace_inspector.hosts import names_other_host',
      'print(json.dumps([names_other_host(text) for text in json.loads(sys.argv[1])]))',
    ].join('\n');
    const here = [
      ...['http://127.0.0.1:4318', 'localhost:4317', 'http://[::1]:4318/v1/traces', 'https://LOCALHOST'],
      ...['http://user:pw@127.0.0.2:1/x', 'http://app.localhost:1', '0.0.0.0:4317', ''],
    ];
    const elsewhere = [
      ...[
        'https://api.honeycomb.io',
        'collector:4317',
        'http://10.0.0.1:4318',
        'http://127.0.0.1.evil.example',
      ],
      ...['http://localhost.example:1', 'http://localhost@evil.example/', '[2001:db8::1]:4317', '127.1.evil'],
    ];
    const { stdout } = await run(python, ['-c', script, JSON.stringify([...here, ...elsewhere])], {
      env: { ...process.env, PYTHONPATH: hookFolder },
      cwd: hookFolder,
    });
    assert.deepEqual(JSON.parse(stdout), [...here.map(() => false), ...elsewhere.map(() => true)]);
  });
});
