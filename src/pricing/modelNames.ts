import { azureDeploymentNames } from './azureDeployments.ts';
import { hostedFamily } from './hostedFamilies.ts';
import { routePrefix, sdkProviders } from './providerNames.ts';

/** A name to look up at a provider of the table. */
export interface NameCandidate {
  readonly provider: string;
  readonly model: string;
  /** How the name was read, where that is more than dropping an address around it. */
  readonly note?: string | undefined;
}

export interface NameOrigin {
  /** The table's provider that the call went to, if known. */
  readonly provider?: string | undefined;
  /** True when the server's address says so, and not only the name of the SDK. */
  readonly certain: boolean;
}

const longestName = 256;
const mostCandidates = 24;

/**
 * The names under which the price table may know a model, most specific first.
 *
 * Understands Bedrock ids (with region prefix and version), ARNs, Vertex and Gemini resource paths, Azure deployment
 * names, the prefixes of gateways (`bedrock/…`, `openrouter/vendor/…`, `openai:…`), OpenAI fine-tunes and dates at the
 * end. A name that says nothing (an opaque profile, an endpoint's number) has no candidates.
 */
export function nameCandidates(name: string, origin: NameOrigin): readonly NameCandidate[] {
  const model = name.trim().toLowerCase();
  if (model === '' || model.length > longestName) return [];
  const found = new Map<string, NameCandidate>();
  const add = (provider: string | undefined, candidate: string, note?: string): void => {
    if (provider === undefined || candidate === '' || found.size >= mostCandidates) return;
    const key = `${provider}\n${candidate}`;
    if (!found.has(key)) found.set(key, { provider, model: candidate, note });
  };
  readName(model, origin, add, 0);
  return [...found.values()];
}

/** The base model of an OpenAI fine-tune (`ft:gpt-4o-mini-2024-07-18:org:name:id`), or undefined. */
export function fineTuneBase(name: string): string | undefined {
  const lower = name.trim().toLowerCase();
  const start = lower.lastIndexOf('/') + 1;
  if (!lower.startsWith('ft:', start)) return undefined;
  const base = lower.slice(start + 3).split(':', 1)[0];
  return base === '' ? undefined : base;
}

type Add = (provider: string | undefined, model: string, note?: string) => void;

function readName(model: string, origin: NameOrigin, add: Add, depth: number): void {
  if (depth > 4) return;
  const { provider: home } = origin;
  if (model.startsWith('arn:')) {
    const inner = insideArn(model);
    if (inner !== undefined) readName(inner, { provider: 'aws', certain: true }, add, depth + 1);
    return;
  }
  const resource = insideResourcePath(model);
  if (resource !== undefined) {
    if (resource.model !== '') readName(resource.model, resource.provider ?? origin, add, depth + 1);
    return;
  }
  add(home, model);
  const bedrock = readBedrock(model);
  if (bedrock) {
    if (home === undefined || home === 'aws' || !origin.certain) addBedrock(bedrock, model, add);
    return;
  }
  addFineTune(model, origin, add);
  if (home === 'azure')
    for (const read of azureDeploymentNames(model))
      add('azure', read, `deployment “${model}” read as ${read}`);
  readPrefix(model, origin, add, depth);
  if (!model.includes('/')) {
    for (const undated of withoutDate(model)) add(home, undated, `read as ${undated}`);
    const family = home === undefined || !origin.certain ? hostedFamily(model) : undefined;
    if (family !== undefined && (home === undefined || home === family || sdkProviders.has(home))) {
      const note = home === undefined || home === family ? undefined : `vendor taken from the model's name`;
      add(family, model, note);
      for (const undated of withoutDate(model)) add(family, undated, `read as ${undated}`);
    }
  }
}

/** `openrouter/anthropic/claude-…`, `bedrock/us-east-1/anthropic.claude-…`, `openai:gpt-4o`. */
function readPrefix(model: string, origin: NameOrigin, add: Add, depth: number): void {
  const end = model.search(/[/:]/);
  if (end <= 0) return;
  const route = routePrefix(model.slice(0, end));
  const rest = model.slice(end + 1);
  if (route === undefined || route.local) {
    // `us-east-1/anthropic.claude-…` within `bedrock/…`, `@cf/…`: the address goes, the name stays.
    if (origin.provider === 'aws' && /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(model.slice(0, end))) {
      readName(rest, origin, add, depth + 1);
    }
    return;
  }
  if (route.gateway) {
    readName(rest, { provider: undefined, certain: false }, add, depth + 1);
    return;
  }
  const { provider: home, certain } = origin;
  const passesOn =
    home === undefined ||
    home === route.provider ||
    home === 'openrouter' ||
    (!certain && sdkProviders.has(home));
  if (!passesOn) return;
  const note = home === 'openrouter' && route.provider !== home ? 'the vendor’s own price' : undefined;
  const inner: Add = note === undefined ? add : (provider, name, told) => add(provider, name, told ?? note);
  readName(rest, { provider: route.provider, certain: true }, inner, depth + 1);
}

interface BedrockName {
  readonly region: string;
  readonly vendor: string;
  readonly model: string;
}

/** `eu.anthropic.claude-sonnet-4-20250514-v1:0` → its parts; undefined for names of another form. */
function readBedrock(model: string): BedrockName | undefined {
  const first = model.indexOf('.');
  if (first <= 0) return undefined;
  const head = model.slice(0, first);
  if (bedrockVendors.has(head)) return { region: '', vendor: head, model: model.slice(first + 1) };
  const second = model.indexOf('.', first + 1);
  if (second < 0 || !bedrockRegions.has(head)) return undefined;
  const vendor = model.slice(first + 1, second);
  return bedrockVendors.has(vendor) ? { region: head, vendor, model: model.slice(second + 1) } : undefined;
}

function addBedrock(name: BedrockName, model: string, add: Add): void {
  add('aws', model);
  const plain = `${name.vendor}.${name.model}`;
  add('aws', plain);
  const undated = withoutDate(name.model.replace(/-v\d+(?::\d+)?(?::\d+k)?$/, ''));
  for (const shorter of undated) add('aws', `${name.vendor}.${shorter}`, `read as ${shorter}`);
  // Bedrock sells these at their vendors' prices.
  const vendor = name.vendor === 'anthropic' || name.vendor === 'cohere' ? name.vendor : undefined;
  const bare = name.model.replace(/-v\d+(?::\d+)?(?::\d+k)?$/, '');
  add(vendor, bare, 'the vendor’s own price');
  for (const shorter of undated) add(vendor, shorter, 'the vendor’s own price');
}

/** The model in an ARN of Bedrock; undefined for profiles and deployments with a name of their own. */
function insideArn(arn: string): string | undefined {
  const slash = arn.indexOf('/');
  if (slash < 0 || !arn.includes(':bedrock:')) return undefined;
  const kind = arn.slice(arn.lastIndexOf(':', slash) + 1, slash);
  return kind === 'foundation-model' || kind === 'inference-profile' ? arn.slice(slash + 1) : undefined;
}

/** `projects/p/locations/l/publishers/google/models/gemini-…`, `publishers/…/models/…`, `models/gemini-…`. */
function insideResourcePath(model: string): { model: string; provider?: NameOrigin } | undefined {
  const google: NameOrigin = { provider: 'google', certain: true };
  const at = model.indexOf('publishers/');
  if (at === 0 || (at > 0 && model[at - 1] === '/')) {
    const models = model.indexOf('/models/', at);
    return { model: models < 0 ? '' : model.slice(models + '/models/'.length), provider: google };
  }
  if (model.startsWith('models/')) return { model: model.slice('models/'.length) };
  // A tuned model or an endpoint: a number that says nothing.
  if (model.startsWith('projects/') || model.startsWith('tunedmodels/')) return { model: '' };
  return undefined;
}

function addFineTune(model: string, origin: NameOrigin, add: Add): void {
  const base = fineTuneBase(model);
  if (base === undefined || model.includes('/')) return;
  const provider = origin.provider === 'azure' ? 'azure' : 'openai';
  if (origin.certain && origin.provider !== provider) return;
  add(provider, model);
  const dated = fineTunedDates.get(base);
  if (dated !== undefined) add(provider, `ft:${dated}`, `read as ft:${dated}`);
}

/** The name without a full date, `@version`, `-latest` or Bedrock version at its end, for names that have one. */
function withoutDate(model: string): readonly string[] {
  const shorter: string[] = [];
  const at = model.lastIndexOf('@');
  if (at > 0) shorter.push(model.slice(0, at));
  const base = at > 0 ? model.slice(0, at) : model;
  const undated = base.replace(/-20\d{2}-?[01]\d-?[0-3]\d$/, '').replace(/-latest$/, '');
  if (undated !== base && undated !== '') shorter.push(undated);
  return shorter;
}

const bedrockRegions: ReadonlySet<string> = new Set(
  'us eu apac ap jp au ca sa me af il in mx kr us-gov global'.split(' '),
);
const bedrockVendors: ReadonlySet<string> = new Set(
  (
    'ai21 amazon anthropic cohere deepseek google luma meta minimax mistral moonshot moonshotai nvidia openai qwen ' +
    'stability twelvelabs writer zai'
  ).split(' '),
);

/** The dated model behind the short name of a fine-tune's base. */
const fineTunedDates: ReadonlyMap<string, string> = new Map([
  ['gpt-4o', 'gpt-4o-2024-08-06'],
  ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
]);
