/**
 * Who may talk to the receiver. It listens on loopback, which a web page reaches too: by a cross-origin request, or
 * through a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding). Hence only loopback names are answered,
 * and web origins only when they were listed.
 */
import { Refusal } from './refusal.ts';

export interface GuardSettings {
  /** Lower case. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly allowedOrigins: ReadonlySet<string>;
}

/** The parts of a request's head that the guards look at. */
export interface Caller {
  /** All `Host` headers and the `:authority`, as they came. */
  readonly hosts: readonly string[];
  readonly origin?: string | undefined;
  readonly secFetchSite?: string | undefined;
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '[0:0:0:0:0:0:0:1]']);

export function guardSettings(hosts: readonly string[] = [], origins: readonly string[] = []): GuardSettings {
  return { allowedHosts: new Set(hosts.map((host) => host.toLowerCase())), allowedOrigins: new Set(origins) };
}

/** Undefined when the caller may go on. */
export function refuseCaller(caller: Caller, settings: GuardSettings): Refusal | undefined {
  return (
    refuseHost(caller.hosts, settings.allowedHosts) ??
    refuseOrigin(caller.origin, caller.secFetchSite, settings.allowedOrigins)
  );
}

/**
 * Loopback names in any case, with a port or without (any port: it may be forwarded); `allowedHosts` likewise. Other
 * spellings of loopback that a resolver would have to interpret (`127.1`, `0.0.0.0`, `localhost.`, `0x7f000001`) are
 * `forbidden-host`: no usual client sends them. None, or two that differ in nothing but their number, is `bad-request`.
 */
export function refuseHost(hosts: readonly string[], allowedHosts: ReadonlySet<string>): Refusal | undefined {
  const [host] = hosts;
  if (host === undefined) return new Refusal('bad-request', 'the request has no Host');
  if (hosts.length > 1) return new Refusal('bad-request', 'the request has more than one Host');
  const name = hostName(host);
  if (name !== undefined && (loopbackNames.has(name) || allowedHosts.has(name))) return undefined;
  return new Refusal(
    'forbidden-host',
    `host "${host.slice(0, 100)}" is not served here; use localhost, 127.0.0.1 or [::1], or allow the name in the settings`,
  );
}

/** The lower-case name of `name[:port]`; undefined when it is neither a name nor a bracketed address. */
function hostName(host: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]{2,45}\]|[^\s:/@\\?#[\]]{1,253})(?::(\d{1,5}))?$/.exec(host);
  if (!match?.[1] || Number(match[2] ?? 0) > 65_535) return undefined;
  return match[1].toLowerCase();
}

/**
 * A browser sends `Origin` with every POST, and `Sec-Fetch-Site` to loopback with every request: pages may call only
 * when their origin is listed. What is typed into the address bar (`none`) carries nothing that could be stored.
 */
export function refuseOrigin(
  origin: string | undefined,
  secFetchSite: string | undefined,
  allowedOrigins: ReadonlySet<string>,
): Refusal | undefined {
  if (origin !== undefined) {
    if (allowedOrigins.has(origin)) return undefined;
    return new Refusal(
      'forbidden-origin',
      `web origin "${origin.slice(0, 100)}" may not send here unless the settings allow it`,
    );
  }
  if (secFetchSite === undefined || secFetchSite === 'none' || secFetchSite === 'same-origin')
    return undefined;
  return new Refusal(
    'forbidden-origin',
    'other web sites may not send here unless the settings allow their origin',
  );
}
