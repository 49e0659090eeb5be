/** How this receiver introduces itself, so that other windows recognise it. */
export const selfName = 'LLM Trace Inspector';

/** The answer to `GET /`, as JSON. */
export const selfDescription: Uint8Array = Buffer.from(
  JSON.stringify({ name: selfName, otlp: ['/v1/traces', '/v1/logs', '/v1/metrics'] }) + '\n',
);
