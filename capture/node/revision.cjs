/** The git revision of the program's folder, read from `.git` without a process. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const fs = require('node:fs');
const path = require('node:path');

const revisionPattern = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

const read = (file) => {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
};

/** The `.git` folder above `folder`; a worktree and a submodule have a file that names it. */
function gitFolder(folder) {
  for (;;) {
    const candidate = path.join(folder, '.git');
    const stat = fs.statSync(candidate, { throwIfNoEntry: false });
    if (stat && stat.isDirectory()) return candidate;
    if (stat && stat.isFile()) {
      const named = /^gitdir: (.+)$/m.exec(read(candidate) || '');
      return named ? path.resolve(folder, named[1]) : undefined;
    }
    if (folder === path.dirname(folder)) return undefined;
    folder = path.dirname(folder);
  }
}

/** @returns the commit that is checked out at `folder`; undefined outside a repository and before the first commit */
function revisionAt(folder) {
  const git = gitFolder(folder);
  const head = git && read(path.join(git, 'HEAD'));
  if (!head) return undefined;
  if (revisionPattern.test(head)) return head;
  const ref = /^ref: (refs\/\S+)$/.exec(head);
  if (!ref || ref[1].split('/').includes('..')) return undefined;
  // A worktree has its own HEAD and shares the references.
  const common = read(path.join(git, 'commondir'));
  const folders = common ? [git, path.resolve(git, common)] : [git];
  for (const place of folders) {
    const loose = read(path.join(place, ref[1]));
    if (loose && revisionPattern.test(loose)) return loose;
    const line = (read(path.join(place, 'packed-refs')) || '')
      .split('\n')
      .find((text) => text.endsWith(` ${ref[1]}`));
    const packed = line && line.split(' ', 1)[0];
    if (packed && revisionPattern.test(packed)) return packed;
  }
  return undefined;
}

module.exports = { revisionAt };
