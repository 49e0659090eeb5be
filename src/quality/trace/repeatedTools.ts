import { count, name } from '../evidence.ts';
import type { Finding } from './finding.ts';
import type { TraceSpanView } from './traceView.ts';

/** As many in a row are a loop. */
const loopLength = 3;

/**
 * Tools called again and again with the same arguments by the same caller, with no other tool in between. A failed
 * attempt and its repetition is a retry; three are a loop either way. Flagged from the third on.
 */
export function repeatedToolCalls(ordered: readonly TraceSpanView[]): readonly Finding[] {
  const isCall = (span: TraceSpanView): boolean => span.kind === 'tool' && span.counted;
  if (ordered.filter(isCall).length < loopLength) return [];
  const callers = new Callers(ordered);
  const runs = new Map<string, { toolCall: number; length: number }>();
  const findings: Finding[] = [];
  for (const span of ordered) {
    if (!isCall(span)) continue;
    const caller = callers.of(span);
    const run = runs.get(caller);
    if (span.toolCall === undefined) {
      runs.delete(caller);
    } else if (run?.toolCall === span.toolCall) {
      run.length++;
      if (run.length < loopLength) continue;
      const tool = name(span.toolName ?? 'The tool');
      findings.push({
        spanId: span.spanId,
        id: 'repeated_tool_call',
        reason: `${tool} is called with the same arguments for the ${ordinal(run.length)} time in a row; ${count(run.length - 1, 'identical call')} came before.`,
      });
    } else {
      runs.set(caller, { toolCall: span.toolCall, length: 1 });
    }
  }
  return findings;
}

/** Finds who called: the nearest agent or workflow above a span, else its trace. */
class Callers {
  readonly #byId: ReadonlyMap<string, TraceSpanView>;
  readonly #known = new Map<string, string>();

  constructor(spans: readonly TraceSpanView[]) {
    this.#byId = new Map(spans.map((span) => [span.spanId, span]));
  }

  of(span: TraceSpanView): string {
    const path: string[] = [];
    let caller = '';
    let parentId = span.parentSpanId;
    // A parent that is its own ancestor is hostile; the steps are bounded by the spans.
    for (let steps = 0; steps <= this.#byId.size; steps++) {
      const known = this.#known.get(parentId);
      const parent = this.#byId.get(parentId);
      if (known !== undefined || !parent) {
        caller = known ?? '';
        break;
      }
      if (parent.kind === 'agent' || parent.kind === 'workflow') {
        caller = parent.spanId;
        break;
      }
      path.push(parentId);
      parentId = parent.parentSpanId;
    }
    for (const id of path) this.#known.set(id, caller);
    return caller;
  }
}

function ordinal(value: number): string {
  const tens = value % 100;
  const ending = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${ending}`;
}
