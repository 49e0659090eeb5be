/**
 * Asks again until `check` no longer throws, and then gives its result; after `timeoutMs` its last error is thrown.
 * Waiting for a condition keeps tests free of pauses whose length is a guess.
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 15_000): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
