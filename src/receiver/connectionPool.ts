/** A connection that can be cut. */
export interface Cuttable {
  destroy(): unknown;
}

/**
 * Bounds the number of connections without locking newcomers out: above the limit, the connection that has been idle
 * longest is closed. So thousands of idle connections cost a bounded amount and nobody else notices.
 */
export class ConnectionPool<T extends Cuttable> {
  readonly #limit: number;
  /** Running requests per connection, in order of last use. */
  readonly #running = new Map<T, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#running.size;
  }

  add(connection: T): void {
    if (this.#running.size >= this.#limit) this.#evict();
    this.#running.set(connection, 0);
  }

  begin(connection: T): void {
    this.#change(connection, 1);
  }

  end(connection: T): void {
    this.#change(connection, -1);
  }

  remove(connection: T): void {
    this.#running.delete(connection);
  }

  #change(connection: T, by: number): void {
    const running = this.#running.get(connection);
    if (running === undefined) return;
    this.#running.delete(connection);
    this.#running.set(connection, running + by);
  }

  destroyAll(): void {
    for (const connection of [...this.#running.keys()]) connection.destroy();
  }

  destroyIdle(): void {
    for (const [connection, running] of [...this.#running]) if (running === 0) connection.destroy();
  }

  /** The longest idle one; if all are busy the one whose last request began first. */
  #evict(): void {
    let victim: T | undefined;
    for (const [connection, running] of this.#running) {
      victim ??= connection;
      if (running > 0) continue;
      victim = connection;
      break;
    }
    if (!victim) return;
    this.#running.delete(victim);
    victim.destroy();
  }
}
