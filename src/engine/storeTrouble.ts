import type { EngineStatus } from '../protocol/status.ts';
import { StorageError } from '../store/errors.ts';
import { messageOf } from './messageOf.ts';

export interface StoreTroubleOptions {
  log(message: string): void;
  /** Called when there is a problem, another one, or none any more. */
  tell(problem: EngineStatus['storeProblem']): void;
}

/** What keeps the index from being written at the moment. */
export class StoreTrouble {
  readonly #options: StoreTroubleOptions;
  #problem: EngineStatus['storeProblem'];

  constructor(options: StoreTroubleOptions) {
    this.#options = options;
  }

  get problem(): EngineStatus['storeProblem'] {
    return this.#problem;
  }

  /** Logs a failure (one that is tried again and again, once), and says what it is. */
  note(error: unknown): StorageError {
    const storage =
      error instanceof StorageError
        ? error
        : new StorageError('unwritable', messageOf(error), { cause: error });
    if (this.#problem?.message !== storage.message) this.#options.log(storage.message);
    return storage;
  }

  say(problem: EngineStatus['storeProblem']): void {
    const isSame = this.#problem?.code === problem?.code;
    this.#problem = problem;
    if (!isSame) this.#options.tell(problem);
  }

  solved(): void {
    if (this.#problem) this.say(undefined);
  }
}
