/** Whether frames may be captured here: the switch, and where the user's spans go. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/** Spans with paths of this machine must stay on it. */
function isLoopback(endpoint) {
  const authority = endpoint.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').split(/[/?#]/, 1)[0];
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  if (host.startsWith('[')) return host.startsWith('[::1]');
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    host === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  );
}

/** Asked when the program starts and again before the first span: a program may read a `.env` file in between. */
function isActive(env = process.env) {
  if (/^(off|0|false|no)$/i.test(env.LLM_TRACE_INSPECTOR_CAPTURE || '')) return false;
  return endpoints.every((name) => !env[name] || isLoopback(env[name].trim()));
}

module.exports = { isActive, isLoopback };
