import { parse } from './arguments.ts';
import { openStore, readerOptions } from './openStore.ts';
import { writeJson } from './output.ts';

/** Builds the index anew from the journal. */
export async function reindex(argv: readonly string[]): Promise<number> {
  const args = parse(argv, [...readerOptions]);
  const store = await openStore(args, { rebuild: true });
  try {
    const { spans, traces } = store.reader.counts();
    await writeJson({ spans, traces });
  } finally {
    store.close();
  }
  return 0;
}
