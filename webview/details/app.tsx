import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ChannelError } from '../../src/base/channel.ts';
import type { SpanDetails } from '../../src/protocol/details.ts';
import type { DetailsTarget } from '../../src/protocol/webview.ts';
import { isDetailsEvent, isDetailsTarget, isSpanDetails } from '../../src/protocol/webview.ts';
import { PageActionsProvider } from '../kit/actions.ts';
import { Tabs } from '../kit/tabs.tsx';
import { DetailsActionsProvider } from './actions.ts';
import { AttributesTab } from './attributesTab.tsx';
import { ConversationTab } from './conversationTab.tsx';
import { CostTab } from './costTab.tsx';
import type { DetailsHost } from './detailsActions.ts';
import { detailsActions, pageActions } from './detailsActions.ts';
import { Header } from './header.tsx';
import { ErrorTab, ExplainTab, RequestTab, ToolTab } from './otherTabs.tsx';
import { RawTab } from './rawTab.tsx';
import { ReplayTab } from './replayTab.tsx';
import { chooseTab, tabsOf } from './tabChoice.ts';

type Loaded =
  | { readonly state: 'loading' }
  | { readonly state: 'shown'; readonly details: SpanDetails }
  | { readonly state: 'gone' }
  | { readonly state: 'failed'; readonly message: string };

/** Changes come in bursts; the page asks again at most four times a second. */
const refetchPauseMs = 250;
const retryMs = 1000;

export function App({ host }: { host: DetailsHost }): JSX.Element {
  const saved = useMemo(() => readSaved(host.savedState), []);
  const [target, setTarget] = useState<DetailsTarget | undefined>(saved.target);
  const [wantedTab, setWantedTab] = useState(saved.tab);
  const [said, setSaid] = useState('');
  const loaded = useDetails(host, target, setTarget);
  useEffect(() => {
    if (target) host.save({ ...target, tab: wantedTab });
  }, [target, wantedTab]);
  const page = useMemo(() => pageActions(host, setSaid), []);
  const details = useMemo(() => detailsActions(host, setWantedTab), []);
  useEffect(
    () =>
      void host.channel.on('details/tab', (event) => {
        if (isDetailsEvent('details/tab', event)) setWantedTab(event.tab);
      }),
    [],
  );
  return (
    <PageActionsProvider value={page}>
      <DetailsActionsProvider value={details}>
        <Body loaded={loaded} wantedTab={wantedTab} onSelectTab={setWantedTab} />
        <div class="visually-hidden" role="status" aria-live="polite">
          {said}
        </div>
      </DetailsActionsProvider>
    </PageActionsProvider>
  );
}

interface BodyProps {
  readonly loaded: Loaded;
  readonly wantedTab: string | undefined;
  readonly onSelectTab: (id: string) => void;
}

function Body({ loaded, wantedTab, onSelectTab }: BodyProps): JSX.Element {
  if (loaded.state === 'loading') return <p class="empty">Loading…</p>;
  if (loaded.state === 'gone') return <p class="empty">This span is not in the store any more.</p>;
  if (loaded.state === 'failed') return <p class="empty">{loaded.message}</p>;
  const { details } = loaded;
  const tabs = tabsOf(details);
  const active = chooseTab(details, tabs, wantedTab);
  return (
    <>
      <Header details={details} />
      <Tabs label="Parts of the span" tabs={tabs} active={active} onSelect={onSelectTab}>
        {/* The key makes each span start folded and scrolled to its top. */}
        <TabContent key={`${details.row.spanId}/${active}`} id={active} details={details} />
      </Tabs>
    </>
  );
}

function TabContent({ id, details }: { id: string; details: SpanDetails }): JSX.Element | null {
  switch (id) {
    case 'conversation':
      return <ConversationTab details={details} />;
    case 'cost':
      return <CostTab details={details} />;
    case 'error':
      return <ErrorTab details={details} />;
    case 'tool':
      return <ToolTab details={details} />;
    case 'request':
      return <RequestTab details={details} />;
    case 'attributes':
      return <AttributesTab details={details} />;
    case 'replay':
      return <ReplayTab details={details} />;
    case 'raw':
      return <RawTab details={details} />;
    default:
      return <ExplainTab details={details} />;
  }
}

/** The details of the target, kept up to date; a newer question supersedes an older one. */
function useDetails(
  host: DetailsHost,
  target: DetailsTarget | undefined,
  setTarget: (target: DetailsTarget) => void,
): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' });
  const [asked, setAsked] = useState(0);
  const shownSpan = useRef<string | undefined>(undefined);
  /** A change during a load is looked at after it: superseding it again and again would show nothing. */
  const isLoading = useRef(false);
  const isStale = useRef(false);
  const askAgain = (): void => setAsked((count) => count + 1);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopTarget = host.channel.on('details/target', (next) => {
      if (isDetailsEvent('details/target', next)) setTarget(next);
    });
    const stopChanges = host.channel.on('details/changed', (change) => {
      if (!isDetailsEvent('details/changed', change)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        if (isLoading.current) isStale.current = true;
        else askAgain();
      }, refetchPauseMs);
    });
    host.channel
      .call('details/ready', {})
      .then((first) => isDetailsTarget(first) && setTarget(first), askAgain);
    return () => {
      clearTimeout(timer);
      stopTarget();
      stopChanges();
    };
  }, []);

  useEffect(() => {
    if (!target) return undefined;
    const abort = new AbortController();
    isLoading.current = true;
    isStale.current = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    if (shownSpan.current !== target.spanId && loaded.state !== 'shown') setLoaded({ state: 'loading' });
    host.channel.call('details/load', target, { signal: abort.signal }).then(
      (details) => {
        if (abort.signal.aborted) return;
        isLoading.current = false;
        if (isStale.current) retry = setTimeout(askAgain, refetchPauseMs);
        shownSpan.current = target.spanId;
        setLoaded(isSpanDetails(details) ? { state: 'shown', details } : { state: 'gone' });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        isLoading.current = false;
        const isStarting = error instanceof ChannelError && error.code === 'closed';
        const message = error instanceof Error ? error.message : String(error);
        setLoaded({
          state: 'failed',
          message: isStarting ? 'Waiting for the engine…' : `Could not be loaded: ${message}`,
        });
        retry = setTimeout(askAgain, retryMs);
      },
    );
    return () => {
      clearTimeout(retry);
      abort.abort();
    };
  }, [target?.traceId, target?.spanId, asked]);
  return loaded;
}

function readSaved(state: unknown): { target: DetailsTarget | undefined; tab: string | undefined } {
  const { traceId, spanId, tab } = (typeof state === 'object' && state !== null ? state : {}) as Record<
    string,
    unknown
  >;
  const target = { traceId, spanId };
  return {
    target: isDetailsTarget(target) ? target : undefined,
    tab: typeof tab === 'string' ? tab : undefined,
  };
}
