import { createHash } from 'node:crypto';
import type { EngineSettings } from '../protocol/engine.ts';

/**
 * Names what made the index's rows. Raise it when conventions, prices, flags or the resolver of lines get better:
 * stores made by an older one are then read again in the background.
 */
const version = '2';

/** Of rows that were made partly by one interpretation and partly by another. */
export const mixedInterpretation = 'mixed';

/** The version, and what of the user's settings goes into the rows. */
export function interpretationOf(settings: EngineSettings): string {
  const { userPrices, modelAliases, userRules, attributeMappings, disabledFlags } = settings;
  const lists = [userPrices, modelAliases, userRules, attributeMappings, disabledFlags];
  if (lists.every((list) => (list?.length ?? 0) === 0)) return version;
  const text = JSON.stringify(lists.map((list) => list ?? []));
  return `${version} ${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
