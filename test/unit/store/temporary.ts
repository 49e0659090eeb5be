import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test; `dispose` removes it. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'llm-trace-store-'));

  file(name: string): string {
    return join(this.path, name);
  }

  dispose(): void {
    // A thread that was ended may still write its last there.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 20 });
  }
}
