import type { AccountingSpan } from './accountingTypes.ts';
import { type Forest, isEarlier } from './forest.ts';

/** Where a tool call is counted that has several spans: by index, the span that counts. */
export type ToolGroups = ReadonlyMap<number, number>;

/** True for a span that runs a tool: its own kind, or an MCP `tools/call`. */
export function isToolCall(span: AccountingSpan): boolean {
  if (span.disposition !== undefined && span.disposition !== 'span') return false;
  return span.kind === 'tool' || (span.kind === 'mcp' && span.toolName !== undefined);
}

/**
 * One tool call may have a span of the framework, of the MCP client and of the MCP server, or of two instrumentations.
 * Spans below each other are one call when they name the same call or the same tool, or when the lower one is MCP's;
 * spans side by side when two instrumentations name the same call. The outermost counts, or the one that failed:
 * the others of a failed call often say that all is well.
 */
export function groupToolCalls(forest: Forest): ToolGroups {
  const { spans, parent, order } = forest;
  const above = new Int32Array(spans.length).fill(-1);
  const group = new Int32Array(spans.length).fill(-1);
  let any = false;
  for (const i of order) {
    const span = spans[i] as AccountingSpan;
    const up = parent[i] as number;
    const higher = up < 0 || endsTool(spans[up] as AccountingSpan) ? -1 : (above[up] as number);
    if (!isToolCall(span)) {
      above[i] = higher;
      continue;
    }
    any = true;
    above[i] = i;
    group[i] = higher >= 0 && sameTool(spans[higher] as AccountingSpan, span) ? (group[higher] as number) : i;
  }
  if (!any) return new Map();
  joinSiblings(spans, group);
  return winners(spans, group);
}

/** What runs below a model or an agent is work of its own. */
function endsTool(span: AccountingSpan): boolean {
  return span.kind === 'llm' || span.kind === 'agent' || span.kind === 'workflow';
}

function sameTool(outer: AccountingSpan, inner: AccountingSpan): boolean {
  if (outer.toolCallId !== undefined && inner.toolCallId !== undefined)
    return outer.toolCallId === inner.toolCallId;
  const names = compareNames(outer.toolName, inner.toolName);
  if (inner.kind === 'mcp') return names !== 'different' || outer.kind === 'mcp';
  return names === 'same' || (outer.dialect !== inner.dialect && fillsMost(outer, inner));
}

/** Two instrumentations call the same tool by different names; the inner span takes most of the outer one's time. */
function fillsMost(outer: AccountingSpan, inner: AccountingSpan): boolean {
  return 2 * (inner.endMicros - inner.startMicros) >= outer.endMicros - outer.startMicros;
}

function compareNames(a: string | undefined, b: string | undefined): 'same' | 'different' | 'unknown' {
  if (a === undefined || b === undefined) return 'unknown';
  const shortA = shortName(a);
  const shortB = shortName(b);
  return shortA === shortB ? 'same' : 'different';
}

/** `researcher.get_weather`, `TravelPlugin-get_weather` and `mcp__travel__get_weather` are `get_weather`. */
function shortName(name: string): string {
  const parts = name.split(/[.:/]|-(?=[A-Za-z_])|__/);
  return parts.at(-1) || name;
}

function joinSiblings(spans: readonly AccountingSpan[], group: Int32Array): void {
  const byCall = new Map<string, number[]>();
  for (let i = 0; i < spans.length; i++) {
    const id = group[i] === i ? (spans[i] as AccountingSpan).toolCallId : undefined;
    if (id === undefined) continue;
    const list = byCall.get(id);
    if (list) list.push(i);
    else byCall.set(id, [i]);
  }
  const moved = new Map<number, number>();
  for (const list of byCall.values()) {
    if (list.length < 2) continue;
    list.sort((a, b) => (isEarlier(spans[a] as AccountingSpan, spans[b] as AccountingSpan) ? -1 : 1));
    const [first] = list as [number];
    for (const i of list.slice(1)) {
      const other = spans[i] as AccountingSpan;
      if (other.scope !== (spans[first] as AccountingSpan).scope) moved.set(i, first);
    }
  }
  if (moved.size === 0) return;
  for (let i = 0; i < group.length; i++) group[i] = moved.get(group[i] as number) ?? (group[i] as number);
}

function winners(spans: readonly AccountingSpan[], group: Int32Array): ToolGroups {
  const best = new Map<number, number>();
  for (let i = 0; i < group.length; i++) {
    const root = group[i] as number;
    if (root < 0) continue;
    const known = best.get(root) ?? root;
    best.set(root, better(spans, i, known) ? i : known);
  }
  const counting = new Map<number, number>();
  for (let i = 0; i < group.length; i++) {
    const root = group[i] as number;
    if (root >= 0) counting.set(i, best.get(root) ?? root);
  }
  return counting;
}

function better(spans: readonly AccountingSpan[], i: number, known: number): boolean {
  if (i === known) return false;
  const a = spans[i] as AccountingSpan;
  const b = spans[known] as AccountingSpan;
  return a.failed !== b.failed ? a.failed : a.failed && isEarlier(a, b);
}
