import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readCodeDisplay, readCodeSettings } from '../../../../src/host/annotations/codeSettings.ts';
import { settings } from '../../../../src/host/ids.ts';

const from =
  (values: Record<string, unknown>) =>
  (key: string): unknown =>
    values[key];
const nothing = from({});

describe('what is shown beside the code', () => {
  it('is hints, marks, hovers and badges of the last run, and no lenses, when nothing is set', () => {
    const display = readCodeDisplay(nothing);
    assert.deepEqual([...display.hints], ['cost', 'tokens', 'duration', 'calls', 'flags']);
    assert.equal(display.isOn && display.hasGutterMarks && display.hasOverviewRuler, true);
    assert.equal(display.hasHovers && display.hasFileBadges, true);
    assert.equal(display.hasLenses, false);
    assert.equal(display.scope, 'lastRun');
  });

  it('has the parts of hints that are named, in their own order, and none when hints are off', () => {
    const parts = (value: unknown): string[] => [
      ...readCodeDisplay(from({ [settings.codeHintParts]: value })).hints,
    ];
    assert.deepEqual(parts(['flags', 'cost', 'nonsense', 7]), ['cost', 'flags']);
    assert.deepEqual(parts([]), []);
    assert.equal(parts('cost').length, 5);
    assert.equal(readCodeDisplay(from({ [settings.codeHints]: false })).hints.size, 0);
  });

  it('takes only what makes sense of the problems’ severities', () => {
    const { problems } = readCodeDisplay(
      from({ [settings.codeProblems]: { error: 'hint', 'rate-limited': 'off', truncated: 'loud', x: null } }),
    );
    assert.deepEqual(
      [...problems],
      [
        ['error', 'hint'],
        ['rate_limited', 'off'],
      ],
    );
    for (const value of [null, [], 'error', 3])
      assert.equal(readCodeDisplay(from({ [settings.codeProblems]: value })).problems.size, 0);
  });

  it('sums another scope only when it is one', () => {
    const scope = (value: unknown) => readCodeDisplay(from({ [settings.codeScope]: value })).scope;
    assert.equal(scope('all'), 'all');
    assert.equal(scope('everything'), 'lastRun');
  });
});

describe('what the code thread is told', () => {
  const mappings = (value: unknown) =>
    readCodeSettings(from({ [settings.codePathMappings]: value }), ['/ws'], '/store').pathMappings;

  it('has no folders, no mappings and nothing to store in a workspace that is not trusted', () => {
    const values = from({ [settings.codePathMappings]: [{ from: '/app', to: '/etc' }] });
    const told = readCodeSettings(values, [], '/store');
    assert.deepEqual([told.folders, told.pathMappings, told.storagePath], [[], [], undefined]);
  });

  it('maps the longest folder first, relative ones from the first folder of the workspace', () => {
    assert.deepEqual(
      mappings([
        { from: '/app', to: '${workspaceFolder}' },
        { from: '/app/vendor', to: 'lib' },
        { from: '/srv/x', to: '/home/me' },
      ]),
      [
        { from: '/app/vendor', to: '/ws/lib' },
        { from: '/srv/x', to: '/home/me' },
        { from: '/app', to: '/ws' },
      ],
    );
  });

  it('leaves out mappings that are none', () => {
    assert.deepEqual(
      mappings([null, 'x', {}, { from: '', to: '/a' }, { from: '/a' }, { from: '/a\n', to: '/b' }]),
      [],
    );
    assert.deepEqual(mappings('no list'), []);
  });

  it('excludes folders by name only', () => {
    const excluded = (value: unknown) =>
      readCodeSettings(from({ [settings.codeExcludedFolders]: value }), ['/ws'], undefined).excludedFolders;
    assert.deepEqual(excluded(['build', 'a/b', '', '*', 3, '..']), ['build', '..']);
    assert.deepEqual(excluded('build'), []);
  });
});
