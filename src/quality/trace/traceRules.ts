import type { Rule } from '../rule.ts';

/** Rules over a trace, for the registry; those whose findings may also come from the span itself are listed there. */
export const traceRules: readonly Rule[] = [
  {
    id: 'repeated_tool_call',
    title: 'Repeated tool call',
    severity: 'warning',
    defaultOn: true,
    description:
      'The same tool is called with the same arguments three times or more in a row: likely a loop.',
    scopes: ['trace'],
  },
  {
    id: 'duplicate_call',
    title: 'Duplicate call',
    severity: 'info',
    defaultOn: true,
    description: 'The same request was answered before in this trace.',
    scopes: ['trace'],
  },
  {
    id: 'cache_miss',
    title: 'Cache miss',
    severity: 'info',
    defaultOn: true,
    description: 'The prompt begins like the last call’s, but nothing was read from the prompt cache.',
    scopes: ['trace'],
  },
];
