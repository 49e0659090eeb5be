import type { SpanExplanation } from '../../protocol/details.ts';
import { markInvisible } from '../../base/visibleText.ts';

const longestValue = 300;

/** "Explain this span" as plain text: what was read from where, what was not looked at, what counts and why. */
export function explanationText(explanation: SpanExplanation): string {
  const { counting } = explanation;
  const width = Math.min(30, Math.max(8, ...explanation.values.map((value) => value.field.length)));
  const values = explanation.values.map(({ field, value, from, dialect }) => {
    const origin = from.length > 0 ? from.map(oneLine).join(', ') : '(derived)';
    const by = dialect === explanation.dialect ? '' : `  [${oneLine(dialect)}]`;
    return `  ${oneLine(field).padEnd(width)}  ${oneLine(value)}\n  ${''.padEnd(width)}  ← ${origin}${by}`;
  });
  return [
    `Span ${explanation.spanId} of trace ${explanation.traceId}`,
    '',
    `Read as: ${oneLine(explanation.dialect)}${explanation.guessed ? ' (a guess: no known convention matched)' : ''}`,
    '',
    'Values and where they come from',
    ...(values.length > 0 ? values : ['  none']),
    '',
    'Counting',
    `  ${counting.counted ? 'Counted' : 'Not counted'}: ${oneLine(counting.rule)}`,
    ...(counting.countedIn === undefined ? [] : [`  Counted in: ${oneLine(counting.countedIn)}`]),
    '',
    'Cost',
    ...markInvisible(explanation.pricing)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    `Attributes that nothing was read from (${explanation.ignored.length})`,
    ...(explanation.ignored.length > 0 ? explanation.ignored.map((key) => `  ${oneLine(key)}`) : ['  none']),
    '',
  ].join('\n');
}

function oneLine(text: string): string {
  const shown = markInvisible(text.slice(0, longestValue + 1)).replace(/[\n\t]+/g, ' ');
  return text.length > longestValue ? `${shown.slice(0, longestValue)}… (${text.length} characters)` : shown;
}
