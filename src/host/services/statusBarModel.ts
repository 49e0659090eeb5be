import { formatBytes, formatCount, formatPartialMoney, plural } from '../../protocol/format.ts';
import type { EngineStatus } from '../../protocol/status.ts';
import { visibleLabel } from '../../base/visibleText.ts';
import type { EngineState } from './engineState.ts';
import { describeProblems, endpointUrl } from './engineState.ts';

export interface StatusBarView {
  /** May hold `$(icon)`; never text from a span. */
  readonly text: string;
  /** Plain sentences, one a line. */
  readonly tooltip: readonly string[];
  readonly accessibilityLabel: string;
  readonly background?: 'warning' | 'error';
}

const product = 'LLM Traces';
/** A span that arrived within this many milliseconds makes the state "receiving". */
export const receivingForMs = 3000;

/** What the status bar says of a state at a time (milliseconds since the epoch). */
export function statusBarView(state: EngineState, now: number): StatusBarView {
  const problems = describeProblems(state);
  if (state.kind === 'unsupported')
    return problem('$(circle-slash) LLM Traces', 'not supported here', problems);
  if (state.kind === 'crashed') return problem('$(error) LLM Traces', 'stopped', problems, 'error');
  if (state.kind === 'starting') return plain('$(loading~spin) LLM Traces', 'starting', []);

  const { status } = state;
  const today = describeToday(status);
  const details = [...today.lines, ...describeStore(status)];
  switch (status.state) {
    case 'starting':
      return plain('$(loading~spin) LLM Traces', 'starting', details);
    case 'off':
      return plain('$(circle-slash) LLM Traces: off', 'the receiver is off', details);
    case 'problem': {
      const taken = status.conflicts.length > 0;
      const short = taken
        ? `port ${[...new Set(status.conflicts.map((conflict) => conflict.port))].join(', ')}`
        : 'store';
      return problem(
        `$(warning) LLM Traces: ${short}`,
        'problem',
        [...problems, ...details],
        taken ? 'error' : 'warning',
      );
    }
    case 'following':
      return plain(`$(eye) ${today.short ?? product}`, 'following the window that receives', [
        'Another window receives; this one shows the same traces and takes over when that one closes.',
        ...details,
        ...problems,
      ]);
    case 'listening': {
      const receiving = status.lastReceivedAt !== undefined && now - status.lastReceivedAt < receivingForMs;
      const icon = receiving ? '$(pulse)' : '$(broadcast)';
      const endpoints = [
        ...(status.grpc ? [`gRPC ${endpointUrl(status.grpc)}`] : []),
        ...(status.http ? [`HTTP ${endpointUrl(status.http)}`] : []),
      ];
      const lines = [`Listening: ${endpoints.join(', ')}`, ...details, ...problems];
      return plain(`${icon} ${today.short ?? product}`, receiving ? 'receiving' : 'listening', lines);
    }
  }
}

function plain(text: string, state: string, lines: readonly string[]): StatusBarView {
  return { text, tooltip: lines, accessibilityLabel: [`${product}, ${state}`, ...lines].join('. ') };
}

function problem(
  text: string,
  state: string,
  lines: readonly string[],
  background: 'warning' | 'error' = 'warning',
): StatusBarView {
  return {
    ...plain(
      text,
      state,
      lines.map((line) => visibleLabel(line, 500)),
    ),
    background,
  };
}

function describeToday(status: EngineStatus): { short: string | undefined; lines: string[] } {
  const { modelCalls, cost } = status.today;
  if (modelCalls === 0) return { short: undefined, lines: ['No model calls today'] };
  const calls = plural(modelCalls, 'call');
  const money = formatPartialMoney(cost);
  const shortMoney = cost.known === undefined ? undefined : formatPartialMoney({ ...cost, unknownCalls: 0 });
  const mark = cost.unknownCalls > 0 ? '≥ ' : '';
  return {
    short: shortMoney === undefined ? calls : `${calls} · ${mark}${shortMoney}`,
    lines: [`Today: ${calls}${money === undefined ? '' : `, ${money}`}`],
  };
}

function describeStore(status: EngineStatus): string[] {
  const { store } = status;
  const size = formatBytes(store.journalBytes + store.indexBytes);
  const lines = [`Stored: ${plural(store.traces, 'trace')}, ${plural(store.spans, 'span')}, ${size}`];
  if (store.behindBytes > 1_000_000) lines.push(`Indexing: ${formatBytes(store.behindBytes)} to go`);
  if (store.prunedTraces > 0)
    lines.push(`Removed by the limits so far: ${plural(store.prunedTraces, 'trace')}`);
  const dropped = Object.entries(status.dropped).filter(([, count]) => count > 0);
  if (dropped.length > 0) {
    const reasons = dropped.map(([reason, count]) => `${visibleLabel(reason, 40)} ${formatCount(count)}`);
    lines.push(`Refused requests: ${reasons.join(', ')}`);
  }
  return lines;
}
