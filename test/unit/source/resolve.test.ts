import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { find, indexOf, question } from './sources.ts';
import { PathMap } from '../../../src/source/pathMap.ts';
import { SpanResolver } from '../../../src/source/resolve/spanResolver.ts';
import { originalPlace } from '../../../src/source/sourceMap.ts';

const head = 'from openai import OpenAI\nclient = OpenAI()\n';
const call = (text: string, model = '"m-1"'): string =>
  `client.chat.completions.create(model=${model}, messages=[{"role": "user", "content": ${text}}])`;

describe('the line of a model call', () => {
  it('is sure where its prompt stands at one call alone', async () => {
    const files = {
      'a.py': `${head}${call('"Name the seven largest lakes"')}\n${call('"Name the seven longest rivers"')}\n`,
    };
    assert.equal(
      await find(files, question({ asked: ['user: Name the seven longest rivers'] })),
      'a.py:4 certain',
    );
  });

  it('is not sure where two calls ask the same', async () => {
    const files = {
      'a.py': `${head}${call('"Name the seven largest lakes"')}\n${call('"Name the seven largest lakes"')}\n`,
    };
    assert.equal(
      await find(files, question({ asked: ['user: Name the seven largest lakes'] })),
      'a.py:3 possible',
    );
  });

  it('is the helper through which the prompt goes, with the way to it', async () => {
    const index = await indexOf({
      'llm.py': `${head}def ask(text, **more):\n    return ${call('text')}\n`,
      'app.py':
        'from llm import ask\n\ndef lakes():\n    return ask(f"Which lakes are larger than {1} hectares?")\n',
    });
    const place = new SpanResolver(index).resolve(
      question({ asked: ['user: Which lakes are larger than 1 hectares?'] }),
    );
    assert.deepEqual(
      place?.frames.map(({ file, line }) => [file, line]),
      [
        ['llm.py', 4],
        ['app.py', 4],
      ],
    );
  });

  it('is told by the model where prompts are not captured, but not for sure', async () => {
    const files = { 'a.py': `${head}BIG = "gpt-4o"\n${call('x', 'BIG')}\n${call('y', '"gpt-4o-mini"')}\n` };
    assert.equal(await find(files, question({ requestModel: 'gpt-4o' })), 'a.py:4 likely');
    assert.equal(await find(files, question({ requestModel: 'gpt-4o-mini' })), 'a.py:5 likely');
  });

  it('is nowhere near a call of another library', async () => {
    const files = { 'a.py': `${head}${call('"Name the seven largest lakes"')}\n` };
    const place = await find(
      files,
      question({ scope: 'pydantic-ai', asked: ['user: Name the seven largest lakes'] }),
    );
    assert.ok(!place.endsWith('certain') && !place.endsWith('likely'), place);
  });

  it('is not the call whose answer became the prompt', async () => {
    const files = {
      'a.py': `${head}def plan():\n    return ${call('"Make a plan for the whole weekend"')}.choices[0]\ndef go():\n    return ${call('plan()')}\n`,
    };
    assert.equal(
      await find(files, question({ asked: ['user: Make a plan for the whole weekend'] })),
      'a.py:4 likely',
    );
  });
});

describe('the line of a tool', () => {
  const span = (toolName: string): ReturnType<typeof question> =>
    question({ kind: 'tool', name: `execute_tool ${toolName}`, toolName });

  it('is the definition: by decorator, given name, table, or list', async () => {
    const files = {
      'a.py':
        '@tool\ndef one():\n  pass\n\n@tool("second")\ndef two():\n  pass\n\ndef three():\n  pass\n\nTABLE = {"third": three}\n\ndef four():\n  pass\n\nAgent(tools=[four])\n',
      'b.ts':
        'export const fifth = tool({ description: "", execute: async () => 5 });\nserver.tool("sixth", {}, async () => 6);\n',
    };
    assert.equal(await find(files, span('one')), 'a.py:2 certain');
    assert.equal(await find(files, span('second')), 'a.py:6 certain');
    assert.equal(await find(files, span('third')), 'a.py:9 certain');
    assert.equal(await find(files, span('four')), 'a.py:14 certain');
    assert.equal(await find(files, span('fifth')), 'b.ts:1 certain');
    assert.equal(await find(files, span('sixth')), 'b.ts:2 certain');
  });

  it('is only likely where a function merely has the name, possible where two have it', async () => {
    assert.equal(await find({ 'a.py': 'def lookup():\n  pass\n' }, span('lookup')), 'a.py:1 likely');
    const two = { 'a.py': 'def lookup():\n  pass\n', 'b.py': 'def lookup():\n  pass\n' };
    assert.equal(await find(two, span('lookup')), 'a.py:1 possible');
  });

  it('is nowhere for a tool that the sources do not know', async () => {
    assert.equal(await find({ 'a.py': 'def lookup():\n  pass\n' }, span('final_answer')), 'nowhere');
  });
});

describe('the line of a span opened by name', () => {
  const opened = (name: string): ReturnType<typeof question> =>
    question({ kind: 'other', name, scope: 'my-app', dialect: 'generic' });
  const tracer = 'from opentelemetry import trace\ntracer = trace.get_tracer("x")\n';

  it('is the opening call, by a literal or a pattern', async () => {
    const files = {
      'a.py': `${tracer}with tracer.start_as_current_span("agent.plan"):\n  pass\nwith tracer.start_as_current_span(f"agent.step.{i}"):\n  pass\n`,
    };
    assert.equal(await find(files, opened('agent.plan')), 'a.py:3 certain');
    assert.equal(await find(files, opened('agent.step.7')), 'a.py:5 likely');
    assert.equal(await find(files, opened('agent.other')), 'nowhere');
  });

  it('is the call of the program’s own helper', async () => {
    const files = {
      'a.mjs':
        "import { trace } from '@opentelemetry/api';\nconst tracer = trace.getTracer('x');\nconst traced = (name, fn) => tracer.startActiveSpan(name, fn);\nawait traced('outer work', () => 1);\n",
    };
    assert.equal(await find(files, opened('outer work')), 'a.mjs:4 certain');
  });
});

describe('paths that programs tell', () => {
  const files = ['app.py', 'src/chat.py', 'pkg/a/util.py', 'pkg/b/util.py'];
  const map = new PathMap(files, {
    roots: ['/home/dev/shop'],
    mappings: [{ from: '/srv/code', to: '' }],
    ignoreCase: false,
    absoluteKeys: false,
  });

  it('are files of the folder, of containers, Windows and WSL', () => {
    assert.deepEqual(map.map('/home/dev/shop/src/chat.py'), { file: 'src/chat.py', how: 'inside' });
    assert.deepEqual(map.map('/app/src/chat.py'), { file: 'src/chat.py', how: 'suffix' });
    assert.deepEqual(map.map('C:\\work\\shop\\src\\chat.py'), { file: 'src/chat.py', how: 'suffix' });
    assert.deepEqual(map.map('\\\\wsl$\\Ubuntu\\home\\dev\\shop\\src\\chat.py'), {
      file: 'src/chat.py',
      how: 'inside',
    });
    assert.deepEqual(map.map('src/chat.py'), { file: 'src/chat.py', how: 'suffix' });
  });

  it('are none where several would fit or nothing does', () => {
    assert.equal(map.map('/app/util.py'), undefined);
    assert.equal(map.map('/home/dev/shop/src/other.py'), undefined);
    assert.equal(map.map('/usr/lib/python3/chat.py'), undefined);
  });

  it('are only likely when another function stands at the line', async () => {
    const index = await indexOf({ 'src/chat.py': 'def one():\n  return 1\n\ndef two():\n  return 2\n' });
    const resolver = new SpanResolver(index, (told) =>
      new PathMap(index.files(), { roots: [], mappings: [], ignoreCase: false, absoluteKeys: false }).map(
        told,
      ),
    );
    const told = (name: string): string | undefined =>
      resolver.resolve(
        question({
          told: {
            file: '/app/src/chat.py',
            line: 5,
            function: name,
            confidence: 'exact',
            resolver: 'captured-frames',
            frames: [],
            candidates: [],
          },
        }),
      )?.confidence;
    assert.equal(told('two'), 'exact');
    assert.equal(told('somebody_else'), 'likely');
  });

  it('of generated files are taken back to the source', () => {
    const text = JSON.stringify({ version: 3, sources: ['../src/a.ts'], mappings: ';AAEA,IAAI' });
    assert.deepEqual(originalPlace(text, 2, 6), { source: '../src/a.ts', line: 3, column: 5 });
    assert.equal(originalPlace(text, 9), undefined);
    assert.equal(originalPlace('{"mappings":', 1), undefined);
  });
});
