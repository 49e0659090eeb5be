import type { CostPart, CostResult, CostSource } from '../model/cost.ts';
import { isKnownCost } from '../model/cost.ts';
import type { Usage } from '../model/usage.ts';
import { formatCount, formatMoney, formatMoneyExact, formatRate } from './format.ts';

const partNames = new Map<string, string>([
  ['input', 'Input'],
  ['cacheRead', 'Input read from cache'],
  ['cacheWrite', 'Input written to cache'],
  ['cacheWrite1h', 'Input written to cache for 1 h'],
  ['output', 'Output'],
  ['reasoning', 'Reasoning'],
  ['inputAudio', 'Audio input'],
  ['outputAudio', 'Audio output'],
  ['cacheReadAudio', 'Audio input read from cache'],
  ['request', 'Request'],
  ['reported', 'As reported'],
]);

/** `cacheRead` → `Input read from cache`; an unknown part keeps its own name. */
export function partName(what: string): string {
  return partNames.get(what) ?? what;
}

/** `1,000 × $2.5 / 1M = $0.0025`; only the amount where the source gives no rate. */
export function partArithmetic(part: CostPart): string {
  const amount = formatMoneyExact(part.amount);
  if (part.what === 'reported') return amount;
  if (part.what === 'request')
    return `${formatCount(part.tokens)} × ${formatMoneyExact(part.rate)} = ${amount}`;
  return `${formatCount(part.tokens)} × ${formatRate(part.rate)} = ${amount}`;
}

const sourceKinds: Readonly<Record<CostSource['kind'], string>> = {
  user: 'your own price',
  reported: 'reported by the program',
  table: 'price table',
  local: 'a model on this machine',
  estimate: 'estimated from the length of the text',
};

/** `price table @pydantic/genai-prices 0.1.8 of 2026-11-01 (openai / gpt-4o)`. */
export function sourceText(source: CostSource): string {
  const version = source.version === undefined ? '' : ` ${source.version}`;
  const date = source.date === undefined ? '' : ` of ${source.date.slice(0, 10)}`;
  const detail = source.detail === undefined ? '' : ` (${source.detail})`;
  return `${sourceKinds[source.kind]} ${source.name}${version}${date}${detail}`;
}

/** The whole sum, a line for each part, and where the prices come from; for an unknown cost, why it is unknown. */
export function costLines(cost: CostResult): string[] {
  if (!isKnownCost(cost)) return [`Cost unknown: ${cost.reason}`];
  const lines = [
    `Cost ${formatMoney(cost.amount)}`,
    ...cost.parts.map((part) => `${partName(part.what)}: ${partArithmetic(part)}`),
    `Source: ${sourceText(cost.source)}`,
  ];
  if (cost.compared)
    lines.push(`Compare: ${formatMoneyExact(cost.compared.amount)}, ${sourceText(cost.compared.source)}`);
  return lines;
}

/** Tokens of a call, line by line; parts of input and output are named as such. */
export function usageRows(
  usage: Usage,
): readonly { readonly name: string; readonly tokens: number | undefined; readonly isPart: boolean }[] {
  const part = (name: string, tokens: number | undefined) =>
    tokens === undefined ? [] : [{ name, tokens, isPart: true }];
  return [
    { name: 'Input', tokens: usage.input, isPart: false },
    ...part('read from cache', usage.cacheRead),
    ...part('written to cache', usage.cacheWrite),
    ...part('written to cache for 1 h', usage.cacheWrite1h),
    ...part('audio', usage.inputAudio),
    ...part('audio read from cache', usage.cacheReadAudio),
    { name: 'Output', tokens: usage.output, isPart: false },
    ...part('reasoning', usage.reasoning),
    ...part('audio', usage.outputAudio),
  ];
}

/** `Input 1,000 (800 read from cache), output 50`; `?` for what is not known. */
export function usageText(usage: Usage): string {
  const sides: { head: string; parts: string[] }[] = [];
  for (const { name, tokens, isPart } of usageRows(usage)) {
    if (!isPart)
      sides.push({
        head: `${name.toLowerCase()} ${tokens === undefined ? '?' : formatCount(tokens)}`,
        parts: [],
      });
    else sides.at(-1)?.parts.push(`${formatCount(tokens ?? NaN)} ${name}`);
  }
  return sides
    .map(({ head, parts }) => (parts.length > 0 ? `${head} (${parts.join(', ')})` : head))
    .join(', ');
}
