import { visibleLabel } from '../../base/visibleText.ts';
import { isLoopbackHost } from '../../request/service.ts';

/** An endpoint of the user's, from the settings. */
export interface Endpoint {
  readonly name: string;
  readonly kind: 'openai' | 'anthropic';
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Host and port, as a confirmation names them. */
  readonly host: string;
  readonly model: string | undefined;
}

const mostEndpoints = 100;

/** The endpoints that a setting names; entries that cannot be used are told of in sentences. */
export function readEndpoints(value: unknown): {
  readonly endpoints: readonly Endpoint[];
  readonly problems: readonly string[];
} {
  const endpoints: Endpoint[] = [];
  const problems: string[] = [];
  if (value !== undefined && !Array.isArray(value)) problems.push('It is not a list.');
  for (const [index, entry] of (Array.isArray(value) ? value.slice(0, mostEndpoints) : []).entries()) {
    const read = readEndpoint(entry);
    if (typeof read === 'string') problems.push(`Entry ${index + 1}: ${read}`);
    else if (endpoints.some(({ name }) => name === read.name))
      problems.push(`Entry ${index + 1}: its name is taken.`);
    else endpoints.push(read);
  }
  return { endpoints, problems };
}

function readEndpoint(entry: unknown): Endpoint | string {
  const { name, kind, baseUrl, model } = (
    typeof entry === 'object' && entry !== null ? entry : {}
  ) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || name.trim() === '' || name.length > 80) return 'it has no name.';
  if (kind !== 'openai' && kind !== 'anthropic') return 'its kind is neither openai nor anthropic.';
  if (model !== undefined && (typeof model !== 'string' || model.length > 300))
    return 'its model is not a text.';
  const address = typeof baseUrl === 'string' && baseUrl.length <= 2000 ? baseUrl : '';
  if (!URL.canParse(address)) return 'its base URL is not an address.';
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(host)))
    return 'its base URL is neither https nor on this machine.';
  if (url.username !== '' || url.password !== '')
    return 'its base URL holds a password; keys are set by a command.';
  if (url.search !== '' || url.hash !== '') return 'its base URL has a query or a fragment.';
  return {
    name: visibleLabel(name, 80),
    kind,
    baseUrl: `${url.origin}${url.pathname.replace(/\/{1,100}$/, '')}`,
    host: url.host,
    model: model === '' ? undefined : model,
  };
}

/**
 * Under what an endpoint's key is kept: bound to the place it is for, so that an endpoint that is changed to another
 * host does not take the key along.
 */
export function keyName({ name, baseUrl }: Endpoint): string {
  return `replay.key ${new URL(baseUrl).origin} ${name}`;
}
