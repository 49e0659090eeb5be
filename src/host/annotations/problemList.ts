/** Problems of calls as the Problems panel lists them. Pure. */
import { visibleLabel } from '../../base/visibleText.ts';
import type { CodeProblem } from '../../protocol/code.ts';
import { formatCount } from '../../protocol/format.ts';
import { flagName } from '../views/traces/rowText.ts';
import type { ProblemSeverity } from './codeSettings.ts';
import { flagKey } from './lineText.ts';

export interface ListedProblem {
  readonly problem: CodeProblem;
  readonly severity: Exclude<ProblemSeverity, 'off'>;
  readonly message: string;
}

/** Most problems that are listed for one file. */
const mostInFile = 200;
const longestMessage = 400;

/** The problems of each file that the settings let through, the first of each file only where there are too many. */
export function listProblems(
  problems: readonly CodeProblem[],
  severities: ReadonlyMap<string, ProblemSeverity>,
): ReadonlyMap<string, readonly ListedProblem[]> {
  const files = new Map<string, ListedProblem[]>();
  for (const problem of problems) {
    const severity = severities.get(flagKey(problem.flag)) ?? ownSeverity(problem.severity);
    if (severity === 'off') continue;
    const listed = files.get(problem.file) ?? [];
    files.set(problem.file, listed);
    if (listed.length < mostInFile) listed.push({ problem, severity, message: problemText(problem) });
  }
  return files;
}

/** `Call failed: rate limit reached (3 calls)`; text only. */
function problemText({ flag, message, count }: CodeProblem): string {
  const said = visibleLabel(message, longestMessage) || flagName(flag);
  return count > 1 ? `${said} (${formatCount(count)} calls)` : said;
}

function ownSeverity(severity: CodeProblem['severity']): 'error' | 'warning' | 'information' {
  return severity === 'info' ? 'information' : severity;
}
