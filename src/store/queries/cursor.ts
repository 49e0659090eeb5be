import type { PageRequest } from '../../protocol/query.ts';
import type { Parameter } from './context.ts';

const maxPage = 500;

/** Rows of a page: at least one, at most 500. */
export function limitOf(page: PageRequest): number {
  return Math.min(maxPage, Math.max(1, Math.trunc(page.limit) || 1));
}

/** Where a page ended: the sort values of its last row, as an opaque string. */
export function encodeCursor(values: readonly Parameter[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws RangeError when it is none of ours, with as many values as `length` */
export function decodeCursor(cursor: string, length: number): Parameter[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    values = undefined;
  }
  const isValid =
    Array.isArray(values) &&
    values.length === length &&
    values.every((value) => typeof value === 'string' || typeof value === 'number');
  if (!isValid) throw new RangeError('The cursor is not one of this list');
  return values as Parameter[];
}
