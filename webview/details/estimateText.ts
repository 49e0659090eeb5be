import { isKnownCost } from '../../src/model/cost.ts';
import type { CostEstimate, SpanDetails } from '../../src/protocol/details.ts';
import { sourceText } from '../../src/protocol/costText.ts';
import { formatCount, formatMoney } from '../../src/protocol/format.ts';

/** True for a call that counts, without usage but with messages: what an estimate is for. */
export function canEstimate({ cost, row, conversation }: SpanDetails): boolean {
  const known = cost ?? row.cost;
  if (!row.counted || !known || isKnownCost(known) || known.unknown !== 'usage') return false;
  return [conversation.system, conversation.input, conversation.output].some((side) => side.length > 0);
}

/** An estimate in words that leave no doubt that it is one: `≈ $0.0012 (estimate)`. */
export function estimateText(estimate: CostEstimate): { readonly head: string; readonly how: string } {
  const { result, inputTokens, outputTokens } = estimate;
  const tokens = `about ${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`;
  return isKnownCost(result)
    ? { head: `≈ ${formatMoney(result.amount)} (estimate)`, how: `${tokens}; ${sourceText(result.source)}` }
    : { head: 'No estimate', how: `${tokens}; ${result.reason}` };
}
