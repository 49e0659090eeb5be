/** How sure a line is, in words. Pure. */
import { visibleLabel } from '../../base/visibleText.ts';
import type { SourceLocation } from '../../model/source.ts';

const resolvers = new Map<string, string>([
  ['code-attributes', 'attributes of the span'],
  ['captured-frames', 'the call stack that was recorded'],
  ['stack-trace', 'a stack trace'],
  ['static-index', 'the source code'],
  ['choice', 'your choice'],
]);

/** `found by a stack trace, likely`, with the reason where there is one; nothing is said of an exact line but how. */
export function confidenceText({
  resolver,
  confidence,
  reason,
}: Pick<SourceLocation, 'resolver' | 'confidence' | 'reason'>): string {
  const by = resolvers.get(resolver) ?? visibleLabel(resolver, 60);
  const why = reason === undefined || reason === '' ? '' : `: ${visibleLabel(reason, 200)}`;
  return `found by ${by}, ${confidence}${why}`;
}
