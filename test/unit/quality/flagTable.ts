import type { Rule } from '../../../src/quality/rule.ts';

/** The built-in flags as a Markdown table, for the documentation; a test compares it with what is written there. */
export function flagTable(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ id, severity, defaultOn, description }) =>
      `| \`${id}\` | ${severity} | ${defaultOn ? 'on' : 'off'} | ${description} |`,
  );
  return ['| flag | severity | default | set when |', '|---|---|---|---|', ...rows].join('\n');
}
