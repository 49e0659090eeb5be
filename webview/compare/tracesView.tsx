import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { visibleLabel } from '../../src/base/visibleText.ts';
import type { SpanPair, TraceComparison } from '../../src/protocol/compare.ts';
import { formatCost, formatCount, formatDuration, formatUsage } from '../../src/protocol/format.ts';
import { isModelCall, kindIcons } from '../../src/protocol/kinds.ts';
import type { SpanRow } from '../../src/protocol/rows.ts';
import { Icon } from '../kit/icon.tsx';
import { stepChanges, traceFigures } from './figures.ts';
import { FigureTable } from './figureTable.tsx';

interface TracesViewProps {
  readonly traces: TraceComparison;
  readonly onShow: (span: SpanRow) => void;
  readonly onCompare: (left: SpanRow, right: SpanRow) => void;
}

const rowsAtOnce = 500;
const deepest = 12;

/** Two runs of a program, call by call. */
export function TracesView({ traces, onShow, onCompare }: TracesViewProps): JSX.Element {
  const [callsOnly, setCallsOnly] = useState(false);
  const [shown, setShown] = useState(rowsAtOnce);
  const pairs = callsOnly ? traces.pairs.filter(isOfCalls) : traces.pairs;
  const alone = (side: 'left' | 'right'): number =>
    pairs.filter((pair) => pair[side] && !pair[side === 'left' ? 'right' : 'left']).length;
  return (
    <div class="sections compare">
      <FigureTable
        label="Figures of the runs"
        left={visibleLabel(traces.left.name, 120)}
        right={visibleLabel(traces.right.name, 120)}
        rows={traceFigures(traces)}
      />
      <section>
        <h2>
          Call by call{' '}
          <span class="muted">
            {formatCount(pairs.length)} steps, {formatCount(alone('left'))} only left,{' '}
            {formatCount(alone('right'))} only right
          </span>
        </h2>
        <label class="check">
          <input
            type="checkbox"
            checked={callsOnly}
            onChange={(event) => setCallsOnly(event.currentTarget.checked)}
          />
          Model calls and tools only
        </label>
        {traces.isCut ? (
          <p class="note warning">Only the first 5,000 spans of each run are compared.</p>
        ) : null}
        <table class="runs" aria-label="Calls of both runs">
          <thead>
            <tr>
              <th scope="col">Left</th>
              <th scope="col">Right</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {pairs.slice(0, shown).map((pair, index) => (
              <Row key={index} pair={pair} onShow={onShow} onCompare={onCompare} />
            ))}
          </tbody>
        </table>
        {shown < pairs.length ? (
          <button type="button" class="secondary" onClick={() => setShown(shown + 4 * rowsAtOnce)}>
            {formatCount(pairs.length - shown)} more
          </button>
        ) : null}
      </section>
    </div>
  );
}

function isOfCalls({ left, right }: SpanPair): boolean {
  const kind = left?.kind ?? right?.kind ?? 'other';
  return isModelCall(kind) || kind === 'tool' || kind === 'retrieval' || kind === 'mcp';
}

interface RowProps {
  readonly pair: SpanPair;
  readonly onShow: (span: SpanRow) => void;
  readonly onCompare: (left: SpanRow, right: SpanRow) => void;
}

function Row({ pair: { left, right, depth }, onShow, onCompare }: RowProps): JSX.Element {
  const state = left && right ? '' : left ? 'removed' : 'added';
  return (
    <tr class={state}>
      <td>
        <Cell span={left} depth={depth} onShow={onShow} />
      </td>
      <td>
        <Cell span={right} depth={depth} onShow={onShow} />
      </td>
      <td>
        {left && right ? (
          <>
            {stepChanges(left, right).map((change, index) => (
              <span key={index} class="step-change">
                {change}
              </span>
            ))}
            {isModelCall(right.kind) || right.kind === 'tool' ? (
              <button type="button" class="link" onClick={() => onCompare(left, right)}>
                Compare
              </button>
            ) : null}
          </>
        ) : (
          <span class="muted">{left ? 'only left' : 'only right'}</span>
        )}
      </td>
    </tr>
  );
}

interface CellProps {
  readonly span: SpanRow | undefined;
  readonly depth: number;
  readonly onShow: (span: SpanRow) => void;
}

function Cell({ span, depth, onShow }: CellProps): JSX.Element | null {
  if (!span) return null;
  const figures = [
    span.durationMs === undefined ? 'running' : formatDuration(span.durationMs),
    ...(isModelCall(span.kind) ? [formatUsage(span.usage), formatCost(span.cost)] : []),
  ];
  return (
    <div class={`step depth-${Math.min(depth, deepest)}`}>
      <Icon
        name={span.status === 'error' ? 'error' : kindIcons[span.kind]}
        class={span.status === 'error' ? 'failed' : ''}
      />
      <span>
        <button type="button" class="link" onClick={() => onShow(span)}>
          {visibleLabel(span.name, 120) || '(unnamed)'}
        </button>{' '}
        <small class="muted">{figures.join(' · ')}</small>
      </span>
    </div>
  );
}
