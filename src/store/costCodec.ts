import { isKnownCost } from '../model/cost.ts';
import type { Cost, CostResult, CostSource } from '../model/cost.ts';

/** What the costs of many calls share: where the price came from, and what was paid for at which rates. */
export interface CostShape {
  readonly source: CostSource;
  /** What, and USD per token. */
  readonly parts: readonly (readonly [string, number])[];
}

/** A cost in two texts: its shape, and the tokens of each part. */
export interface EncodedCost {
  readonly shape: string;
  readonly tokens: string;
}

interface KnownShape extends CostShape {
  readonly text: string;
}

/** By price, which calls of one model share; of each the few sets of parts that calls have. */
const shapes = new WeakMap<CostSource, KnownShape[]>();
const shapesOfSource = 32;

/**
 * Undefined for a cost that its shape and tokens do not give back exactly, such as one that the span reports, and for
 * one of whose shapes there may be any number.
 */
export function encodeCost(cost: CostResult): EncodedCost | undefined {
  if (!isKnownCost(cost) || cost.compared || (cost.source.kind !== 'table' && cost.source.kind !== 'user'))
    return undefined;
  let tokens = '';
  let sum = 0;
  for (const part of cost.parts) {
    if (part.amount !== amountOf(part.tokens, part.rate)) return undefined;
    sum += part.amount;
    tokens += tokens === '' ? String(part.tokens) : `,${part.tokens}`;
  }
  return sum === cost.amount ? { shape: shapeOf(cost).text, tokens } : undefined;
}

export function decodeCost(shape: CostShape, tokens: string): Cost {
  const counts = tokens === '' ? [] : tokens.split(',');
  let amount = 0;
  const parts = shape.parts.map(([what, rate], i) => {
    const part = { what, tokens: Number(counts[i]), rate, amount: amountOf(Number(counts[i]), rate) };
    amount += part.amount;
    return part;
  });
  return { amount, currency: 'USD', parts, source: shape.source };
}

/** As prices per million tokens make it: those are short decimal fractions, which the rate per token may not be. */
function amountOf(tokens: number, rate: number): number {
  return (tokens * (Math.round(rate * 1e15) / 1e9)) / 1e6;
}

function shapeOf({ source, parts }: Cost): KnownShape {
  let known = shapes.get(source);
  if (!known) shapes.set(source, (known = []));
  for (const shape of known) {
    let i = 0;
    while (
      i < parts.length &&
      parts[i]?.what === shape.parts[i]?.[0] &&
      parts[i]?.rate === shape.parts[i]?.[1]
    )
      i++;
    if (i === parts.length && i === shape.parts.length) return shape;
  }
  const pairs = parts.map(({ what, rate }) => [what, rate] as const);
  const shape = { source, parts: pairs, text: JSON.stringify({ source, parts: pairs }) };
  if (known.length < shapesOfSource) known.push(shape);
  return shape;
}
