import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { flameBits } from '../../src/protocol/flame.ts';
import { formatCount, formatDuration, formatMoney, formatTokens, plural } from '../../src/protocol/format.ts';
import type { FlameState, FlameStore, Shown } from './flameStore.ts';
import { spanLabel } from './spanText.ts';

/** Unknown calls that are listed. */
const longestList = 200;

interface StatusLineProps {
  readonly state: FlameState;
  readonly shown: Shown;
  readonly store: FlameStore;
  readonly reveal: (span: number) => void;
}

/** What the chart holds, and what it cannot draw: calls whose cost or tokens nobody knows have no width. */
export function StatusLine({ state, shown, store, reveal }: StatusLineProps): JSX.Element {
  const { data, layout } = shown;
  const { axis } = state.arrangement;
  const count = (bits: number): number =>
    data.columns.bits.reduce((sum, mask) => sum + ((mask & bits) === 0 ? 0 : 1), 0);
  const [counts, setCounts] = useState({ unfinished: 0, skewed: 0, cost: 0, tokens: 0 });
  useEffect(() => {
    setCounts({
      unfinished: count(flameBits.unfinished),
      skewed: count(flameBits.skewed),
      cost: count(flameBits.costUnknown),
      tokens: count(flameBits.tokensUnknown),
    });
  }, [data]);
  const unknown = axis === 'cost' ? counts.cost : axis === 'tokens' ? counts.tokens : 0;
  const parts = [
    plural(data.count, 'span'),
    extentText(axis, layout.extent, data.head.running),
    ...(counts.unfinished > 0 ? [`${formatCount(counts.unfinished)} not ended`] : []),
    ...(counts.skewed > 0 && axis === 'time' ? [`${formatCount(counts.skewed)} moved: clocks differ`] : []),
    ...(layout.facts.isCompressed
      ? [`idle time shortened (${formatCount(layout.facts.gapFrom.length)})`]
      : []),
    ...(state.status === 'failed' ? [state.message] : []),
  ];
  return (
    <div class="status-line">
      <span>{parts.join(' · ')}</span>
      {unknown > 0 ? (
        <UnknownCalls
          shown={shown}
          count={unknown}
          bit={axis === 'cost' ? flameBits.costUnknown : flameBits.tokensUnknown}
          what={axis === 'cost' ? 'cost' : 'tokens'}
          onPick={(span) => {
            store.select(span);
            reveal(span);
          }}
        />
      ) : null}
    </div>
  );
}

function extentText(axis: 'time' | 'cost' | 'tokens', extent: number, isRunning: boolean): string {
  if (axis === 'cost') return `${formatMoney(extent)} known`;
  if (axis === 'tokens') return `${formatTokens(extent)} tokens known`;
  return `${formatDuration(extent / 1000)}${isRunning ? ', running' : ''}`;
}

interface UnknownCallsProps {
  readonly shown: Shown;
  readonly count: number;
  readonly bit: number;
  readonly what: string;
  readonly onPick: (span: number) => void;
}

function UnknownCalls({ shown, count, bit, what, onPick }: UnknownCallsProps): JSX.Element {
  const { data } = shown;
  const [isOpen, setOpen] = useState(false);
  const spans: number[] = [];
  for (let span = 0; isOpen && span < data.count && spans.length < longestList; span++)
    if (data.has(span, bit)) spans.push(span);
  return (
    <details class="unknown" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {plural(count, 'call')} with unknown {what}
      </summary>
      <ul>
        {spans.map((span) => (
          <li key={span}>
            <button type="button" class="link" onClick={() => onPick(span)}>
              {spanLabel(data, span)}
            </button>
          </li>
        ))}
        {count > spans.length ? <li class="muted">and {formatCount(count - spans.length)} more</li> : null}
      </ul>
    </details>
  );
}
