import type { ResponseEncoding } from '../otlp/response.ts';
import type { Signal } from '../otlp/types.ts';
import type { Compression } from './inflate.ts';
import { Refusal } from './refusal.ts';

const signals: readonly Signal[] = ['traces', 'logs', 'metrics'];

/**
 * The signal that a request target names: any path that ends in `/v1/traces`, `/v1/logs` or `/v1/metrics`, as vendors
 * put prefixes before it. The query does not matter. Undefined for other paths.
 */
export function signalOfTarget(target: string): Signal | undefined {
  const path = pathOfTarget(target);
  return signals.find((signal) => path.endsWith(`/v1/${signal}`));
}

export function pathOfTarget(target: string): string {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Undefined for anything but OTLP's two media types; parameters and case do not matter. */
export function bodyEncoding(contentType: string | undefined): ResponseEncoding | undefined {
  switch (contentType?.split(';', 1)[0]?.trim().toLowerCase()) {
    case 'application/x-protobuf':
      return 'protobuf';
    case 'application/json':
      return 'json';
    default:
      return undefined;
  }
}

/** `undefined` when the body is not compressed. */
export function bodyCompression(contentEncoding: string | undefined): Compression | undefined | Refusal {
  const name = contentEncoding?.trim().toLowerCase() ?? '';
  switch (name) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
      return 'deflate';
    default:
      return new Refusal(
        'unsupported-media-type',
        `content encoding "${name}" is not supported; use gzip, deflate or none`,
      );
  }
}
