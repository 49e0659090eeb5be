import type { Evidence } from '../index/evidence.ts';
import { isRawClient } from '../index/libraries.ts';
import type { CallKind } from '../index/verbs.ts';
import type { SpanQuestion } from '../spanQuestion.ts';
import { spanFamily } from './families.ts';
import { findText, type PreparedPrompt } from './textMatch.ts';

/** A span with what is worked out once. */
export interface Asked {
  readonly span: SpanQuestion;
  readonly prompts: readonly PreparedPrompt[];
  readonly family: string | undefined;
}

export interface Score {
  readonly points: number;
  /** Something in the sources says that this request was not made here. */
  readonly isContradicted: boolean;
  /** Known characters of the request's texts that stand at the site. */
  readonly matchedText: number;
  /** Why, in words for people. */
  readonly reasons: readonly string[];
}

/** How well a request fits to what a site sends on one way. */
export function score(asked: Asked, evidence: Evidence): Score {
  const { span } = asked;
  let points = 0;
  let isContradicted = false;
  const reasons: string[] = [];
  const contradict = (by: number): void => {
    points -= by;
    isContradicted = true;
  };

  const kind = kindPoints(span, evidence.site.kind);
  if (kind === undefined) return { points: -100, isContradicted: true, matchedText: 0, reasons };
  points += kind;

  const family = familyPoints(asked, evidence);
  if (family < -5) contradict(-family);
  else points += family;

  const text = textPoints(asked, evidence);
  if (text.isContradicted) contradict(-text.points);
  else points += text.points;
  if (text.matched > 0) reasons.push('its prompt stands there');

  const model = modelPoints(span, evidence);
  if (model <= -8) contradict(-model);
  else points += model;
  if (model > 0) reasons.push('its model is named there');

  const settings = settingPoints(span, evidence);
  if (settings.isContradicted) contradict(-settings.points);
  else points += settings.points;

  const tools = toolPoints(asked, evidence);
  if (tools <= -5) contradict(-tools);
  else points += tools;

  points += streamPoints(span, evidence) + namePoints(span, evidence);
  if (evidence.site.isSure) points += 0.5;
  return { points, isContradicted, matchedText: text.matched, reasons };
}

/** Which sites can make a span of a kind; undefined: they cannot. */
function kindPoints(span: SpanQuestion, site: CallKind): number | undefined {
  switch (span.kind) {
    case 'llm':
      return { model: 1, agent: 0.7, embedding: undefined, retrieval: undefined, tool: undefined }[site];
    case 'embedding':
      return { model: undefined, agent: 0, embedding: 2, retrieval: 0.5, tool: undefined }[site];
    case 'retrieval':
    case 'rerank':
      return { model: -1, agent: 0, embedding: undefined, retrieval: 2, tool: undefined }[site];
    case 'tool':
    case 'mcp':
      return { model: undefined, agent: 0, embedding: undefined, retrieval: undefined, tool: 2 }[site];
    case 'agent':
    case 'workflow':
      return { model: 0, agent: 2, embedding: undefined, retrieval: undefined, tool: undefined }[site];
    default:
      return { model: 0.5, agent: 1, embedding: -1, retrieval: 0, tool: -1 }[site];
  }
}

function familyPoints({ family }: Asked, { site }: Evidence): number {
  if (family === undefined || site.family === undefined) return 0;
  if (family === site.family) return 2;
  const spanIsRaw = isRawClient(family);
  const siteIsRaw = isRawClient(site.family);
  // A framework calls a provider's client; a client makes no framework's spans.
  if (siteIsRaw && !spanIsRaw) return -8;
  if (siteIsRaw && spanIsRaw) return -7;
  return spanIsRaw ? 0 : -3;
}

function textPoints(
  asked: Asked,
  evidence: Evidence,
): { readonly points: number; readonly matched: number; readonly isContradicted: boolean } {
  const { prompts } = asked;
  if (prompts.length === 0) return { points: 0, matched: 0, isContradicted: false };
  let points = 0;
  let matched = 0;
  let missing = 0;
  const explained = new Set<PreparedPrompt>();
  for (const pattern of evidence.texts) {
    const found = findText(pattern, prompts);
    if (found) {
      explained.add(found.prompt);
      matched += pattern.known;
      const weight = Math.min(6, 0.5 + pattern.known / 7);
      points += found.isWhole ? weight + 1 : weight * (pattern.known < 12 ? 0.4 : 1);
    } else if (pattern.isRequired && pattern.known >= 4) missing++;
  }
  points = Math.min(points, 16);
  if (missing > 0)
    return { points: Math.min(0, points / 2) - 6 * Math.min(missing, 2), matched, isContradicted: true };
  const asks = prompts.filter(({ role, text }) => text !== '' && (role === 'system' || role === 'user'));
  const unexplained = asks.filter((prompt) => !explained.has(prompt)).length;
  // Frameworks add texts of their own.
  const sendsAsWritten = evidence.site.kind !== 'agent' && evidence.isClosed;
  if (unexplained > 0 && !evidence.hasUnknownText && sendsAsWritten)
    return { points: points - 6, matched, isContradicted: true };
  return { points, matched, isContradicted: false };
}

function modelPoints(span: SpanQuestion, evidence: Evidence): number {
  if (evidence.models.length === 0) return 0;
  const told = [span.requestModel, span.responseModel].filter((model) => model !== undefined).map(bareModel);
  if (told.length === 0) return 0;
  const isSame = evidence.models.some((model) => {
    const bare = bareModel(model);
    return told.some((one) => isSameModel(one, bare));
  });
  if (isSame) return evidence.models.length === 1 ? 3 : 2;
  return evidence.isModelKnown ? -8 : -1.5;
}

/** Equal but for a date or version at the end: `gpt-4o` and `gpt-4o-2024-08-06`, not `gpt-4o-mini`. */
function isSameModel(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return (
    long.startsWith(short) &&
    /^(?:[-@:](?:\d[\d.]*|latest|preview\d*|v\d[\d.]*|exp\d*))*$/.test(long.slice(short.length))
  );
}

/** Without the provider's name before it and the version behind it. */
function bareModel(model: string): string {
  const lower = model.toLowerCase();
  const slash = Math.max(lower.lastIndexOf('/'), lower.search(/:(?=[a-z])/));
  return lower
    .slice(slash + 1)
    .replace(/^(?:us|eu|apac|global)\./, '')
    .replace(/:latest$/, '');
}

const settingNames = new Map([
  ['maxtokens', 'max'],
  ['maxoutputtokens', 'max'],
  ['maxcompletiontokens', 'max'],
  ['maxnewtokens', 'max'],
  ['numpredict', 'max'],
  ['temperature', 'temperature'],
  ['topp', 'top_p'],
  ['topk', 'top_k'],
  ['seed', 'seed'],
  ['frequencypenalty', 'frequency'],
  ['presencepenalty', 'presence'],
  ['reasoningeffort', 'effort'],
]);

function settingsOf(entries: Iterable<readonly [string, string]>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of entries) {
    const name = settingNames.get(key.replace(/[^A-Za-z]/g, '').toLowerCase());
    if (name !== undefined) found.set(name, value);
  }
  return found;
}

function settingPoints(span: SpanQuestion, evidence: Evidence): { points: number; isContradicted: boolean } {
  if (span.parameters.size === 0) return { points: 0, isContradicted: false };
  const told = settingsOf(span.parameters);
  const written = settingsOf(evidence.settings);
  let points = 0;
  for (const [name, value] of written) {
    const other = told.get(name);
    if (other === undefined) points -= 1;
    else if (other === value || Number(other) === Number(value)) points += 2;
    else return { points: -6, isContradicted: true };
  }
  // Libraries add defaults of their own: what is not written says little.
  if (evidence.isClosed) for (const name of told.keys()) if (!written.has(name)) points -= 1;
  return { points, isContradicted: false };
}

function toolPoints({ span, prompts }: Asked, evidence: Evidence): number {
  if (span.tools.length === 0) {
    if (prompts.some(({ role }) => role === 'tool') && evidence.hasTools === false && evidence.isClosed)
      return -3;
    return 0;
  }
  if (evidence.tools.length > 0) {
    const known = new Set(evidence.tools.map(flat));
    const shared = span.tools.filter((name) => known.has(flat(name))).length;
    if (shared === 0) return -4;
    return shared === span.tools.length && shared === known.size ? 2.5 : 1;
  }
  return evidence.hasTools === false && evidence.isClosed ? -5 : 0;
}

function streamPoints(span: SpanQuestion, { streaming }: Evidence): number {
  if (span.streaming === undefined || streaming === undefined) return 0;
  if (span.streaming === streaming) return streaming ? 1.5 : 0.3;
  return -3;
}

function namePoints(span: SpanQuestion, evidence: Evidence): number {
  let points = 0;
  const { site } = evidence;
  const verb = site.value?.path.filter((part) => part !== '()').at(-1) ?? '';
  if (span.agentName !== undefined && site.kind === 'agent') {
    if (evidence.names.includes(span.agentName)) points += 3;
    else if (evidence.names.length > 0) points -= 0.5;
  } else if (evidence.names.some((name) => name.length > 2 && span.name.includes(name))) points += 2;
  if (
    verb !== '' &&
    span.name
      .toLowerCase()
      .split(/[^a-z_]+/)
      .includes(verb.toLowerCase())
  )
    points += 1;
  // OpenAI's two ways to ask: the span's name often says which.
  const path = site.value?.path ?? [];
  const api = /respons/i.test(span.name)
    ? 'responses'
    : /chat.?completion/i.test(span.name)
      ? 'completions'
      : undefined;
  if (api !== undefined && (path.includes('responses') || path.includes('completions')))
    points += path.includes(api) ? 1 : -3;
  return points;
}

/** `getWeather` and `get_weather` are one name. */
export function flat(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

export function ask(span: SpanQuestion, prompts: readonly PreparedPrompt[]): Asked {
  return { span, prompts, family: spanFamily(span) };
}
