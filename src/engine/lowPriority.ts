import os from 'node:os';

/**
 * Lets other threads go first where processors are few: acknowledging goes before indexing. Only Linux has a priority
 * for each thread (`setpriority(2)`, 0 is the calling thread); elsewhere it would be the whole process's.
 */
export function letOthersGoFirst(niceness = 5): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(0, niceness);
  } catch {
    // As before, then.
  }
}
