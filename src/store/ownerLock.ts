/** Held by the one engine that writes a store; freed by the operating system when its process dies. */
export class OwnerLock {
  /** Returns undefined when another thread or process holds it. @throws StorageError `unwritable` or `unsupported` */
  static tryAcquire(_path: string): OwnerLock | undefined {
    throw new Error('in the making');
  }
  release(): void {
    throw new Error('in the making');
  }
}
