import type { Dialect } from '../dialect.ts';
import { field, isRecord } from '../messages/structured.ts';
import type { SpanView } from '../spanView.ts';

/** Model Context Protocol: client and server spans of one request; a `tools/call` is a tool call. */
export const mcp: Dialect = {
  id: 'mcp',
  title: 'Model Context Protocol (OpenTelemetry conventions, MCP SDKs)',
  signs: { keys: ['mcp.method.name'] },
  kindFrom: '`mcp.method.name`',
  kind: (view) => (view.has('mcp.method.name') ? 'mcp' : undefined),
  fields: { operation: ['mcp.method.name'] },
  ownFields: {
    toolName: ['gen_ai.tool.name', 'mcp.tool.name'],
    toolCallId: ['gen_ai.tool.call.id'],
    sessionId: ['gen_ai.conversation.id', 'session.id', 'mcp.session.id'],
    toolArguments: ['gen_ai.tool.call.arguments', 'mcp.request.argument'],
    toolResult: ['gen_ai.tool.call.result', 'mcp.response.value'],
  },
  failed: isFailedResult,
  facts(view) {
    if (view.text('mcp.method.name') !== 'tools/call' || view.has('gen_ai.tool.name')) return undefined;
    const at = view.name.indexOf('tools/call ');
    return at < 0 ? undefined : { toolName: view.name.slice(at + 11).trim(), from: ['mcp.method.name'] };
  },
};

/** A tool that failed is answered with `isError` inside a result that is fine for the protocol. */
function isFailedResult(view: SpanView): boolean {
  for (const key of ['gen_ai.tool.call.result', 'mcp.response.value']) {
    const value = view.get(key);
    if (typeof value === 'string' && !value.includes('isError')) continue;
    const result = view.json(key);
    if (isRecord(result) && field(result, 'isError') === true) return true;
  }
  return false;
}
