import { hostedFamily } from './hostedFamilies.ts';
import { isLocalRuntime, routePrefix } from './providerNames.ts';

export interface CallAddress {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  /** Host name or address, as `hostOf` gives it. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/**
 * Why a call cost nothing: it was answered on the user's own machine. Undefined when nothing says so.
 *
 * A loopback address alone does not make a call free: gateways listen there, too. It does with the port of a local
 * runtime, or with the name of an open model.
 */
export function localReason(call: CallAddress): string | undefined {
  const { provider, model = '', host, port } = call;
  const runtime =
    provider !== undefined && isLocalRuntime(provider) ? provider.trim().toLowerCase() : undefined;
  if (runtime !== undefined) {
    const hosted = host !== undefined && isHostedRuntime(host);
    return hosted || model.toLowerCase().endsWith('-cloud')
      ? undefined
      : `${runtime} runs models on your own machines`;
  }
  const slash = model.indexOf('/');
  const prefix = slash > 0 ? model.slice(0, slash) : '';
  if (prefix !== '' && routePrefix(prefix)?.local && !model.toLowerCase().endsWith('-cloud')) {
    return `${prefix.toLowerCase()} runs models on your own machines`;
  }
  if (host === undefined || !isLoopback(host)) return undefined;
  const known = port === undefined ? undefined : runtimePorts.get(port);
  if (known !== undefined && !model.toLowerCase().endsWith('-cloud'))
    return `${known} answered at ${host}:${port}`;
  if (isOpenModel(model)) return `an open model answered at ${host}${port === undefined ? '' : `:${port}`}`;
  return undefined;
}

/** The host in `server.address`, which some emitters fill with a URL; lower case, without brackets and port. */
export function hostOf(address: string | undefined): { host: string; port?: number } | undefined {
  if (address === undefined || address.length > 300) return undefined;
  let rest = address.trim().toLowerCase();
  const scheme = rest.indexOf('://');
  if (scheme >= 0) rest = rest.slice(scheme + 3);
  const path = rest.search(/[/?#]/);
  if (path >= 0) rest = rest.slice(0, path);
  rest = rest.slice(rest.lastIndexOf('@') + 1);
  if (rest.startsWith('[')) {
    const end = rest.indexOf(']');
    if (end < 0) return undefined;
    return withPort(rest.slice(1, end), rest.slice(end + 2));
  }
  const colon = rest.indexOf(':');
  // More than one colon: a bare IPv6 address.
  if (colon >= 0 && rest.indexOf(':', colon + 1) < 0)
    return withPort(rest.slice(0, colon), rest.slice(colon + 1));
  return rest === '' ? undefined : { host: rest };
}

function withPort(host: string, text: string): { host: string; port?: number } | undefined {
  if (host === '') return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 ? { host, port } : { host };
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === 'host.docker.internal') return true;
  if (host === '::1' || host === '0:0:0:0:0:0:0:1' || host === '::' || host === '0.0.0.0') return true;
  return /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Services that carry a local runtime's name but are paid for. */
function isHostedRuntime(host: string): boolean {
  return host === 'ollama.com' || host.endsWith('.ollama.com') || host.endsWith('.huggingface.co');
}

/** Ports that local runtimes listen on unless told otherwise, and hardly anything else does. */
const runtimePorts: ReadonlyMap<number, string> = new Map([
  [11434, 'Ollama'],
  [1234, 'LM Studio'],
  [1337, 'Jan'],
  [4891, 'GPT4All'],
  [12434, 'Docker Model Runner'],
]);

/** Families whose weights are public, so that a loopback address means the user's own machine. */
const openFamilies = [
  'llama',
  'codellama',
  'tinyllama',
  'qwen',
  'qwq',
  'phi',
  'gemma',
  'codegemma',
  'mistral-7b',
  'mistral:',
  'mistral-nemo',
  'mistral-small:',
  'mixtral',
  'deepseek-r1',
  'deepseek-coder',
  'deepseek-v2',
  'gpt-oss',
  'smollm',
  'starcoder',
  'granite',
  'olmo',
  'falcon',
  'vicuna',
  'yi:',
  'hermes',
  'nomic-embed',
  'mxbai-embed',
  'all-minilm',
  'bge-',
  'snowflake-arctic-embed',
] as const;

function isOpenModel(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  if (name === '' || hostedFamily(name) !== undefined) return false;
  return name.endsWith('.gguf') || openFamilies.some((family) => name.startsWith(family));
}
