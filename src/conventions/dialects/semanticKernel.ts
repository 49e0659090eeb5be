import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Semantic Kernel (.NET and Python): singular finish reason, messages in span events or log records. */
export const semanticKernel: Dialect = {
  id: 'semanticKernel',
  title: 'Microsoft Semantic Kernel',
  signs: {
    keys: ['sk.available_functions'],
    scopes: ['Microsoft.SemanticKernel', 'semantic_kernel'],
    names: ['AutoFunctionInvocationLoop'],
  },
  kindFrom: '`gen_ai.operation.name`',
  kind: (view) => kindByOperation(view) ?? (view.has('sk.available_functions') ? 'chain' : undefined),
};
