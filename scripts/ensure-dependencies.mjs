/** Installs the dependencies when they are missing or the lock file has changed; else does nothing. */
import { ensureDependencies } from './lib/dependencies.mjs';

try {
  await ensureDependencies();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
