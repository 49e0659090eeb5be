import { normaliseFinishReason } from '../model/finishReason.ts';
import type { AttributeValue } from '../otlp/types.ts';
import { eventName } from './logEvents.ts';
import { field, isRecord, recordField, stringField } from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { parseJson } from './values.ts';

/**
 * Finish reasons as an attribute gives them: a list, its JSON text (`["stop"]`), `a, b`, or one word, with or without
 * quotes.
 */
export function readFinishReasons(value: AttributeValue | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return words(value as readonly unknown[]);
  if (typeof value !== 'string') return [];
  const first = value.charCodeAt(0);
  if (first === 91 || first === 34) {
    const parsed = parseJson(value);
    if (Array.isArray(parsed)) return words(parsed as readonly unknown[]);
    if (typeof parsed === 'string') return words([parsed]);
  }
  return value.includes(',') ? words(value.split(',')) : words([value]);
}

function words(list: readonly unknown[]): readonly string[] {
  const found: string[] = [];
  for (const item of list) {
    if (typeof item !== 'string' || item.length > 200) continue;
    const word = item.trim();
    if (word !== '' && word !== 'None' && word !== 'null') found.push(word);
  }
  return found;
}

/** Normalised, in order, each choice its own. */
export function normaliseFinishReasons(raw: readonly string[]): readonly string[] {
  return raw.map((word) => normaliseFinishReason(word));
}

/** Finish reasons that stand only in events, log records or output messages. */
export function finishFromContent(view: SpanView): readonly string[] {
  const found: string[] = [];
  for (const { name, attributes } of view.input.span.events) {
    if (name !== 'gen_ai.choice' && name !== 'gen_ai.client.inference.operation.details') continue;
    found.push(
      ...readFinishReasons(
        attributes.get('finish_reason') ?? attributes.get('gen_ai.response.finish_reasons'),
      ),
    );
    if (found.length === 0) found.push(...choiceReason(attributes.get('gen_ai.event.content')));
  }
  if (found.length > 0) return found;
  for (const { record } of view.input.logs) {
    const name = eventName(record);
    if (name === 'gen_ai.choice') found.push(...choiceReason(record.body));
    else if (name === 'gen_ai.client.inference.operation.details' && found.length === 0) {
      found.push(...readFinishReasons(record.attributes.get('gen_ai.response.finish_reasons')));
    }
  }
  return found.length > 0 ? found : fromMessages(view);
}

function choiceReason(content: AttributeValue | undefined): readonly string[] {
  const choice = parseJson(content);
  if (!isRecord(choice)) return [];
  const reason =
    stringField(choice, 'finish_reason') ??
    stringField(recordField(choice, 'message') ?? choice, 'finish_reason');
  return reason ? [reason] : [];
}

function fromMessages(view: SpanView): readonly string[] {
  const value = view.get('gen_ai.output.messages');
  if (value === undefined || (typeof value === 'string' && !value.includes('finish_reason'))) return [];
  const messages = view.json('gen_ai.output.messages');
  if (!Array.isArray(messages)) return [];
  const found: string[] = [];
  for (const message of messages as readonly unknown[]) {
    const reason = isRecord(message) ? field(message, 'finish_reason') : undefined;
    if (typeof reason === 'string') found.push(reason);
  }
  return words(found);
}
