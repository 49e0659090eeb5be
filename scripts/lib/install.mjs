import fs from 'node:fs/promises';
import path from 'node:path';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function acquire(lockFile, onWait) {
  let told = false;
  for (;;) {
    try {
      await fs.writeFile(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(await fs.readFile(lockFile, 'utf8').catch(() => ''));
    if (holder > 0 && !(await isAlive(holder))) {
      await fs.rm(lockFile, { force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await wait(300);
  }
}

/**
 * Fills a folder once, in named steps; a later call is a no-op, an interrupted one goes on with the step it was at,
 * and two processes at the same time wait for each other.
 *
 * @param folder where to; `<folder>/.installed.json` records the finished steps
 * @param version a different one empties the folder and begins anew
 * @param steps `{ name, run(folder) }` in order
 * @param log takes a line of progress
 */
export async function installOnce({ folder, version, steps, log }) {
  const stampFile = path.join(folder, '.installed.json');
  const read = async () => {
    try {
      const stamp = JSON.parse(await fs.readFile(stampFile, 'utf8'));
      return stamp.version === version && Array.isArray(stamp.done) ? stamp : undefined;
    } catch {
      return undefined;
    }
  };
  const isComplete = (stamp) => stamp !== undefined && steps.every((step) => stamp.done.includes(step.name));
  if (isComplete(await read())) return folder;

  await fs.mkdir(path.dirname(folder), { recursive: true });
  const lockFile = `${folder}.lock`;
  await acquire(lockFile, () => log(`Waiting for another process that fills ${folder}`));
  try {
    let stamp = await read();
    if (isComplete(stamp)) return folder;
    if (!stamp) await fs.rm(folder, { recursive: true, force: true });
    stamp ??= { version, done: [] };
    await fs.mkdir(folder, { recursive: true });
    for (const step of steps) {
      if (stamp.done.includes(step.name)) continue;
      log(step.name);
      const begun = Date.now();
      await step.run(folder);
      stamp.done.push(step.name);
      await fs.writeFile(stampFile, JSON.stringify(stamp, undefined, 2));
      log(`  done in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
    }
    return folder;
  } finally {
    await fs.rm(lockFile, { force: true });
  }
}
