import type { TextPattern } from '../index/evidence.ts';
import type { PromptText } from '../spanQuestion.ts';

/** A request's texts, made ready to be compared. */
export interface PreparedPrompt {
  readonly role: string;
  /** White space made equal. */
  readonly text: string;
}

export function prepare(prompts: readonly PromptText[]): readonly PreparedPrompt[] {
  return prompts.map(({ role, text }) => ({
    role: role.toLowerCase(),
    text: text.replace(/\s+/g, ' ').trim(),
  }));
}

export interface TextFound {
  readonly prompt: PreparedPrompt;
  /** The pattern is the whole text, holes included. */
  readonly isWhole: boolean;
}

/** The text that a pattern is in: its known parts in order. Whole matches are preferred. */
export function findText(pattern: TextPattern, prompts: readonly PreparedPrompt[]): TextFound | undefined {
  let found: TextFound | undefined;
  for (const prompt of prompts) {
    const fit = fits(pattern.parts, prompt.text);
    if (fit === 'whole') return { prompt, isWhole: true };
    if (fit === 'part') found ??= { prompt, isWhole: false };
  }
  return found;
}

function fits(parts: readonly (string | undefined)[], text: string): 'whole' | 'part' | undefined {
  let at = 0;
  let isWhole = true;
  let afterHole = false;
  let first = true;
  for (const part of parts) {
    if (part === undefined) {
      afterHole = true;
      continue;
    }
    const known = part.trim();
    if (known === '') continue;
    const index = text.indexOf(known, at);
    if (index < 0) return undefined;
    if (first && !afterHole && index > 0) isWhole = false;
    at = index + known.length;
    first = false;
    afterHole = false;
  }
  if (!afterHole && at < text.length) isWhole = false;
  return isWhole ? 'whole' : 'part';
}
