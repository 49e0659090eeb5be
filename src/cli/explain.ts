import { estimateSpan } from '../engine/estimate.ts';
import { explainSpan } from '../engine/explain.ts';
import { optional, parse, UsageError } from './arguments.ts';
import { openStore, readerOptions } from './openStore.ts';
import { writeJson } from './output.ts';

/** Where each value of a span came from, what was ignored, and why it counts or does not. */
export async function explain(argv: readonly string[]): Promise<number> {
  const args = parse(argv, [...readerOptions, 'trace'], 1, ['estimate']);
  const spanId = args.positionals[0]?.toLowerCase();
  if (spanId === undefined || !/^[0-9a-f]{16}$/.test(spanId)) {
    throw new UsageError('explain takes the id of a span: 16 hexadecimal digits');
  }
  const store = await openStore(args);
  try {
    const traceId = optional(args, 'trace')?.toLowerCase();
    const [key] = store.reader
      .spansById(spanId, 1_000)
      .filter((found) => traceId === undefined || found.traceId === traceId);
    const row = key && store.reader.span(key);
    const item = row && store.interpreter.readWhole(row, store.reader.logs(row));
    if (!row || !item) throw new Error(`there is no span ${spanId} in this store`);
    const estimate =
      args.values['estimate'] === true ? { estimate: estimateSpan(row, item, store.interpreter) } : {};
    await writeJson({ ...explainSpan(row, item), ...estimate });
  } finally {
    store.close();
  }
  return 0;
}
