import type { JSX } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MessagePart } from '../../src/model/message.ts';
import type { CutText, PartPlace, SpanDetails } from '../../src/protocol/details.ts';
import { formatCount, plural } from '../../src/protocol/format.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { FindBar } from '../kit/findBar.tsx';
import { Icon } from '../kit/icon.tsx';
import { LongText, UnfoldedContext } from '../kit/longText.tsx';
import { useDetailsActions } from './actions.ts';
import type { ShownMessage } from './conversationModel.ts';
import { foldToolResults, messageHolds, messageText, plainParts } from './conversationModel.ts';
import type { PartSource } from './parts.tsx';
import { loadWholes, Part, PartSourceProvider, usePartSource } from './parts.tsx';

/** Of a long history the latest messages are drawn; the earlier ones on request. */
const latestShown = 30;
/** Searching begins with the second letter: one is everywhere. */
const leastQuery = 2;

export function ConversationTab({ details }: { details: SpanDetails }): JSX.Element {
  const [query, setQuery] = useState('');
  const list = useRef<HTMLDivElement | null>(null);
  const { system, input, output } = useMemo(
    () => foldToolResults(details.conversation),
    [details.conversation],
  );
  const searched = query.trim().length >= leastQuery ? query.trim() : '';
  const source = usePartTexts(details, searched !== '');
  const found = useMemo(() => {
    const all = [...system, ...input, ...output];
    return new Set(
      searched === '' ? [] : all.filter((message) => messageHolds(message, searched, source.whole)),
    );
  }, [system, input, output, searched, source]);
  if (system.length + input.length + output.length === 0 && details.documents.length === 0)
    return <NoMessages />;
  const bubble = (message: ShownMessage, index: number, isAnswer = false): JSX.Element => (
    <UnfoldedContext.Provider key={index} value={found.has(message)}>
      {system.includes(message) ? (
        <Folded message={message} />
      ) : (
        <Bubble message={message} isAnswer={isAnswer} />
      )}
    </UnfoldedContext.Provider>
  );
  return (
    <PartSourceProvider value={source}>
      <FindBar label="Find in the conversation" query={query} onQuery={setQuery} within={list} />
      <div class="conversation" ref={list}>
        {system.map((message, index) => bubble(message, index))}
        <History messages={input} isWhole={searched !== ''} draw={bubble} />
        {output.length > 0 ? (
          <Divider text={output.length > 1 ? `Answers (${output.length})` : 'Answer'} />
        ) : null}
        {output.map((message, index) => bubble(message, index, true))}
        <Documents details={details} />
      </div>
    </PartSourceProvider>
  );
}

const none: readonly CutText[] = [];

/** What is cut of the conversation, loaded when it is searched. */
function usePartTexts(details: SpanDetails, isWanted: boolean): PartSource {
  const { text: load } = useDetailsActions();
  const { conversation, cutTexts, row } = details;
  const [wholes, setWholes] = useState<ReadonlyMap<MessagePart, string>>(new Map());
  const places = useMemo(() => {
    const found = new Map<MessagePart, PartPlace>();
    for (const section of ['system', 'input', 'output'] as const) {
      for (const [message, { parts }] of conversation[section].entries())
        for (const [part, item] of parts.entries()) found.set(item, { section, message, part });
    }
    return found;
  }, [conversation]);
  const lengths = useMemo(() => {
    const found = new Map<MessagePart, number>();
    for (const { section, message, part, length } of cutTexts ?? none) {
      const item = conversation[section][message]?.parts[part];
      if (item) found.set(item, length);
    }
    return found;
  }, [conversation, cutTexts]);
  const source: PartSource = useMemo(
    () => ({
      target: { traceId: row.traceId, spanId: row.spanId },
      placeOf: (part) => places.get(part),
      fullLengthOf: (part) => lengths.get(part),
      whole: (part) => wholes.get(part),
    }),
    [row.traceId, row.spanId, places, lengths, wholes],
  );
  useEffect(() => setWholes(new Map()), [conversation]);
  useEffect(() => {
    if (!isWanted || lengths.size === 0) return undefined;
    let isCurrent = true;
    const loadAll = async (): Promise<void> => {
      const loaded = await loadWholes([...lengths.keys()], source, load);
      if (isCurrent) setWholes(loaded);
    };
    loadAll().catch(() => undefined);
    return () => void (isCurrent = false);
  }, [isWanted, lengths, places]);
  return source;
}

function NoMessages(): JSX.Element {
  return (
    <p class="empty">
      <Icon name="comment" /> This span carries no messages. Most instrumentations leave them out unless
      asked, for example with
      <code>OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT</code>; “LLM Traces: Copy Environment” includes
      it.
    </p>
  );
}

interface HistoryProps {
  readonly messages: readonly ShownMessage[];
  readonly isWhole: boolean;
  readonly draw: (message: ShownMessage, index: number) => JSX.Element;
}

function History({ messages, isWhole, draw }: HistoryProps): JSX.Element {
  const [isAsked, setAsked] = useState(false);
  const hidden = isWhole || isAsked ? 0 : Math.max(0, messages.length - latestShown);
  return (
    <>
      {hidden > 0 ? (
        <button type="button" class="secondary" onClick={() => setAsked(true)}>
          Show {formatCount(hidden)} earlier {hidden === 1 ? 'message' : 'messages'}
        </button>
      ) : null}
      {messages.slice(hidden).map((message, index) => draw(message, hidden + index))}
    </>
  );
}

const roleIcons = new Map([
  ['system', 'gear'],
  ['developer', 'gear'],
  ['user', 'account'],
  ['assistant', 'sparkle'],
  ['tool', 'tools'],
]);

function roleClass(role: string): string {
  return roleIcons.has(role) ? role : 'other';
}

function Bubble({ message, isAnswer }: { message: ShownMessage; isAnswer: boolean }): JSX.Element {
  const [isRaw, setRaw] = useState(false);
  return (
    <article class={`bubble role-${roleClass(message.role)} ${isAnswer ? 'answer' : ''}`}>
      <header>
        <RoleName message={message} />
        <MessageTools message={message} isRaw={isRaw} onRaw={setRaw} />
      </header>
      {message.parts.map((part, index) => (
        <Part key={index} part={part} isRaw={isRaw} />
      ))}
    </article>
  );
}

/** Instructions are long and seldom what one looks for: folded, with their beginning on show. */
function Folded({ message }: { message: ShownMessage }): JSX.Element {
  const isUnfolded = useContext(UnfoldedContext);
  const [isRaw, setRaw] = useState(false);
  const text = messageText(message);
  const isShort = text.length < 300;
  return (
    <details class={`bubble role-${roleClass(message.role)}`} open={isShort || isUnfolded}>
      <summary>
        <RoleName message={message} />
        <span class="muted preview">{isShort ? '' : visibleLabel(text, 140)}</span>
        <MessageTools message={message} isRaw={isRaw} onRaw={setRaw} />
      </summary>
      {message.parts.map((part, index) => (
        <Part key={index} part={part} isRaw={isRaw} />
      ))}
    </details>
  );
}

interface MessageToolsProps {
  readonly message: ShownMessage;
  readonly isRaw: boolean;
  readonly onRaw: (isRaw: boolean) => void;
}

function MessageTools({ message, isRaw, onRaw }: MessageToolsProps): JSX.Element {
  const source = usePartSource();
  const { text: load } = useDetailsActions();
  const isCut = plainParts(message).some((part) => source.fullLengthOf(part) !== undefined);
  const whole = async (): Promise<string> => {
    const loaded = await loadWholes(plainParts(message), source, load);
    return messageText(message, (part) => loaded.get(part));
  };
  const label = isRaw ? 'Show formatted' : 'Show as plain text';
  return (
    <span class="message-tools">
      <button
        type="button"
        class="icon-button"
        title={label}
        aria-label={label}
        aria-pressed={isRaw}
        onClick={(event) => {
          event.preventDefault();
          onRaw(!isRaw);
        }}
      >
        <Icon name={isRaw ? 'preview' : 'code'} />
      </button>
      <CopyButton text={isCut ? whole : messageText(message)} what="message" />
    </span>
  );
}

function RoleName({ message }: { message: ShownMessage }): JSX.Element {
  return (
    <span class="role">
      <Icon name={roleIcons.get(message.role) ?? 'comment'} />
      <span class="role-name">{visibleLabel(message.role, 40)}</span>
      {message.name === undefined ? null : <span class="muted">{visibleLabel(message.name, 80)}</span>}
      {message.finishReason === undefined || message.finishReason === 'stop' ? null : (
        <span class="pill">{visibleLabel(message.finishReason, 40).replaceAll('_', ' ')}</span>
      )}
    </span>
  );
}

function Documents({ details }: { details: SpanDetails }): JSX.Element | null {
  if (details.documents.length === 0) return null;
  return (
    <section>
      <Divider text={plural(details.documents.length, 'document')} />
      {details.documents.map((document, index) => (
        <article key={index} class="bubble role-tool">
          <header>
            <span class="role">
              <Icon name="file" /> {visibleLabel(document.id ?? `Document ${index + 1}`, 200)}
              {document.score === undefined ? null : (
                <span class="pill">score {document.score.toPrecision(4)}</span>
              )}
            </span>
          </header>
          {document.content === undefined ? null : <LongText text={document.content} />}
        </article>
      ))}
    </section>
  );
}

function Divider({ text }: { text: string }): JSX.Element {
  return (
    <h2 class="divider">
      <span>{text}</span>
    </h2>
  );
}
