import type { Message, ToolDefinition } from '../model/message.ts';
import { isKnownCost } from '../model/cost.ts';
import { estimateTokens } from '../pricing/estimate.ts';
import type { CostEstimate } from '../protocol/details.ts';
import type { IndexedSpan } from '../store/api.ts';
import type { Interpreter } from './interpreter.ts';
import type { Interpreted } from './row.ts';

/**
 * What a call may have cost whose usage is missing, from the lengths of its messages: a rough guess, made only when
 * asked for and stored nowhere. Null where the usage is known, the span does not
 * count, or a text is not there to be measured.
 */
export function estimateSpan(
  indexed: IndexedSpan,
  item: Interpreted,
  interpreter: Interpreter,
): CostEstimate | null {
  const { cost, usage } = indexed;
  if (!indexed.counted || !cost || isKnownCost(cost) || cost.unknown !== 'usage') return null;
  const { system, input, output } = item.facts.conversation();
  const texts = {
    input: [...system, ...input]
      .map(messageText)
      .concat(item.facts.toolDefinitions().map(toolText))
      .join('\n'),
    output: output.map(messageText).join('\n'),
  };
  const { kind, status } = item.facts;
  const isAnswerDue = kind === 'llm' && status.code !== 'error';
  if (texts.input === '' && usage?.input === undefined) return null;
  if (isAnswerDue && texts.output === '' && usage?.output === undefined) return null;
  return {
    result: interpreter.estimate(item, usage, texts),
    inputTokens: usage?.input ?? estimateTokens(texts.input),
    outputTokens: usage?.output ?? estimateTokens(texts.output),
  };
}

function messageText({ parts }: Message): string {
  return parts
    .map((part) => {
      switch (part.type) {
        case 'tool_call':
          return `${part.name} ${part.arguments}`;
        case 'tool_result':
          return part.result;
        case 'media':
          return '';
        default:
          return part.text;
      }
    })
    .join('\n');
}

function toolText({ name, description, parameters }: ToolDefinition): string {
  return [name, description, parameters].filter((text) => text !== undefined).join(' ');
}
