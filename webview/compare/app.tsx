import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ChannelError } from '../../src/base/channel.ts';
import type {
  ComparePageEvents,
  ComparePageRequests,
  ComparePair,
  Comparison,
} from '../../src/protocol/comparePage.ts';
import { isComparePair, isComparison } from '../../src/protocol/comparePage.ts';
import type { PageActions } from '../kit/actions.ts';
import { PageActionsProvider } from '../kit/actions.ts';
import type { Host } from '../kit/host.ts';
import { Icon } from '../kit/icon.tsx';
import { CallsView } from './callsView.tsx';
import { TracesView } from './tracesView.tsx';

type CompareHost = Host<ComparePageRequests, ComparePageEvents>;

type Loaded =
  | { readonly state: 'loading' }
  | { readonly state: 'shown'; readonly comparison: Comparison }
  | { readonly state: 'failed'; readonly message: string };

const retryMs = 1000;
const refetchPauseMs = 500;

export function App({ host }: { host: CompareHost }): JSX.Element {
  const saved = useMemo(() => readSaved(host.savedState), []);
  const [pair, setPair] = useState<ComparePair | undefined>(saved.pair);
  /** The runs from which a pair of calls was opened. */
  const [runs, setRuns] = useState<ComparePair | undefined>(saved.runs);
  const [said, setSaid] = useState('');
  const loaded = usePair(host, pair, setPair);
  useEffect(() => {
    if (pair) host.save({ ...pair, runs });
  }, [pair, runs]);
  const actions = useMemo<PageActions>(
    () => ({
      copy: (text) => host.channel.call('clipboard/write', { text }),
      openLink: () => undefined,
      announce: setSaid,
    }),
    [],
  );
  const show = (target: { traceId: string; spanId: string }): void => {
    const { traceId, spanId } = target;
    host.channel.call('details/show', { traceId, spanId }).catch(() => undefined);
  };
  const open = (next: ComparePair): void => {
    host.channel.call('compare/open', next).catch(() => undefined);
  };
  return (
    <PageActionsProvider value={actions}>
      <nav class="compare-tools" aria-label="Comparison">
        {runs && pair?.left.spanId !== undefined ? (
          <button
            type="button"
            class="secondary"
            onClick={() => {
              setRuns(undefined);
              open(runs);
            }}
          >
            <Icon name="arrow-left" /> Back to the runs
          </button>
        ) : null}
        {pair ? (
          <button
            type="button"
            class="secondary"
            onClick={() => open({ left: pair.right, right: pair.left })}
          >
            <Icon name="arrow-swap" /> Swap sides
          </button>
        ) : null}
      </nav>
      {loaded.state === 'loading' ? <p class="empty">Comparing…</p> : null}
      {loaded.state === 'failed' ? <p class="empty">{loaded.message}</p> : null}
      {loaded.state === 'shown' && loaded.comparison.kind === 'calls' ? (
        <CallsView calls={loaded.comparison.calls} onShow={show} />
      ) : null}
      {loaded.state === 'shown' && loaded.comparison.kind === 'traces' ? (
        <TracesView
          traces={loaded.comparison.traces}
          onShow={show}
          onCompare={(left, right) => {
            setRuns(pair);
            open({
              left: { traceId: left.traceId, spanId: left.spanId },
              right: { traceId: right.traceId, spanId: right.spanId },
            });
          }}
        />
      ) : null}
      <div class="visually-hidden" role="status" aria-live="polite">
        {said}
      </div>
    </PageActionsProvider>
  );
}

/** The comparison of a pair, kept up to date. */
function usePair(
  host: CompareHost,
  pair: ComparePair | undefined,
  setPair: (pair: ComparePair) => void,
): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' });
  const [asked, setAsked] = useState(0);
  const shown = useRef<ComparePair | undefined>(undefined);
  const askAgain = (): void => setAsked((count) => count + 1);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopPair = host.channel.on('compare/pair', (next) => {
      if (isComparePair(next)) setPair(next);
    });
    const stopChanges = host.channel.on('compare/changed', () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        askAgain();
      }, refetchPauseMs);
    });
    host.channel.call('compare/ready', {}).then((first) => isComparePair(first) && setPair(first), askAgain);
    return () => {
      clearTimeout(timer);
      stopPair();
      stopChanges();
    };
  }, []);
  useEffect(() => {
    if (!pair) return undefined;
    const abort = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    if (shown.current !== pair) setLoaded({ state: 'loading' });
    host.channel.call('compare/load', pair, { signal: abort.signal, timeoutMs: 90_000 }).then(
      (comparison) => {
        if (abort.signal.aborted) return;
        shown.current = pair;
        setLoaded(
          isComparison(comparison)
            ? { state: 'shown', comparison }
            : { state: 'failed', message: 'One of the two is not in the store any more.' },
        );
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const isStarting = error instanceof ChannelError && error.code === 'closed';
        const message = error instanceof Error ? error.message : String(error);
        setLoaded({
          state: 'failed',
          message: isStarting ? 'Waiting for the engine…' : `Could not be compared: ${message}`,
        });
        retry = setTimeout(askAgain, retryMs);
      },
    );
    return () => {
      clearTimeout(retry);
      abort.abort();
    };
  }, [pair, asked]);
  return loaded;
}

function readSaved(state: unknown): { pair: ComparePair | undefined; runs: ComparePair | undefined } {
  const { left, right, runs } = (typeof state === 'object' && state !== null ? state : {}) as Record<
    string,
    unknown
  >;
  const pair = { left, right };
  return { pair: isComparePair(pair) ? pair : undefined, runs: isComparePair(runs) ? runs : undefined };
}
