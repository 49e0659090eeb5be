import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadPriceTable } from '../pricing/priceTable.ts';
import type { EngineSettings } from '../protocol/engine.ts';
import { StorageError } from '../store/errors.ts';
import { IndexReader } from '../store/indexReader.ts';
import { IndexWriter } from '../store/indexWriter.ts';
import { JournalReader } from '../store/journalReader.ts';
import { OwnerLock } from '../store/ownerLock.ts';
import { interpretationOf, mixedInterpretation } from './interpretation.ts';
import { Interpreter } from './interpreter.ts';
import { isBefore, Pipeline } from './pipeline.ts';
import { journalDir, lockPath } from './storePaths.ts';

export interface CaughtUp {
  readonly reader: IndexReader;
  readonly journal: JournalReader;
  readonly interpreter: Interpreter;
  /** Bytes that the index has still to read when the time ran out; 0 when it has everything. */
  readonly behindBytes: number;
  close(): void;
}

export interface CatchUpOptions {
  readonly settings: EngineSettings;
  readonly waitMs: number;
  /** Read everything again, as after a change of conventions or prices. */
  readonly rebuild?: boolean;
  onProgress?(doneBytes: number, totalBytes: number): void;
  onProblem(message: string): void;
}

/**
 * Opens a store for reading, with everything in it that was acknowledged before the call: waits for the engine that
 * owns it, or, where none runs, indexes the rest itself.
 *
 * @throws StorageError when there is no store at `dbPath`, or (with `rebuild`) when an engine owns it.
 */
export async function catchUp(dbPath: string, options: CatchUpOptions): Promise<CaughtUp> {
  if (!existsSync(dbPath) && !existsSync(journalDir(dbPath))) {
    throw new StorageError('unwritable', `There is no store at ${dbPath}; serve makes one.`);
  }
  const journal = new JournalReader(journalDir(dbPath), {
    onDamage: (report) => options.onProblem(report.message),
  });
  const interpreter = new Interpreter(journal, await loadPriceTable(), options.settings, (error) =>
    options.onProblem(String(error)),
  );
  const target = journal.end();
  const deadline = Date.now() + options.waitMs;
  let reader: IndexReader | undefined;
  for (;;) {
    const lock = OwnerLock.tryAcquire(lockPath(dbPath));
    if (lock) {
      try {
        indexRest(dbPath, journal, interpreter, options);
      } finally {
        lock.release();
      }
      reader ??= IndexReader.open(dbPath);
      break;
    }
    if (options.rebuild) throw new StorageError('unsupported', 'An engine owns this store; stop it first.');
    reader ??= IndexReader.open(dbPath);
    reader?.poll();
    if ((reader && !isBefore(reader.position, target)) || Date.now() > deadline) break;
    await sleep(25);
  }
  if (!reader) throw new StorageError('unwritable', `The index at ${dbPath} is still being made; try again.`);
  reader.poll();
  const opened = reader;
  return {
    reader: opened,
    journal,
    interpreter,
    behindBytes: journal.bytesAfter(opened.position),
    close: () => {
      opened.close();
      journal.close();
    },
  };
}

function indexRest(
  dbPath: string,
  journal: JournalReader,
  interpreter: Interpreter,
  options: CatchUpOptions,
): void {
  const writer = IndexWriter.open(dbPath, { onDamage: (report) => options.onProblem(report.message) });
  try {
    const pipeline = new Pipeline(journal, writer, interpreter);
    if (options.rebuild) pipeline.rebuild();
    const interpretation = interpretationOf(options.settings);
    if (writer.fresh || options.rebuild) writer.interpretation = interpretation;
    const totalBytes = journal.totalBytes();
    for (let atEnd = false; !atEnd;) {
      const step = pipeline.step();
      atEnd = step.atEnd;
      // The store's owner has prices of its own, say: it makes these rows anew.
      if (step.spans > 0 && writer.interpretation !== interpretation)
        writer.interpretation = mixedInterpretation;
      options.onProgress?.(totalBytes - journal.bytesAfter(pipeline.position), totalBytes);
    }
    pipeline.settleDeferred();
    writer.checkpoint();
  } finally {
    writer.close();
  }
}
