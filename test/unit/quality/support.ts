import type { Conversation, Message, MessagePart, ToolDefinition } from '../../../src/model/message.ts';
import type { Flag } from '../../../src/model/flag.ts';
import type { SpanFacts } from '../../../src/model/span.ts';
import { flagSpan } from '../../../src/quality/flagSpan.ts';
import type { QualityOptions, SpanContext } from '../../../src/quality/rule.ts';
import { prepareQuality } from '../../../src/quality/rules.ts';

/** Every rule. */
export const everything: QualityOptions = prepareQuality();
/** Every rule but those about what emitters leave out, which would name most of the small examples here. */
export const all: QualityOptions = prepareQuality({ disabled: ['usage_missing', 'content_missing'] });

export interface Said {
  readonly conversation?: Partial<Conversation>;
  readonly tools?: readonly ToolDefinition[];
}

export type TestFacts = SpanFacts & { readonly reads: { count: number } };

/** Facts of a model call that ended well, unless told otherwise; counts how often its messages are parsed. */
export function factsOf(fields: Partial<SpanFacts> = {}, said: Said = {}): TestFacts {
  const reads = { count: 0 };
  return {
    kind: 'llm',
    dialect: 'test',
    guessed: false,
    disposition: 'span',
    finishReasons: [],
    status: { code: 'unset', message: '' },
    rateLimited: false,
    parameters: new Map(),
    tags: [],
    evaluations: [],
    reportedMarks: new Map(),
    conversation: () => {
      reads.count++;
      return { system: [], input: [], output: [], ...said.conversation };
    },
    output: () => {
      reads.count++;
      return said.conversation?.output ?? [];
    },
    toolDefinitions: () => said.tools ?? [],
    documents: () => [],
    provenance: () => [],
    ignored: () => [],
    reads,
    ...fields,
  };
}

export function message(role: string, ...parts: (string | MessagePart)[]): Message {
  return {
    role,
    parts: parts.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
  };
}

/** A question and its answer, captured. */
export function exchange(...answer: (string | MessagePart)[]): Said {
  return {
    conversation: {
      input: [message('user', 'What is the weather?')],
      output: [message('assistant', ...answer)],
    },
  };
}

export function flagsOf(
  facts: SpanFacts,
  context: Partial<SpanContext> = {},
  options = all,
): readonly Flag[] {
  return flagSpan(
    facts,
    { counted: true, ended: true, usage: { input: 10, output: 5 }, ...context },
    options,
  );
}

export function idsOf(
  facts: SpanFacts,
  context: Partial<SpanContext> = {},
  options = all,
): readonly string[] {
  return flagsOf(facts, context, options).map(({ id }) => id);
}

export function reasonOf(
  id: string,
  facts: SpanFacts,
  context: Partial<SpanContext> = {},
  options = all,
): string | undefined {
  return flagsOf(facts, context, options).find((flag) => flag.id === id)?.reason;
}
