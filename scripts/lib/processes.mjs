/**
 * Child processes that never outlive this one.
 *
 * On POSIX each child leads a process group of its own, so that what it started ends with it. Ctrl-C, SIGTERM, an
 * exception and a plain exit all end every group.
 */
import { spawn } from 'node:child_process';

const windows = process.platform === 'win32';
const running = new Set();
const cleanUps = [];
let installed = false;
let stopping;

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (windows) {
      spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    } else {
      process.kill(-child.pid, signal);
    }
  } catch {
    // Gone already.
  }
}

function groupIsAlive(child) {
  if (windows) return child.exitCode === null && child.signalCode === null;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}

function install() {
  if (installed) return;
  installed = true;
  process.on('exit', () => {
    for (const child of running) signalGroup(child, 'SIGKILL');
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => {
      // A second Ctrl-C does not wait.
      if (stopping) process.exit(code);
      void stopAll().finally(() => process.exit(code));
    });
  }
}

/** Runs before the children are ended, newest first; also on Ctrl-C. */
export function beforeStop(cleanUp) {
  install();
  cleanUps.push(cleanUp);
}

/** Starts a process in a group of its own. `stdio` is `pipe` for output unless told otherwise, and no input. */
export function start(command, args, options = {}) {
  install();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: !windows, ...options });
  if (child.pid !== undefined) running.add(child);
  // A failed start is told through this event; without a listener it would end the process.
  child.on('error', () => running.delete(child));
  child.on('exit', () => {
    if (!groupIsAlive(child)) running.delete(child);
  });
  return child;
}

/** Ends a process and what it started: politely, then after `graceMs` for good. Resolves when it is gone. */
export async function stop(child, graceMs = 3000) {
  signalGroup(child, 'SIGTERM');
  const until = Date.now() + graceMs;
  while (groupIsAlive(child) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 25));
  signalGroup(child, 'SIGKILL');
  running.delete(child);
}

/** Ends everything that was started here. */
export function stopAll() {
  stopping ??= (async () => {
    for (const cleanUp of cleanUps.reverse()) {
      try {
        await cleanUp();
      } catch {
        // The next one has its turn all the same.
      }
    }
    await Promise.all([...running].map((child) => stop(child)));
    stopping = undefined;
  })();
  return stopping;
}

/**
 * Runs a process to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { show?: boolean, allowFailure?: boolean, timeoutMs?: number }} [options]
 *   `show`: its output goes to ours; else it is collected. `allowFailure`: do not throw.
 * @returns {Promise<{ code: number, output: string, stdout: string }>} output: stdout and stderr together
 * @throws when it cannot be started or fails, with the last lines of what it said
 */
export function run(command, args, { show = false, allowFailure = false, timeoutMs = 0, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, {
      ...options,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    const timer = timeoutMs > 0 ? setTimeout(() => void stop(child, 500), timeoutMs) : undefined;
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${command} could not be started: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || allowFailure) return resolve({ code: code ?? 1, output, stdout });
      const tail = output.trimEnd().split('\n').slice(-15).join('\n');
      reject(
        new Error(
          `${command} ${args.join(' ')} ended with ${signal ?? `code ${code}`}${tail ? `:\n${tail}` : ''}`,
        ),
      );
    });
  });
}
