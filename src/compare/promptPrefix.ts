import { dropHalfPair } from '../base/visibleText.ts';
import type { Usage } from '../model/usage.ts';
import { estimateTokens } from '../pricing/estimate.ts';
import { formatCount, formatDuration } from '../protocol/format.ts';
import type { PromptPrefix } from '../protocol/compare.ts';
import type { PromptPiece } from './prompt.ts';

/** What of a call matters for a cache besides its prompt. */
export interface CachedCall {
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly startMicros: number;
  readonly endMicros: number | undefined;
  readonly usage: Usage | undefined;
}

const shown = { before: 160, after: 160 } as const;
/** Shortest prefix that providers cache, and how long they keep it at least. */
const leastTokens = 1024;
const keptMs = 5 * 60_000;

/** Where two prompts part, and why the later call's cache may not have been used. Undefined for an empty prompt. */
export function promptPrefix(
  left: readonly PromptPiece[],
  right: readonly PromptPiece[],
  calls: { readonly left: CachedCall; readonly right: CachedCall },
): PromptPrefix | undefined {
  const leftCharacters = lengthOf(left);
  const rightCharacters = lengthOf(right);
  if (leftCharacters === 0 || rightCharacters === 0) return undefined;
  const parting = part(left, right);
  const later = calls.left.startMicros > calls.right.startMicros ? 'left' : 'right';
  const laterCharacters = later === 'left' ? leftCharacters : rightCharacters;
  const tokens = tokensOf(left, parting, calls[later].usage, laterCharacters);
  const { characters, end } = parting;
  const found = { characters, tokens, leftCharacters, rightCharacters, end };
  return {
    ...found,
    place: parting.place,
    before: tailOf(left, parting, shown.before),
    left: after(left, parting),
    right: after(right, parting),
    reasons: reasonsOf(found, calls[later === 'left' ? 'right' : 'left'], calls[later]),
  };
}

interface Parting {
  readonly characters: number;
  readonly end: PromptPrefix['end'];
  readonly place: string | undefined;
  /** The piece that differs, and where in it. */
  readonly piece: number;
  readonly offset: number;
}

function part(left: readonly PromptPiece[], right: readonly PromptPiece[]): Parting {
  let characters = 0;
  const common = Math.min(left.length, right.length);
  for (let piece = 0; piece < common; piece++) {
    const [l, r] = [left[piece], right[piece]];
    if (!l || !r) break;
    const offset = l.role === r.role ? commonLength(l.text, r.text) : 0;
    characters += offset;
    if (l.role !== r.role || l.text !== r.text)
      return { characters, end: 'differs', place: r.label, piece, offset };
  }
  const end = left.length === right.length ? 'equal' : left.length < right.length ? 'left' : 'right';
  const longer = left.length < right.length ? right : left;
  return { characters, end, place: longer[common]?.label, piece: common, offset: 0 };
}

/** Characters both begin with; never half of a surrogate pair. */
export function commonLength(left: string, right: string): number {
  const most = Math.min(left.length, right.length);
  let at = 0;
  // Whole blocks first: prompts are long, and mostly the same.
  const block = 4096;
  while (at + block <= most && left.slice(at, at + block) === right.slice(at, at + block)) at += block;
  while (at < most && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  const last = at > 0 ? left.charCodeAt(at - 1) : 0;
  return last >= 0xd800 && last <= 0xdbff ? at - 1 : at;
}

function lengthOf(pieces: readonly PromptPiece[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}

/** The common part's share of the tokens that were counted; an estimate from its text where none were. */
function tokensOf(
  pieces: readonly PromptPiece[],
  { characters, piece, offset }: Parting,
  usage: Usage | undefined,
  all: number,
): number {
  if (usage?.input !== undefined) return Math.round((usage.input * characters) / all);
  const texts = pieces.slice(0, piece).map(({ text }) => text);
  return estimateTokens(`${texts.join('')}${pieces[piece]?.text.slice(0, offset) ?? ''}`);
}

function tailOf(pieces: readonly PromptPiece[], { piece, offset }: Parting, length: number): string {
  const here = pieces[piece]?.text.slice(0, offset) ?? '';
  const text = here.length > 0 ? here : (pieces[piece - 1]?.text ?? '');
  const start = Math.max(0, text.length - length);
  const unit = text.charCodeAt(start);
  return text.slice(unit >= 0xdc00 && unit <= 0xdfff ? start + 1 : start);
}

function after(pieces: readonly PromptPiece[], { piece, offset }: Parting): string {
  return dropHalfPair((pieces[piece]?.text ?? '').slice(offset, offset + shown.after));
}

function reasonsOf(
  {
    characters,
    tokens,
    rightCharacters,
    leftCharacters,
    end,
  }: Pick<PromptPrefix, 'characters' | 'tokens' | 'leftCharacters' | 'rightCharacters' | 'end'>,
  earlier: CachedCall,
  later: CachedCall,
): string[] {
  const reasons: string[] = [];
  const read = later.usage?.cacheRead;
  if (read !== undefined && read > 0)
    reasons.push(`The later call read ${formatCount(read)} tokens from the cache.`);
  else if (read === 0) reasons.push('The later call read nothing from the cache.');
  else reasons.push('The later call does not say whether it read from the cache.');
  if (earlier.model !== later.model) reasons.push('The models differ: each has a cache of its own.');
  if (earlier.provider !== later.provider) reasons.push('The providers differ: each has a cache of its own.');
  if (tokens < leastTokens)
    reasons.push(
      `About ${formatCount(tokens)} tokens are the same: most providers cache from ${formatCount(leastTokens)} on.`,
    );
  else if (end === 'differs')
    reasons.push(
      `From character ${formatCount(characters + 1)} of ${formatCount(Math.max(leftCharacters, rightCharacters))} on, nothing can come from the cache: put what changes behind what stays.`,
    );
  if (earlier.endMicros === undefined || earlier.endMicros > later.startMicros)
    reasons.push('The later call began before the earlier one had ended: its cache was not written yet.');
  else {
    const gapMs = (later.startMicros - earlier.endMicros) / 1000;
    if (gapMs > keptMs)
      reasons.push(`${formatDuration(gapMs)} lie between the calls: many caches are kept for 5 minutes.`);
  }
  return reasons;
}
