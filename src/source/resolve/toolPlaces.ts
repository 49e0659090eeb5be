import type { FunctionNode } from '../syntax/ast.ts';
import type { ToolPlace } from '../index/tools.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import type { Confidence } from '../../model/source.ts';
import { flat } from './score.ts';

/** Names that a tool span may mean, surest first. */
export function toolNames(span: SpanQuestion, parent: SpanQuestion | undefined): readonly string[] {
  const names: string[] = [];
  const add = (name: string | undefined): void => {
    if (name !== undefined && name !== '' && !names.includes(name)) names.push(name);
  };
  const isGeneric = span.toolName !== undefined && genericTool.test(span.toolName);
  if (isGeneric) {
    for (const around of [span, parent])
      for (const [key, value] of around?.attributes ?? [])
        if (/tool|function/i.test(key) && /^[A-Za-z_][\w.-]{1,100}$/.test(value) && !genericTool.test(value))
          add(value);
    if (parent?.toolName !== undefined && !genericTool.test(parent.toolName)) add(parent.toolName);
    return names;
  }
  add(span.toolName);
  // `TravelPlugin-get_weather`, `researcher.get_weather`, `travel__get_weather`
  const own = span.toolName;
  if (own !== undefined) {
    add(own.slice(Math.max(own.lastIndexOf('-'), own.lastIndexOf('.'), own.lastIndexOf('/')) + 1));
    const double = own.lastIndexOf('__');
    if (double > 0) add(own.slice(double + 2));
    return names;
  }
  const words = span.name.split(/[\s:,()]+/);
  for (const word of words.reverse()) {
    const bare = word.replace(/\.(?:tool|run|acall|call|execute|invoke)$/, '');
    if (/^[A-Za-z_][\w.-]{1,100}$/.test(bare) && !generic.has(bare.toLowerCase())) {
      add(bare);
      add(bare.slice(bare.lastIndexOf('.') + 1));
    }
  }
  return names;
}

/** What hand-made spans are called whatever tool they run. */
const genericTool =
  /^(?:tools?|functions?|actions?|steps?|agent)?[._ /-]?(?:call|execute|execution|run|invoke|use|tool)s?$/i;
const generic = new Set([
  'tool',
  'tools',
  'execute_tool',
  'call',
  'run',
  'running',
  'function',
  'execute',
  'mcp',
  'tools/call',
  'request',
  'server',
  'client',
]);

export interface ToolFound {
  readonly places: readonly FunctionNode[];
  readonly confidence: Confidence;
}

const ranks = { registered: 3, listed: 2, named: 1 } as const;

/**
 * The functions that a tool's name may mean, best first. Sure only where one function alone was made a tool of that
 * name, and no other function could be meant.
 *
 * @param preferred functions that the agent around the span lists as its tools
 */
export function findTool(
  tools: readonly ToolPlace[],
  span: SpanQuestion,
  preferred: ReadonlySet<FunctionNode>,
  parent: SpanQuestion | undefined,
): ToolFound | undefined {
  for (const name of toolNames(span, parent)) {
    const exact = tools.filter((tool) => tool.name === name);
    const matches =
      exact.length > 0
        ? exact
        : tools.filter((tool) => flat(tool.name) === flat(name) && flat(name).length > 2);
    if (matches.length === 0) continue;
    const best = new Map<FunctionNode, number>();
    for (const { fn, how } of matches)
      best.set(fn, Math.max(best.get(fn) ?? 0, ranks[how] + (preferred.has(fn) ? 4 : 0)));
    const ranked = [...best].sort((a, b) => b[1] - a[1]);
    const [first, second] = ranked;
    if (!first) continue;
    const isAlone = !second || second[1] < first[1];
    const others = ranked.length - 1;
    const isRegistered = first[1] >= ranks.registered || (first[1] >= ranks.listed && others === 0);
    const isNamed = exact.length > 0 && span.toolName !== undefined && !genericTool.test(span.toolName);
    const confidence: Confidence = !isAlone
      ? 'possible'
      : isRegistered && isNamed && others === 0
        ? 'certain'
        : 'likely';
    return { places: ranked.map(([fn]) => fn), confidence };
  }
  return undefined;
}
