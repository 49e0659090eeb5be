import { understand } from '../../conventions/understand.ts';
import type { SpanFacts } from '../../model/span.ts';
import { decodeResource, decodeScope, decodeSpan } from '../../otlp/decodeOne.ts';
import type { AttributeMap } from '../../otlp/types.ts';
import type { StoredRange } from '../../store/api.ts';
import type { JournalReader } from '../../store/journalReader.ts';

const longest = 4_000_000;

export interface SpanContent {
  readonly facts: SpanFacts;
  readonly attributes: AttributeMap;
}

/** What a span says beyond the index (prompts, parameters), from the journal; undefined when it cannot be had. */
export function readContent(journal: JournalReader, range: StoredRange): SpanContent | undefined {
  if (range.signal === 'logs' || range.length > longest) return undefined;
  const { segment } = range;
  const part = (offset: number, length: number): Uint8Array | undefined =>
    length === 0 ? new Uint8Array(0) : journal.readRange(segment, offset, length);
  const span = part(range.offset, range.length);
  const resource = part(range.resourceOffset, range.resourceLength);
  const scope = part(range.scopeOffset, range.scopeLength);
  if (!span || !resource || !scope) return undefined;
  try {
    const input = {
      span: decodeSpan(span),
      resource: decodeResource(resource),
      scope: decodeScope(scope),
      logs: [],
    };
    return { facts: understand(input), attributes: input.span.attributes };
  } catch {
    return undefined;
  }
}
