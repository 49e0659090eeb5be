import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { indexOf, question } from './sources.ts';
import { SpanResolver } from '../../../src/source/resolve/spanResolver.ts';

const program = [
  'from openai import OpenAI',
  'client = OpenAI()',
  '',
  'def ask(question):',
  '    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])',
  '',
  'class Desk:',
  '    def open(self):',
  '        return ask("A question that is asked at the desk")',
].join('\n');

describe('the index of call sites', () => {
  it('tells functions, methods and classes with their lines', async () => {
    const index = await indexOf({ 'a.py': program });
    assert.deepEqual(
      index.functionsOf('a.py').map(({ name, kind, line, endLine }) => [name, kind, line, endLine]),
      [
        ['ask', 'function', 4, 5],
        ['Desk', 'class', 7, 9],
        ['Desk.open', 'method', 8, 9],
      ],
    );
  });

  it('tells calls of interest with their place', async () => {
    const [call, ...others] = (await indexOf({ 'a.py': program })).calls('a.py');
    assert.deepEqual(
      [call?.line, call?.callee, call?.function, call?.kind, others.length],
      [5, 'client.chat.completions.create', 'ask', 'model', 0],
    );
  });

  it('reads a file again only when it says something else', async () => {
    const index = await indexOf({ 'a.py': program });
    const before = index.revision;
    assert.equal(index.update('a.py', program), false);
    assert.equal(index.revision, before);
    assert.equal(index.update('a.py', `${program}\n`), true);
    assert.ok(index.revision > before);
  });

  it('finds a call again when lines were put above it, its text changed, or it went', async () => {
    const index = await indexOf({ 'a.py': program });
    const anchor = index.anchor('a.py', 5);
    assert.ok(anchor);
    assert.equal(index.findAnchor('a.py', anchor).state, 'same');
    index.update('a.py', `# one\n# two\n${program}`);
    assert.deepEqual(index.findAnchor('a.py', anchor), { line: 7, endLine: 7, state: 'same' });
    index.update('a.py', program.replace('gpt-4o', 'gpt-4.1'));
    assert.deepEqual(index.findAnchor('a.py', anchor), { line: 5, endLine: 5, state: 'changed' });
    index.update('a.py', 'def ask(question):\n    return 1\n');
    assert.equal(index.findAnchor('a.py', anchor).state, 'gone');
  });

  it('tells two calls of the same text apart by their order', async () => {
    const index = await indexOf({ 'a.js': 'f(1);\nf(1);\n' });
    const second = index.anchor('a.js', 2);
    assert.ok(second);
    index.update('a.js', 'x();\nf(1);\n\nf(1);\n');
    assert.equal(index.findAnchor('a.js', second).line, 4);
  });

  it('follows a renamed file and forgets a removed one', async () => {
    const index = await indexOf({ 'a.py': program });
    index.rename('a.py', 'b/c.py');
    assert.deepEqual([index.has('a.py'), index.functionsOf('b/c.py').length], [false, 3]);
    index.remove('b/c.py');
    assert.deepEqual([...index.files()], []);
  });

  it('answers of an empty workspace', async () => {
    const index = await indexOf({});
    assert.equal(new SpanResolver(index).resolve(question({ asked: ['user: anything at all'] })), undefined);
  });

  it('finds the new line after an edit', async () => {
    const index = await indexOf({ 'a.py': program });
    const resolver = new SpanResolver(index);
    const asked = question({ requestModel: 'gpt-4o', asked: ['user: A question that is asked at the desk'] });
    assert.equal(resolver.resolve(asked)?.line, 5);
    index.update('a.py', `import os\n${program}`);
    assert.equal(resolver.resolve(asked)?.line, 6);
  });
});

describe('hostile sources', () => {
  const readable = async (file: string, text: string): Promise<number> =>
    (await indexOf({ [file]: text })).functionsOf(file).length;

  it('survives deep nesting', async () => {
    await readable('a.py', `x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n`);
    await readable('a.js', `x = ${'['.repeat(20_000)}${']'.repeat(20_000)};\n`);
    await readable('b.js', `${'a('.repeat(5_000)}${')'.repeat(5_000)}`);
    assert.equal(await readable('c.py', 'def f():\n  pass\n'), 1);
  });

  it('leaves out one line of a megabyte, binary and generated text', async () => {
    assert.equal(await readable('a.js', `function f() {}\nvar x = "${'y'.repeat(1_000_000)}";`), 0);
    assert.equal(await readable('a.py', 'def f():\n  pass\n\0\x01\x02'), 0);
    assert.equal(await readable('dist/a.js', 'function f() {}\n//# sourceMappingURL=a.js.map\n'), 0);
  });

  it('reads what can be read around mistakes', async () => {
    assert.equal((await readable('a.py', 'def f():\n    return (1 +\n\ndef g():\n    return 2\n')) > 0, true);
    assert.equal((await readable('a.ts', 'function f( { }\nfunction g() {}\n')) > 0, true);
  });

  it('keeps lines with a byte order mark, CRLF and tabs', async () => {
    const index = await indexOf({ 'a.py': '\ufeffimport os\r\n\r\ndef f():\r\n\treturn 1\r\n' });
    assert.deepEqual(
      index.functionsOf('a.py').map(({ line, endLine }) => [line, endLine]),
      [[3, 4]],
    );
  });

  it('reads TypeScript that the grammar of TSX refuses', async () => {
    const index = await indexOf({
      'a.ts': 'const pick = <T>(x: T): T => x;\nconst y = <string>pick("z");\nexport function after() {}\n',
    });
    assert.deepEqual(
      index.functionsOf('a.ts').map(({ name, line }) => [name, line]),
      [
        ['pick', 1],
        ['after', 3],
      ],
    );
  });

  it('ends with recursion, imports in a circle and values of themselves', async () => {
    const index = await indexOf({
      'a.py': 'from b import g\nx = x + 1\ndef f(n):\n    return g(f(n - 1))\nclass A(A): pass\n',
      'b.py': 'from a import f\ndef g(n):\n    return f(g(n))\ny = y.z()\n',
      'c.js': 'import { c } from "./c";\nexport const c = c(c);\nexport * from "./c";\n',
    });
    assert.ok(index.analysis().tools.length > 0);
  });
});
