/** `npm test`: builds, checks types, lint and imports, and runs every suite; see `--help`. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findBrowser } from './lib/browser.mjs';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { nodeForTests, withNode } from './lib/node.mjs';
import { root } from './lib/paths.mjs';
import { run, stopAll } from './lib/processes.mjs';
import { vscodeServer } from './lib/vscode.mjs';

const suites = {
  unit: 'test/unit/**/*.test.ts',
  contract: 'test/contract/**/*.test.ts',
  engine: 'test/engine/**/*.test.ts',
  python: 'test/python/**/*.test.ts',
  javascript: 'test/javascript/**/*.test.ts',
  workbench: 'test/workbench/**/*.test.ts',
};
const steps = ['types', 'lint', 'imports'];
const mostLines = 40;

const help = `npm test -- [names] [-g TEXT]

Names: ${[...steps, ...Object.keys(suites)].join(', ')} (all).
-g TEXT  only tests whose name contains it
`;

const totals = { passed: 0, failed: 0, skipped: 0 };
/** What failed, told again at the end: the last page of a log is what people read. */
const failures = [];

const seconds = (begun) => `${((Date.now() - begun) / 1000).toFixed(1)} s`;

function fail(title, text) {
  totals.failed++;
  failures.push({ title, text });
}

/** Runs a check; a failure counts as one and shows what was said. */
async function step(name, work) {
  const begun = Date.now();
  try {
    await work();
    console.log(`${name}: ok (${seconds(begun)})`);
    return true;
  } catch (error) {
    fail(name, error.message);
    console.log(`${name}: FAILED (${seconds(begun)})\n${error.message}`);
    return false;
  }
}

/** Like `run`, but with everything the tool said in the error. */
async function tool(args) {
  const { code, output } = await run(process.execPath, args, { cwd: root, allowFailure: true });
  if (code !== 0) throw new Error(output.trim());
}

const typeChecks = ['tsconfig.json', 'tsconfig.host.json', 'tsconfig.webview.json', 'tsconfig.test.json'];

async function check(name) {
  if (name === 'types') {
    for (const config of typeChecks)
      await step(`types (${config})`, () => tool(['node_modules/typescript/bin/tsc', '-p', config]));
  } else if (name === 'lint') {
    await step('lint', () => tool(['node_modules/eslint/bin/eslint.js', '.']));
  } else {
    await step('imports', () => tool(['scripts/check-imports.mjs']));
  }
}

/** Fetches the editor and the browser before the tests, whose time is limited, and says which ones run. */
async function prepareWorkbench() {
  const { name } = await vscodeServer();
  console.log(`Editor: ${name}; browser: ${await findBrowser()}`);
}

/** Runs the tests of a suite in a Node that reads TypeScript. */
async function runSuite(name, pattern, node, grep, folder) {
  console.log(`\n${name} tests`);
  if (name === 'workbench' && !(await step('editor', prepareWorkbench))) return;
  const counts = path.join(folder, `${name}.json`);
  const options = [
    '--reporter',
    'scripts/lib/countingReporter.cjs',
    ...(grep === undefined ? [] : ['--fgrep', grep]),
  ];
  const { code } = await run(node.executable, ['node_modules/mocha/bin/mocha.js', ...options, pattern], {
    cwd: root,
    env: { ...withNode(node), REPORT_COUNTS: counts },
    show: true,
    allowFailure: true,
  });
  let result;
  try {
    result = JSON.parse(await fs.readFile(counts, 'utf8'));
  } catch {
    fail(name, `The ${name} tests did not come to their end (code ${code}): see above.`);
    return;
  }
  for (const key of Object.keys(totals)) totals[key] += result[key];
  for (const { title, text } of result.failures) failures.push({ title: `${name}: ${title}`, text });
  // Mocha's own failure, such as a file that does not load, is told by the code alone.
  if (code !== 0 && result.failed === 0) {
    fail(name, `Mocha failed with code ${code}: see above.`);
  } else if (grep === undefined && result.passed + result.failed + result.skipped === 0) {
    fail(name, `There are no ${name} tests.`);
  }
}

function readArguments(words) {
  const names = [];
  let grep;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '-g') grep = words[++index];
    else if (steps.includes(word) || Object.hasOwn(suites, word)) names.push(word);
    else throw new Error(`${word}?\n\n${help}`);
  }
  return {
    names:
      names.length > 0
        ? names
        : grep === undefined
          ? [...steps, ...Object.keys(suites)]
          : Object.keys(suites),
    grep,
  };
}

/** Every failure once more: which it was, and the first lines of what was said. */
function tellFailures() {
  if (failures.length === 0) return;
  console.log(`\nWhat failed:`);
  for (const [index, { title, text }] of failures.entries()) {
    const lines = text.split('\n');
    console.log(`\n${index + 1}) ${title}`);
    for (const line of lines.slice(0, mostLines)) console.log(`   ${line}`);
    if (lines.length > mostLines) console.log(`   … ${lines.length - mostLines} more lines above`);
  }
}

async function main() {
  if (process.argv.includes('--help')) return console.log(help);
  const { names, grep } = readArguments(process.argv.slice(2));
  await ensureDependencies();
  const node = await nodeForTests();
  if (!(await step('build', () => build()))) return;
  await Promise.all(steps.filter((name) => names.includes(name)).map(check));
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'llm-traces-counts-'));
  try {
    for (const [name, pattern] of Object.entries(suites)) {
      if (names.includes(name)) await runSuite(name, pattern, node, grep, folder);
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  fail('npm test', error.message);
}
await stopAll();
if (!process.argv.includes('--help')) {
  tellFailures();
  const { passed, failed, skipped } = totals;
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
