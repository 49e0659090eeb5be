import type { Dialect } from '../dialect.ts';
import { operationKind } from '../operations.ts';
import { kindByOperation } from './otelGenai.ts';

/** Sentry's AI monitoring: operation names in `sentry.op`. */
export const sentry: Dialect = {
  id: 'sentry',
  title: 'Sentry AI monitoring',
  signs: { keys: ['sentry.op'] },
  kindFrom: '`sentry.op`, `gen_ai.operation.name`',
  kind(view) {
    const operation = view.text('sentry.op');
    if (!operation?.startsWith('gen_ai.')) return undefined;
    return operationKind(operation.slice(7)) ?? kindByOperation(view) ?? 'llm';
  },
};
