import { CallSiteIndex } from '../../../src/source/callSiteIndex.ts';
import { SpanResolver } from '../../../src/source/resolve/spanResolver.ts';
import type { SpanQuestion } from '../../../src/source/spanQuestion.ts';
import type { SourceParser } from '../../../src/source/syntax/cst.ts';
import { loadParser } from '../../../src/workspace/treeSitter.ts';

const grammars = new URL('../../../node_modules/@vscode/tree-sitter-wasm/wasm', import.meta.url).pathname;
let parser: Promise<SourceParser> | undefined;

/** The parser, loaded once for all tests. */
export function theParser(): Promise<SourceParser> {
  parser ??= loadParser(grammars);
  return parser;
}

/** An index of a few small files. */
export async function indexOf(files: Readonly<Record<string, string>>): Promise<CallSiteIndex> {
  const index = new CallSiteIndex(await theParser());
  for (const [file, text] of Object.entries(files)) index.update(file, text);
  return index;
}

let made = 0;

/** A question with everything unknown but what is given; prompts as `role: text`. */
export function question(
  given: Partial<SpanQuestion> & { readonly asked?: readonly string[] } = {},
): SpanQuestion {
  const { asked = [], ...rest } = given;
  return {
    traceId: '1'.repeat(32),
    spanId: (++made).toString(16).padStart(16, '0'),
    parentSpanId: '',
    name: 'chat',
    service: 'test',
    scope: 'opentelemetry.instrumentation.openai_v2',
    kind: 'llm',
    dialect: 'otelGenai',
    startMicros: made,
    endMicros: made + 1,
    operation: undefined,
    provider: undefined,
    requestModel: undefined,
    responseModel: undefined,
    streaming: undefined,
    toolName: undefined,
    agentName: undefined,
    workflowName: undefined,
    parameters: new Map(),
    prompts: asked.map((text) => {
      const colon = text.indexOf(': ');
      return { role: text.slice(0, colon), text: text.slice(colon + 2) };
    }),
    tools: [],
    attributes: new Map(),
    told: undefined,
    ...rest,
  };
}

/** Where a span is found, as `file:line confidence`. */
export async function find(files: Readonly<Record<string, string>>, asked: SpanQuestion): Promise<string> {
  const place = new SpanResolver(await indexOf(files)).resolve(asked);
  return place ? `${place.file}:${place.line} ${place.confidence}` : 'nowhere';
}
