import fs from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from './install.mjs';
import { cacheFolder } from './paths.mjs';
import { run } from './processes.mjs';

/**
 * A Python of its own in .cache/python, or in another folder of .cache, with these packages.
 *
 * @param {readonly string[]} packages
 * @param {(line: string) => void} [log]
 * @param {string} [name] the folder: one for each set of packages
 * @returns {Promise<string>} its interpreter
 * @throws where Python, its `venv` module or the package index is not there
 */
export async function pythonWith(packages, log = console.log, name = 'python') {
  const folder = path.join(cacheFolder, name);
  const windows = process.platform === 'win32';
  const interpreter = windows
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
  await installOnce({
    folder,
    version: packages.join(' '),
    log,
    steps: [
      {
        name: `Making a Python environment in .cache/${name}`,
        run: async (target) => {
          await run(windows ? 'python' : 'python3', ['-m', 'venv', target]);
        },
      },
      {
        name: `Installing ${packages.join(', ')}`,
        run: async () => {
          const options = ['--quiet', '--retries', '1', '--timeout', '30', '--disable-pip-version-check'];
          await run(interpreter, ['-m', 'pip', 'install', ...options, ...packages]);
        },
      },
    ],
  });
  await fs.access(interpreter);
  return interpreter;
}
