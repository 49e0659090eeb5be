import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FlamePageEvents, FlamePageRequests } from '../../src/protocol/flame.ts';
import type { Host } from '../kit/host.ts';
import type { Chart } from './chart.ts';
import type { ChartAction } from './keys.ts';
import { ChartView } from './chartView.tsx';
import { FlameStore } from './flameStore.ts';
import { HelpDialog } from './helpDialog.tsx';
import { Legend } from './legend.tsx';
import { colorSpans } from './palette.ts';
import { readArrangement, writeArrangement } from './savedState.ts';
import { spanSentence } from './spanText.ts';
import { neighbour } from './neighbour.ts';
import { StatusLine } from './statusLine.tsx';
import { Toolbar } from './toolbar.tsx';
import type { Viewport } from './viewport.ts';

type FlameHost = Host<FlamePageRequests, FlamePageEvents>;

export function App({ host }: { host: FlameHost }): JSX.Element {
  const store = useMemo(() => new FlameStore(host.channel, readArrangement(host.savedState)), []);
  const [state, setState] = useState(store.state);
  const [said, setSaid] = useState('');
  const [isHelping, setHelping] = useState(false);
  const chart = useRef<Chart>(undefined);
  const searchBox = useRef<HTMLInputElement>(null);
  const chartBox = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const stop = store.listen(() => setState(store.state));
    void store.start();
    return () => {
      stop();
      store.dispose();
    };
  }, []);
  const { shown, arrangement, traceId } = state;
  useEffect(() => {
    // The view comes here when it has come to rest.
    if (traceId !== undefined) host.save(writeArrangement(traceId, arrangement));
  }, [traceId, arrangement]);
  useEffect(() => {
    if (shown && shown.selected >= 0) setSaid(spanSentence(shown.data, shown.selected, shown.sums));
  }, [shown?.data === undefined, shown?.selected]);

  const onView = useCallback((view: Viewport, isWhole: boolean) => {
    store.arrange({ view: isWhole && view.scroll === 0 ? undefined : view });
  }, []);
  const act = useCallback((action: ChartAction): void => {
    const now = store.state.shown;
    const selected = now?.selected ?? -1;
    const drawing = chart.current;
    switch (action.do) {
      case 'pan':
        return drawing?.panBy(action.across, action.down);
      case 'zoom':
        return drawing?.zoomBy(action.factor);
      case 'fit':
        return drawing?.fit();
      case 'zoomToSpan':
        return selected < 0 ? undefined : drawing?.zoomTo(selected);
      case 'step':
        return now ? store.select(neighbour(now.data, now.layout, selected, action.to)) : undefined;
      case 'match': {
        const span = store.toMatch(action.direction);
        if (span >= 0) drawing?.reveal(span);
        return undefined;
      }
      case 'openSource':
        return store.openSource(selected);
      case 'details':
        return store.showDetails(selected);
      case 'collapse':
        return store.toggleCollapsed(selected);
      case 'pin':
        return store.togglePinned(selected);
      case 'critical':
        return store.arrange({ critical: !store.state.arrangement.critical });
      case 'idle':
        return store.arrange({ compressIdle: !store.state.arrangement.compressIdle });
      case 'search':
        return searchBox.current?.select();
      case 'card':
        // It is the chart view's.
        return undefined;
      case 'help':
        return setHelping(true);
      case 'leave':
        if (store.state.arrangement.query !== '') store.arrange({ query: '' });
        else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        return undefined;
    }
  }, []);
  const coloring = useMemo(
    () => shown && colorSpans(shown.data, arrangement.color),
    [shown?.data, arrangement.color],
  );

  return (
    <div class="flame">
      <Toolbar
        state={state}
        act={act}
        arrange={(change) => store.arrange(change)}
        searchBox={searchBox}
        toChart={() => chartBox.current?.focus()}
      />
      {shown && coloring ? (
        <ChartView
          state={state}
          shown={shown}
          coloring={coloring}
          store={store}
          act={act}
          chart={chart}
          chartBox={chartBox}
          onView={onView}
        />
      ) : (
        <p class="empty">{emptyText(state.status, state.message)}</p>
      )}
      {shown && coloring ? (
        <footer class="footer">
          <Legend coloring={coloring} />
          <StatusLine
            state={state}
            shown={shown}
            store={store}
            reveal={(span) => chart.current?.reveal(span)}
          />
        </footer>
      ) : null}
      {isHelping ? <HelpDialog onClose={() => setHelping(false)} /> : null}
      <div class="visually-hidden" role="status" aria-live="polite">
        {said}
      </div>
    </div>
  );
}

function emptyText(status: 'loading' | 'shown' | 'gone' | 'failed', message: string): string {
  if (status === 'gone') return 'This trace is not in the store any more.';
  return status === 'failed' ? message : 'Loading…';
}
