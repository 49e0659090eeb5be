import type { CallSums, FileSums, LineAnnotation } from '../../../protocol/code.ts';
import type { SpanRow } from '../../../protocol/rows.ts';
import type { FunctionGroup } from './callSiteOrder.ts';

interface NodeBase {
  /** Unique in the tree and the same after every refresh, so that selection and expansion survive. */
  readonly key: string;
}
export interface FileNode extends NodeBase {
  readonly type: 'file';
  readonly file: string;
  readonly sums: CallSums;
  readonly parent: undefined;
}
export interface FunctionNode extends NodeBase {
  readonly type: 'function';
  readonly file: string;
  readonly group: FunctionGroup;
  readonly parent: FileNode;
}
export interface LineNode extends NodeBase {
  readonly type: 'line';
  readonly file: string;
  readonly annotation: LineAnnotation;
  readonly parent: FunctionNode;
}
export interface CallNode extends NodeBase {
  readonly type: 'span';
  readonly row: SpanRow;
  readonly parent: LineNode;
}
/** Stands for the rows after the loaded ones. */
export interface MoreCallsNode extends NodeBase {
  readonly type: 'moreCalls';
  readonly parent: LineNode | undefined;
}
export type CallSiteNode = FileNode | FunctionNode | LineNode | CallNode | MoreCallsNode;

export function fileNode({ file, sums }: FileSums): FileNode {
  return { type: 'file', key: `file:${file}`, file, sums, parent: undefined };
}

export function functionNode(parent: FileNode, group: FunctionGroup): FunctionNode {
  return { type: 'function', key: `${parent.key}/${group.name}`, file: parent.file, group, parent };
}

export function lineNode(parent: FunctionNode, annotation: LineAnnotation): LineNode {
  const key = `${parent.key}/${annotation.line}${annotation.stale?.state === 'gone' ? ' gone' : ''}`;
  return { type: 'line', key, file: parent.file, annotation, parent };
}

export function callNode(parent: LineNode, row: SpanRow): CallNode {
  return { type: 'span', key: `${parent.key}/${row.traceId}/${row.spanId}`, row, parent };
}
