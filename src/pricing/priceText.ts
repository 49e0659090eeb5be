import type { Cost, CostPart, CostResult, CostSource } from '../model/cost.ts';
import { costMismatch } from '../model/costMismatch.ts';

/**
 * A cost's arithmetic as plain text, one line a part, then the sum and where it comes from:
 * `1,200 input × $2.50/M = $0.003`. Names in it were received: show it as text, never as markup.
 */
export function priceText(cost: CostResult): readonly string[] {
  if (!('amount' in cost)) return [`Cost unknown: ${cost.reason}`];
  const lines = cost.parts.map(partText);
  if (cost.parts.length !== 1) lines.push(`Total ${usd(cost.amount)}`);
  lines.push(`From ${sourceText(cost.source)}`);
  if (cost.compared) lines.push(comparedText(cost));
  return lines;
}

function partText(part: CostPart): string {
  if (part.what === 'reported') return `Reported ${usd(part.amount)}`;
  if (part.what === 'request') return `1 call × ${usd(part.rate)} = ${usd(part.amount)}`;
  return `${part.tokens.toLocaleString('en-US')} ${wordFor(part.what)} × ${perMillion(part.rate)} = ${usd(part.amount)}`;
}

function sourceText(source: CostSource): string {
  const version = source.version === undefined ? '' : ` ${source.version}`;
  const date = source.date === undefined ? '' : ` of ${source.date}`;
  return `${source.name}${version}${date}${source.detail === undefined ? '' : `: ${source.detail}`}`;
}

function comparedText(cost: Cost): string {
  const { amount, source } = cost.compared ?? { amount: 0, source: cost.source };
  const mismatch = costMismatch(cost);
  const verdict = mismatch ? `differs by ${Math.round(mismatch.share * 100)} %` : 'agrees';
  return `${usd(amount)} from ${sourceText(source)} (${verdict})`;
}

/** USD without rounding what matters: up to ten significant digits, plain decimals. */
function usd(amount: number): string {
  if (amount === 0) return '$0';
  const places = Math.min(20, Math.max(2, 9 - Math.floor(Math.log10(amount))));
  const text = amount.toFixed(places).replace(/0+$/, '');
  return `$${text.endsWith('.') ? `${text}00` : text}`;
}

function perMillion(rate: number): string {
  const text = Number((rate * 1e6).toPrecision(12)).toString();
  const decimals = text.includes('e') ? -1 : text.length - text.indexOf('.') - 1;
  return `$${text.includes('.') && decimals >= 2 ? text : text.includes('.') ? `${text}0` : `${text}.00`}/M`;
}

function wordFor(what: string): string {
  return words.get(what) ?? what;
}

const words: ReadonlyMap<string, string> = new Map([
  ['cacheRead', 'cached input'],
  ['cacheWrite', 'input written to the cache'],
  ['cacheWrite1h', 'input written to the cache for 1 h'],
  ['inputAudio', 'audio input'],
  ['cacheReadAudio', 'cached audio input'],
  ['outputAudio', 'audio output'],
]);
