import type { CodeRequests } from '../protocol/code.ts';

/** Requests of the protocol that the code thread answers; the front passes them on unread. */
export const codeMethods = [
  'code/configure',
  'code/annotations',
  'code/files',
  'code/calls',
  'code/locate',
  'code/choose',
  'code/problems',
  'code/filesChanged',
] as const satisfies readonly (keyof CodeRequests)[];
