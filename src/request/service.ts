import type { RecordedRequest, RequestApi } from '../model/request.ts';

/** Where a request goes, and the environment variable that holds the key for it. */
export interface Service {
  readonly baseUrl: string;
  readonly keyVariable: string;
}

interface Known extends Service {
  /** Host names, without port. */
  readonly hosts: readonly string[];
  /** Providers as traces name them. */
  readonly providers: readonly string[];
}

const services: readonly Known[] = [
  { hosts: ['api.openai.com'], providers: ['openai'], baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' },
  { hosts: ['api.anthropic.com'], providers: ['anthropic'], baseUrl: 'https://api.anthropic.com', keyVariable: 'ANTHROPIC_API_KEY' },
  { hosts: ['openrouter.ai'], providers: ['openrouter'], baseUrl: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY' },
  { hosts: ['api.groq.com'], providers: ['groq'], baseUrl: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY' },
  { hosts: ['api.deepseek.com'], providers: ['deepseek'], baseUrl: 'https://api.deepseek.com/v1', keyVariable: 'DEEPSEEK_API_KEY' },
  { hosts: ['api.mistral.ai'], providers: ['mistral_ai', 'mistralai', 'mistral'], baseUrl: 'https://api.mistral.ai/v1', keyVariable: 'MISTRAL_API_KEY' },
  { hosts: ['api.x.ai'], providers: ['x_ai', 'xai'], baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY' },
  { hosts: ['api.together.xyz', 'api.together.ai'], providers: ['together', 'together_ai'], baseUrl: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY' },
  { hosts: ['api.fireworks.ai'], providers: ['fireworks', 'fireworks_ai'], baseUrl: 'https://api.fireworks.ai/inference/v1', keyVariable: 'FIREWORKS_API_KEY' },
  { hosts: ['generativelanguage.googleapis.com'], providers: ['gcp.gemini', 'gemini', 'google', 'gcp.gen_ai'], baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai', keyVariable: 'GEMINI_API_KEY' },
]; // prettier-ignore

/**
 * The service to repeat a call at. A host that is not known gets a key variable of its own: a trace that names a
 * stranger's host must not be enough to send a real key there.
 */
export function serviceOf(request: RecordedRequest, api: RequestApi): Service {
  const host = request.serverAddress?.toLowerCase();
  const byHost = services.find(({ hosts }) => host !== undefined && hosts.includes(host));
  if (byHost) return fitting(byHost, api);
  const place = host === undefined ? undefined : authority(host, request.serverPort);
  if (place !== undefined) {
    const scheme = isLoopbackHost(host ?? '') ? 'http' : 'https';
    return { baseUrl: `${scheme}://${place}${api === 'messages' ? '' : '/v1'}`, keyVariable: 'LLM_API_KEY' };
  }
  const provider = request.provider?.toLowerCase();
  const byProvider = services.find(({ providers }) => provider !== undefined && providers.includes(provider));
  return fitting(byProvider, api);
}

/** A format that the service does not speak is Anthropic's or OpenAI's own. */
function fitting(service: Known | undefined, api: RequestApi): Service {
  const isAnthropic = service?.hosts.includes('api.anthropic.com') === true;
  const found = service && isAnthropic === (api === 'messages') ? service : undefined;
  const { baseUrl, keyVariable } = found ?? (api === 'messages' ? services[1] : services[0]) ?? unknown;
  return { baseUrl, keyVariable };
}

const unknown: Service = { baseUrl: 'https://api.openai.com/v1', keyVariable: 'LLM_API_KEY' };

/** `host:port` as it stands in an address; undefined for what is no host name or address. */
function authority(host: string, port: number | undefined): string | undefined {
  const isName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(host);
  const isIpv6 = /^[0-9a-f:.]{2,45}$/.test(host) && host.includes(':');
  if (!isName && !isIpv6) return undefined;
  const name = isIpv6 ? `[${host}]` : host;
  const isPort = port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536;
  const isUsual = port === (isLoopbackHost(host) ? 80 : 443);
  const text = isPort && !isUsual ? `${name}:${port}` : name;
  return URL.canParse(`https://${text}/`) ? text : undefined;
}

/** Whether a host name, without brackets, can only be this machine. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const paths: Readonly<Record<RequestApi, string>> = {
  chat: '/chat/completions',
  responses: '/responses',
  embeddings: '/embeddings',
  messages: '/v1/messages',
};

/** The address that requests of a format are posted to. */
export function requestUrl(baseUrl: string, api: RequestApi): string {
  const base = baseUrl.replace(/\/{1,100}$/, '');
  // People give Anthropic's base with and without its version.
  if (api === 'messages' && base.endsWith('/v1')) return `${base}/messages`;
  return `${base}${paths[api]}`;
}
