import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SpanDetails } from '../../src/protocol/details.ts';
import type { ReplayAnswer, ReplayOptions, ReplayRequest, ReplayTarget } from '../../src/protocol/replay.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { Icon } from '../kit/icon.tsx';
import { useDetailsActions } from './actions.ts';
import { ReplayAnswers, type Running } from './replayAnswers.tsx';
import type { Draft } from './replayDraft.ts';
import { draftFor, firstTarget, isChanged, modelFor } from './replayDraft.ts';
import { ReplayMessages } from './replayMessages.tsx';

interface Kept {
  readonly draft: Draft;
  readonly answer: ReplayAnswer | undefined;
}

/** Drafts and answers of the calls looked at last: another tab or call is looked at in between. */
const kept = new Map<string, Kept>();
const mostKept = 20;
let runs = 0;

/** Sends the call again, edited if wanted; the answer stands beside the recorded one. */
export function ReplayTab({ details }: { details: SpanDetails }): JSX.Element {
  const { replay } = useDetailsActions();
  const { traceId, spanId } = details.row;
  const [options, setOptions] = useState<ReplayOptions | undefined>();
  const [request, setRequest] = useState<ReplayRequest | null | undefined>();
  const load = (): void => {
    replay.options().then(setOptions, (error: unknown) =>
      setOptions({
        targets: [],
        problems: [],
        refusal: error instanceof Error ? error.message : String(error),
      }),
    );
  };
  useEffect(() => {
    load();
    replay.request({ traceId, spanId }).then(setRequest, () => setRequest(null));
    // Settings and keys are changed elsewhere: the page looks again when the user comes back to it.
    window.addEventListener('focus', load);
    return () => window.removeEventListener('focus', load);
  }, []);
  if (options === undefined || request === undefined) return <p class="muted">Reading the call again…</p>;
  if (options.refusal !== undefined) return <p class="note">{visibleLabel(options.refusal, 400)}</p>;
  if (request === null)
    return <p class="note">This call cannot be sent again: the trace does not hold it.</p>;
  if (options.targets.length === 0) return <NoTargets problems={options.problems} />;
  return <Form details={details} options={options} request={request} onOptions={load} />;
}

function NoTargets({ problems }: { problems: readonly string[] }): JSX.Element {
  const { replay } = useDetailsActions();
  return (
    <div class="sections">
      <p>
        A recorded call can be sent again to an endpoint of yours (OpenAI-compatible or Anthropic), or to a
        model that an extension offers in this editor. Nothing is set up yet.
      </p>
      <Problems problems={problems} />
      <p>
        <button type="button" class="primary" onClick={replay.configure}>
          Set up an endpoint
        </button>
      </p>
    </div>
  );
}

function Problems({ problems }: { problems: readonly string[] }): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <ul class="note warning">
      {problems.map((problem, index) => (
        <li key={index}>Endpoints in the settings: {visibleLabel(problem, 200)}</li>
      ))}
    </ul>
  );
}

interface FormProps {
  readonly details: SpanDetails;
  readonly options: ReplayOptions;
  readonly request: ReplayRequest;
  readonly onOptions: () => void;
}

function Form({ details, options, request, onOptions }: FormProps): JSX.Element {
  const { replay } = useDetailsActions();
  const { traceId, spanId } = details.row;
  const key = `${traceId}/${spanId}`;
  const [draft, setDraft] = useState<Draft>(
    () => kept.get(key)?.draft ?? draftFor(request, firstTarget(options)),
  );
  const [answer, setAnswer] = useState<ReplayAnswer | undefined>(() => kept.get(key)?.answer);
  const [running, setRunning] = useState<Running | undefined>();
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    kept.delete(key);
    kept.set(key, { draft, answer });
    for (const old of kept.keys()) if (kept.size > mostKept) kept.delete(old);
  }, [draft, answer]);
  useEffect(() => () => abort.current?.abort(), []);
  const target = options.targets.find(({ id }) => id === draft.to) ?? options.targets[0];
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const choose = (to: string): void => {
    const next = options.targets.find(({ id }) => id === to);
    if (next) change({ to, model: modelFor(request, next), parameters: draftFor(request, next).parameters });
  };
  const send = async (): Promise<void> => {
    const controller = new AbortController();
    abort.current = controller;
    setRunning({ text: '', reasoning: '' });
    const whole = { target: { traceId, spanId }, ...draft, to: target?.id ?? '', run: ++runs };
    try {
      const said = await replay.send(whole, controller.signal, (text, reasoning) =>
        setRunning({ text, reasoning }),
      );
      if (said.state !== 'declined') setAnswer(said);
    } catch (error) {
      setAnswer(failure(controller.signal.aborted, error));
    } finally {
      setRunning(undefined);
    }
  };
  return (
    <div class="sections replay">
      <Problems problems={options.problems} />
      <section class="replay-form" aria-label="Where it is sent">
        <label>
          Send to
          <select value={target?.id ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
            {options.targets.map(({ id, label, host }) => (
              <option key={id} value={id}>
                {visibleLabel(label, 80)} ({visibleLabel(host, 80)})
              </option>
            ))}
          </select>
        </label>
        {target?.kind === 'editor' ? null : (
          <label>
            Model
            <input
              type="text"
              class="search"
              value={draft.model}
              onInput={(event) => change({ model: event.currentTarget.value })}
            />
          </label>
        )}
        <KeyState target={target} onSet={onOptions} />
      </section>
      <ReplayMessages
        request={request}
        draft={draft}
        onChange={change}
        showsParameters={target?.kind !== 'editor'}
      />
      <section class="replay-actions">
        {running ? (
          <button type="button" class="secondary" onClick={() => abort.current?.abort()}>
            Cancel
          </button>
        ) : (
          <button type="button" class="primary" onClick={() => void send()}>
            Send…
          </button>
        )}
        <button type="button" class="secondary" onClick={replay.configure}>
          Endpoints…
        </button>
        {isChanged(draft, request) ? (
          <button type="button" class="secondary" onClick={() => setDraft(draftFor(request, target))}>
            As recorded
          </button>
        ) : null}
        <span class="muted">You are asked before anything is sent.</span>
      </section>
      <ReplayAnswers details={details} answer={answer} running={running} />
      {request.notes.map((note, index) => (
        <p key={index} class="muted">
          {visibleLabel(note, 300)}
        </p>
      ))}
    </div>
  );
}

function failure(isCancelled: boolean, error: unknown): ReplayAnswer {
  const nothing = { text: '', reasoning: '', calls: [], durationMs: 0 };
  if (isCancelled) return { ...nothing, state: 'cancelled' };
  return { ...nothing, state: 'failed', error: error instanceof Error ? error.message : String(error) };
}

function KeyState({
  target,
  onSet,
}: {
  target: ReplayTarget | undefined;
  onSet: () => void;
}): JSX.Element | null {
  const { replay } = useDetailsActions();
  if (!target || target.kind === 'editor') return null;
  const set = (): void => void replay.setKey(target.id).then(onSet, () => undefined);
  return (
    <span class="key-state">
      <Icon name="key" /> {target.hasKey ? 'Key is set.' : 'No key is set.'}{' '}
      <button type="button" class="link" onClick={set}>
        {target.hasKey ? 'Change' : 'Set the key'}
      </button>
    </span>
  );
}
