import type { GroupBy } from '../../../protocol/query.ts';
import type { GroupRow, SpanRow, TraceRow } from '../../../protocol/rows.ts';

interface NodeBase {
  /** Unique in the tree and the same after every refresh, so that selection and expansion survive. */
  readonly key: string;
  readonly parent: TreeNode | undefined;
}

export interface GroupNode extends NodeBase {
  readonly type: 'group';
  readonly by: Exclude<GroupBy, 'none'>;
  row: GroupRow;
}
export interface TraceNode extends NodeBase {
  readonly type: 'trace';
  row: TraceRow;
}
export interface SpanNode extends NodeBase {
  readonly type: 'span';
  row: SpanRow;
}
/** Stands for the rows after the loaded ones. */
export interface MoreNode extends NodeBase {
  readonly type: 'more';
  loaded: number;
  total: number;
}
/** Stands for rows that could not be loaded. */
export interface FailureNode extends NodeBase {
  readonly type: 'failure';
  message: string;
}
export type TreeNode = GroupNode | TraceNode | SpanNode | MoreNode | FailureNode;

/** The node's trace and span, where it stands for one. */
export function spanOf(node: TreeNode): { readonly traceId: string; readonly spanId?: string } | undefined {
  if (node.type === 'trace') return { traceId: node.row.traceId };
  if (node.type === 'span') return { traceId: node.row.traceId, spanId: node.row.spanId };
  return undefined;
}

/** Whether a span is among the node's own ancestors or the node itself: hostile spans can be their own ancestors. */
export function isOnPath(node: TreeNode | undefined, spanId: string): boolean {
  for (let at = node; at; at = at.parent) if (at.type === 'span' && at.row.spanId === spanId) return true;
  return false;
}
