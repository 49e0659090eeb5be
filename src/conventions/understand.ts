import type { Evaluation, Provenance, SpanFacts, ToolUse } from '../model/span.ts';
import { readCode } from './code.ts';
import { readConversation, readDocuments, readToolDefinitions } from './conversation.ts';
import { readEvaluations, readMarks } from './evaluations.ts';
import { explain, ignoredKeys } from './explain.ts';
import type { SpanInput } from './input.ts';
import type { UnderstandOptions } from './options.ts';
import { readParameters, readTags } from './parameters.ts';
import { read } from './read.ts';
import { SpanView } from './spanView.ts';
import { readTool } from './toolUse.ts';

export type { AttributeMapping, MappableField, UnderstandOptions } from './options.ts';

const noOptions: UnderstandOptions = {};

/**
 * What a span says, in our vocabulary, whatever convention it follows.
 *
 * Pure; never throws on received data. What every row needs is read at once, in one pass over the attributes;
 * parsing messages and the like is left to the methods and to the properties that are computed when first asked for
 * (`tool`, `parameters`, `tags`, `evaluations`, `reportedMarks`, `code`).
 */
export function understand(input: SpanInput, options: UnderstandOptions = noOptions): SpanFacts {
  const view = new SpanView(input);
  const reading = read(view, options);
  const { decided, fields, facts } = reading;
  const { kind } = facts;
  let tool: ToolUse | undefined | null = null;
  let parameters: ReadonlyMap<string, string> | undefined;
  let tags: readonly string[] | undefined;
  let evaluations: readonly Evaluation[] | undefined;
  let marks: ReadonlyMap<string, boolean> | undefined;
  let code: SpanFacts['code'] | null = null;
  return {
    ...facts,
    get tool() {
      if (tool === null) tool = readTool(view, kind, fields, reading.dialectFacts);
      return tool;
    },
    get parameters() {
      return (parameters ??= readParameters(view));
    },
    get tags() {
      return (tags ??= readTags(view));
    },
    get evaluations() {
      return (evaluations ??= readEvaluations(view));
    },
    get reportedMarks() {
      return (marks ??= readMarks(view));
    },
    get code() {
      if (code === null) code = readCode(view, fields, facts.error?.stack);
      return code;
    },
    conversation: () => readConversation(view, kind, decided, options),
    toolDefinitions: () => readToolDefinitions(view, options),
    documents: () => readDocuments(view, kind, options),
    provenance: (): readonly Provenance[] => explain(input, options),
    ignored: () => ignoredKeys(input, options),
  };
}
