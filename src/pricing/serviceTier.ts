/**
 * The service tier that changes what a call costs, lower case, or undefined for a standard call.
 *
 * `flex` at Groq costs what a standard call costs (console.groq.com/docs/flex-processing); everywhere else batch,
 * flex, priority and reserved tiers have prices of their own, which the table does not have.
 */
export function specialTier(
  serviceTier: string | undefined,
  provider: string | undefined,
): string | undefined {
  if (serviceTier === undefined) return undefined;
  const tier = serviceTier.trim().toLowerCase();
  if (standardTiers.has(tier)) return undefined;
  if (tier === 'flex' && provider === 'groq') return undefined;
  return tier;
}

const standardTiers: ReadonlySet<string> = new Set([
  '',
  'auto',
  'default',
  'standard',
  'standard_only',
  'on_demand',
  'on-demand',
  'ondemand',
  'unspecified',
  'service_tier_unspecified',
]);
