import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { clampPosition, isInside, judgePath } from '../../../src/host/source/sourcePath.ts';

const folders = ['/work/app', '/work/lib'];
const kind = (file: string, style: 'posix' | 'win32' = 'posix', among = folders): string =>
  judgePath(file, among, style).kind;

describe('a path that a span names', () => {
  it('is looked for in every workspace folder', () => {
    assert.deepEqual(judgePath('src/a.py', folders, 'posix'), {
      kind: 'candidates',
      paths: ['/work/app/src/a.py', '/work/lib/src/a.py'],
    });
    assert.deepEqual(judgePath('/work/lib/x.ts', folders, 'posix'), {
      kind: 'candidates',
      paths: ['/work/lib/x.ts'],
    });
    assert.deepEqual(judgePath('file:///work/app/a%20b.ts', folders, 'posix'), {
      kind: 'candidates',
      paths: ['/work/app/a b.ts'],
    });
  });

  it('may lead from one folder of the workspace to another, and not out of all', () => {
    assert.deepEqual(judgePath('../lib/x.ts', folders, 'posix'), {
      kind: 'candidates',
      paths: ['/work/lib/x.ts'],
    });
    assert.equal(kind('../../etc/passwd'), 'refused');
    assert.equal(kind('a/../../../../etc/passwd'), 'refused');
  });

  it('outside of the workspace is asked for, never opened by itself', () => {
    assert.deepEqual(judgePath('/etc/passwd', folders, 'posix'), { kind: 'outside', path: '/etc/passwd' });
    assert.equal(kind('/work/app/../../etc/passwd'), 'outside');
    assert.equal(kind('/work/application/x.ts'), 'outside');
    assert.equal(kind('file:///etc/passwd'), 'outside');
    assert.equal(kind('file:///work/app/%2e%2e/%2e%2e/etc/passwd'), 'outside');
  });

  it('is refused when it names a device, another machine, a scheme, or nothing', () => {
    const refused = [
      '/proc/self/environ',
      '/dev/zero',
      '/sys/x',
      '/work/../proc/1/mem',
      '//host/share/x',
      '\\\\host\\share',
      'file://host/share/x',
      'http://evil/x',
      'vscode://x',
      'command:x',
      'javascript:alert(1)',
      'data:text/plain,x',
      'file:///work/%zz',
      'file:///work/a%00b',
      'a\u0000b',
      'a\nb',
      '',
      'x'.repeat(5000),
    ];
    for (const file of refused) assert.equal(kind(file), 'refused', JSON.stringify(file.slice(0, 60)));
    assert.equal(kind('src/a.py', 'posix', []), 'refused');
  });

  it('on Windows is refused for devices, streams and drives without a root', () => {
    const among = ['C:\\work'];
    assert.equal(kind('C:\\work\\a.ts', 'win32', among), 'candidates');
    assert.equal(kind('c:/WORK/a.ts', 'win32', among), 'candidates');
    assert.equal(kind('file:///c:/work/a.ts', 'win32', among), 'candidates');
    assert.equal(kind('D:\\secret.txt', 'win32', among), 'outside');
    for (const file of [
      'C:a.ts',
      'con',
      'src\\NUL.txt',
      'a.ts:stream',
      '\\\\?\\C:\\x',
      '\\\\.\\pipe\\x',
      '//host/share',
    ]) {
      assert.equal(kind(file, 'win32', among), 'refused', file);
    }
  });

  it('lies in a folder only with a whole name', () => {
    assert.ok(isInside('/a/b', '/a', 'posix'));
    assert.ok(isInside('/a/..b', '/a', 'posix'));
    assert.ok(!isInside('/ab', '/a', 'posix'));
    assert.ok(!isInside('D:\\x', 'C:\\', 'win32'));
  });
});

describe('a line or column that a span names', () => {
  it('is drawn into the file', () => {
    const cases: [number | undefined, number][] = [
      [1, 0],
      [10, 9],
      [0, 0],
      [-5, 0],
      [1e18, 99],
      [NaN, 0],
      [Infinity, 0],
      [undefined, 0],
      [2.7, 1],
    ];
    for (const [value, expected] of cases) assert.equal(clampPosition(value, 99), expected, String(value));
    assert.equal(clampPosition(5, -1), 0);
  });
});
