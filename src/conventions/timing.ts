import type { SpanView } from './spanView.ts';
import type { FieldValues } from './fieldValues.ts';
import { at } from './keyTables.ts';
import { asNumber } from './values.ts';

/** Milliseconds from the span's start to the first token; `undefined` when nothing tells, or tells nonsense. */
export function readFirstToken(view: SpanView, fields: FieldValues): number | undefined {
  const millis = asNumber(fields.get(at.firstTokenMillis));
  if (millis !== undefined && millis >= 0) return millis;
  const seconds = asNumber(fields.get(at.firstTokenSeconds));
  if (seconds !== undefined && seconds >= 0) return seconds * 1000;
  return view.input.span.events.length > 0 ? fromEvents(view) : undefined;
}

const firstChunks = new Set([
  'First Token Stream Event',
  'ai.stream.firstChunk',
  'llm.content.completion.chunk',
  'gen_ai.content.completion.chunk',
  'mlflow.chunk.item.0',
]);

function fromEvents(view: SpanView): number | undefined {
  const { span } = view.input;
  let first: bigint | undefined;
  for (const event of span.events) {
    if (!firstChunks.has(event.name)) continue;
    if (first === undefined || event.timeUnixNano < first) first = event.timeUnixNano;
    if (event.name !== 'llm.content.completion.chunk' && event.name !== 'gen_ai.content.completion.chunk')
      break;
  }
  return first !== undefined && first >= span.startTimeUnixNano
    ? Number(first - span.startTimeUnixNano) / 1e6
    : undefined;
}
