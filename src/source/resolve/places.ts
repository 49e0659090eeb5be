import type { Confidence, SourceFrame, SourceLocation } from '../../model/source.ts';
import { columnAt, lineAt, type CallExpr, type FunctionNode } from '../syntax/ast.ts';
import { qualifiedName } from '../callSiteIndex.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import type { Environment } from '../index/values.ts';

/** Where a span was put, with what its children and neighbours want to know of it. */
export interface Placed {
  readonly location: SourceLocation;
  /** Its own texts were found there. */
  readonly isTextual?: boolean;
  /** The call it stands at; undefined for definitions and for places told from outside. */
  readonly call: CallExpr | undefined;
  readonly env: Environment | undefined;
  /** The functions that run in it: of a block those around it, of a tool the tool's own. */
  readonly fn: FunctionNode | undefined;
  /** How far its block goes, in `fn`'s file. */
  readonly block: { readonly file: string; readonly start: number; readonly end: number } | undefined;
}

const keptFrames = 8;
const keptCandidates = 8;

export function frameOf(call: CallExpr): SourceFrame {
  const { file } = call.owner;
  const { callee } = call;
  const name = callee.kind === 'member' ? callee.nameStart : callee.start;
  return {
    file: file.file,
    // As stacks have it: Python names the expression's first line, V8 that of the called name.
    line: lineAt(file, file.language === 'python' ? call.start : name),
    column: columnAt(file, name),
    function: qualifiedName(call.owner) || '<module>',
    endLine: lineAt(file, call.end - 1),
  };
}

export function definitionOf(fn: FunctionNode): SourceFrame {
  return {
    file: fn.file.file,
    line: lineAt(fn.file, fn.start),
    column: columnAt(fn.file, fn.start),
    function: qualifiedName(fn),
    endLine: lineAt(fn.file, fn.end - 1),
  };
}

/** The calls that lead to a place, innermost first, as far as the way is known. */
export function framesOf(call: CallExpr, env: Environment | undefined): readonly SourceFrame[] {
  const frames = [frameOf(call)];
  for (let one = env; one?.via && frames.length < keptFrames; one = one.caller) frames.push(frameOf(one.via));
  return frames;
}

export function locationOf(
  place: SourceFrame,
  confidence: Confidence,
  reason: string,
  more: { frames?: readonly SourceFrame[]; candidates?: readonly SourceFrame[] } = {},
): SourceLocation {
  return {
    ...place,
    confidence,
    resolver: 'static-index',
    reason,
    frames: more.frames ?? [place],
    candidates: (more.candidates ?? []).slice(0, keptCandidates),
  };
}

export function isWithin(call: CallExpr, block: NonNullable<Placed['block']>): boolean {
  return call.owner.file.file === block.file && call.start >= block.start && call.end <= block.end;
}

export function keyOf(span: Pick<SpanQuestion, 'traceId' | 'spanId'>): string {
  return `${span.traceId}/${span.spanId}`;
}
