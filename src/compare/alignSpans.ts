import type { SpanKind } from '../model/span.ts';
import type { Aligned } from './align.ts';
import { align } from './align.ts';

/** What tells which span of another run is this one's like. */
export interface AlignedSpan {
  readonly kind: SpanKind;
  readonly name: string;
  readonly model?: string | undefined;
  readonly toolName?: string | undefined;
  /** `file:line` of the call, where known. */
  readonly site?: string | undefined;
  readonly depth: number;
}

/** Two runs of one program, span by span, in their order: by the line that called, the name, the kind and the depth. */
export function alignSpans(left: readonly AlignedSpan[], right: readonly AlignedSpan[]): Aligned[] {
  return align(left, right, { key: keyOf, score: likeness });
}

/** How sure two spans are the same step of a program; 0 when they are not. */
export function likeness(left: AlignedSpan, right: AlignedSpan): number {
  if (left.kind !== right.kind) return 0;
  if (left.toolName !== undefined && right.toolName !== undefined && left.toolName !== right.toolName)
    return 0;
  const isSameSite = left.site !== undefined && left.site === right.site;
  const isSameName = nameOf(left) === nameOf(right);
  if (!isSameSite && !isSameName) return 0;
  return (
    (isSameSite ? 4 : left.site === undefined || right.site === undefined ? 1 : 0) +
    (isSameName ? 3 : 0) +
    (left.depth === right.depth ? 1 : 0) +
    (left.model === right.model ? 0.5 : 0)
  );
}

function keyOf(span: AlignedSpan): string {
  return [span.kind, nameOf(span), span.toolName ?? '', span.site ?? '', span.depth].join('\u0000');
}

/** `chat gpt-4o` and `chat gpt-4o-mini` are the same step with another model. */
function nameOf({ name, model }: AlignedSpan): string {
  return model === undefined || model === '' ? name : name.replace(model, '').trim();
}
