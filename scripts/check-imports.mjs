/** Checks every import of src/ and webview/ against the table of rooms in docs/architecture.md, and looks for cycles. */
import { cruise } from 'dependency-cruiser';
import fs from 'node:fs/promises';
import { fromRoot, root } from './lib/paths.mjs';

/** The rows `| \`room\` | what lives there | may import |`: room → the rooms it may import, and whether it is pure. */
async function readRooms() {
  const text = await fs.readFile(fromRoot('docs', 'architecture.md'), 'utf8');
  const rooms = new Map();
  for (const line of text.split('\n')) {
    const row = /^\| `([a-z]+)` \| (.+?) \| (.+?) \|$/.exec(line);
    if (!row) continue;
    const [, name, what, may] = row;
    const before = [...rooms.keys()];
    const all = /all above/.test(may) ? before : [];
    const named = may.replace(/all above|–/g, '').match(/[a-z]+/g) ?? [];
    rooms.set(name, { may: new Set([...all, ...named]), pure: /\bpure\b/.test(what) });
  }
  if (rooms.size < 5) throw new Error('docs/architecture.md no longer has its table of rooms');
  return rooms;
}

function rulesFor(rooms) {
  const forbidden = [
    { name: 'no cycles', from: {}, to: { circular: true } },
    {
      name: 'imports that lead nowhere',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(vscode$|node:)' },
    },
    {
      name: 'only the host imports vscode',
      from: { pathNot: '^src/host/' },
      to: { path: '(^|/)vscode(/index\\.d\\.ts)?$' },
    },
    {
      name: 'webviews import base, model and protocol only',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/(base|model|protocol)/' },
    },
    { name: 'webviews have no Node', from: { path: '^webview/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'a surface imports the kit and itself',
      from: { path: '^webview/([^/]+)/' },
      to: { path: '^webview/', pathNot: '^webview/(kit|$1)/' },
    },
    { name: 'nothing imports a webview', from: { path: '^src/' }, to: { path: '^webview/' } },
    { name: 'nothing that is shipped imports tests or scripts', from: {}, to: { path: '^(test|scripts)/' } },
  ];
  for (const [room, { may, pure }] of rooms) {
    const allowed = [room, ...may].filter((name) => name !== 'vscode').join('|');
    forbidden.push({
      name: `${room} may import ${[...may].join(', ') || 'nothing'}`,
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed})/` },
    });
    if (pure) {
      forbidden.push({
        name: `${room} is pure`,
        from: { path: `^src/${room}/` },
        to: { dependencyTypes: ['core'], pathNot: '^(node:)?buffer$' },
      });
    }
  }
  return forbidden.map((rule) => ({ severity: 'error', ...rule }));
}

const rooms = await readRooms();
const files = await fs.readdir(fromRoot('src'), { recursive: true });
const folders = new Set(files.filter((file) => file.endsWith('.ts')).map((file) => file.split(/[\\/]/)[0]));
const problems = [...folders]
  .filter((name) => !rooms.has(name))
  .map((name) => `src/${name} has no row in the table of docs/architecture.md`);
process.chdir(root);
const { output } = await cruise(['src', 'webview'], {
  ruleSet: { forbidden: rulesFor(rooms), options: {} },
  validate: true,
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '\\.json$' },
});
for (const { from, to, rule, cycle } of output.summary.violations) {
  const way = cycle ? [from, ...cycle.map(({ name }) => name)].join(' > ') : `${from} > ${to}`;
  problems.push(`${rule.name}: ${way}`);
}
const { totalCruised } = output.summary;
if (totalCruised === 0) problems.push('No file was looked at');
for (const problem of [...new Set(problems)].sort()) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`Imports of ${totalCruised} modules keep to the table of rooms, without a cycle.`);
