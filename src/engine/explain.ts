import { priceText } from '../pricing/priceText.ts';
import type { SpanExplanation } from '../protocol/details.ts';
import type { IndexedSpan } from '../store/api.ts';
import type { Interpreted } from './row.ts';

/** How a span was read: which dialect, which attribute gave which value, what was ignored, why it counts or not. */
export function explainSpan(indexed: IndexedSpan, item: Interpreted): SpanExplanation {
  return {
    traceId: indexed.traceId,
    spanId: indexed.spanId,
    dialect: item.facts.dialect,
    guessed: item.facts.guessed,
    values: item.facts.provenance(),
    ignored: item.facts.ignored(),
    counting: {
      counted: indexed.counted,
      rule: indexed.countRule,
      countedIn: indexed.countedIn?.spanId,
    },
    pricing: pricingText(indexed),
  };
}

function pricingText(indexed: IndexedSpan): string {
  const { cost } = indexed;
  if (!cost)
    return indexed.counted ? 'This kind of span has no price.' : 'Not priced: the span does not count.';
  return priceText(cost).join('\n');
}
