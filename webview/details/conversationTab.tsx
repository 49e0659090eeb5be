import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { MessagePart } from '../../src/model/message.ts';
import type { SpanDetails } from '../../src/protocol/details.ts';
import { formatBytes, formatCount, plural } from '../../src/protocol/format.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { Icon } from '../kit/icon.tsx';
import { LongText } from '../kit/longText.tsx';
import { MediaChip } from '../kit/markdownView.tsx';
import type { ShownMessage, ShownPart } from './conversationModel.ts';
import { foldToolResults } from './conversationModel.ts';

/** Of a long history the latest messages are drawn; the earlier ones on request. */
const latestShown = 30;

export function ConversationTab({ details }: { details: SpanDetails }): JSX.Element {
  const { system, input, output } = useMemo(
    () => foldToolResults(details.conversation),
    [details.conversation],
  );
  if (system.length + input.length + output.length === 0 && details.documents.length === 0)
    return <NoMessages />;
  return (
    <div class="conversation">
      {system.map((message, index) => (
        <Folded key={index} message={message} />
      ))}
      <History messages={input} />
      {output.length > 0 ? (
        <Divider text={output.length > 1 ? `Answers (${output.length})` : 'Answer'} />
      ) : null}
      {output.map((message, index) => (
        <Bubble key={index} message={message} isAnswer />
      ))}
      <Documents details={details} />
    </div>
  );
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

function History({ messages }: { messages: readonly ShownMessage[] }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(0, messages.length - latestShown);
  return (
    <>
      {hidden > 0 ? (
        <button type="button" class="secondary" onClick={() => setWhole(true)}>
          Show {formatCount(hidden)} earlier {hidden === 1 ? 'message' : 'messages'}
        </button>
      ) : null}
      {messages.slice(hidden).map((message, index) => (
        <Bubble key={hidden + index} message={message} />
      ))}
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

function Bubble({ message, isAnswer = false }: { message: ShownMessage; isAnswer?: boolean }): JSX.Element {
  return (
    <article class={`bubble role-${roleClass(message.role)} ${isAnswer ? 'answer' : ''}`}>
      <header>
        <RoleName message={message} />
        <CopyButton text={textOf(message.parts)} what="message" />
      </header>
      {message.parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </article>
  );
}

/** Instructions are long and seldom what one looks for: folded, with their beginning on show. */
function Folded({ message }: { message: ShownMessage }): JSX.Element {
  const text = textOf(message.parts);
  const isShort = text.length < 300;
  return (
    <details class={`bubble role-${roleClass(message.role)}`} open={isShort}>
      <summary>
        <RoleName message={message} />
        <span class="muted preview">{isShort ? '' : visibleLabel(text, 140)}</span>
        <CopyButton text={text} what="message" />
      </summary>
      {message.parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </details>
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

function Part({ part }: { part: ShownPart }): JSX.Element {
  switch (part.type) {
    case 'text':
      return <LongText text={part.text} />;
    case 'refusal':
      return (
        <div class="refusal">
          <strong>
            <Icon name="circle-slash" /> Refusal
          </strong>
          <LongText text={part.text} />
        </div>
      );
    case 'reasoning':
      return (
        <details class="folded">
          <summary>
            <Icon name="lightbulb" /> Reasoning{' '}
            <span class="muted">{plural(part.text.length, 'character')}</span>
          </summary>
          <LongText text={part.text} />
        </details>
      );
    case 'call':
      return <ToolCall part={part} />;
    case 'tool_result':
      return <ToolResult part={part} />;
    case 'media':
      return <Media part={part} />;
    case 'raw':
      return <LongText text={part.text} format="plain" />;
  }
}

function ToolCall({ part: { call, result } }: { part: Extract<ShownPart, { type: 'call' }> }): JSX.Element {
  return (
    <section class="tool-call" aria-label={`Tool call ${visibleLabel(call.name, 80)}`}>
      <header>
        <Icon name="tools" />
        <code>{visibleLabel(call.name, 120)}</code>
        {call.id === undefined ? null : <span class="muted">{visibleLabel(call.id, 60)}</span>}
        <CopyButton text={call.arguments} what="arguments" />
      </header>
      {call.arguments === '' || call.arguments === '{}' ? null : (
        <LongText text={call.arguments} format="plain" />
      )}
      {result ? <ToolResult part={result} /> : null}
    </section>
  );
}

function ToolResult({ part }: { part: Extract<MessagePart, { type: 'tool_result' }> }): JSX.Element {
  return (
    <details class={`tool-result ${part.isError ? 'failed' : ''}`} open={part.result.length < 600}>
      <summary>
        <Icon name={part.isError ? 'error' : 'reply'} /> {part.isError ? 'Failed' : 'Result'}
        {part.name === undefined ? null : <code>{visibleLabel(part.name, 80)}</code>}
        <span class="muted preview">{part.result.length < 600 ? '' : visibleLabel(part.result, 100)}</span>
        <CopyButton text={part.result} what="result" />
      </summary>
      <LongText text={part.result} format="plain" />
    </details>
  );
}

const mediaIcons = {
  image: 'file-media',
  audio: 'unmute',
  video: 'device-camera-video',
  file: 'file',
} as const;

function Media({ part }: { part: Extract<MessagePart, { type: 'media' }> }): JSX.Element {
  const size = part.inlineBytes === undefined ? '' : `, ${formatBytes(part.inlineBytes)} inline`;
  const label = `${part.modality}${part.mimeType === undefined ? '' : ` ${part.mimeType}`}${size}`;
  return <MediaChip icon={mediaIcons[part.modality]} label={label} detail={part.uri} />;
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

function textOf(parts: readonly ShownPart[]): string {
  return parts
    .map((part) => {
      if (part.type === 'call')
        return `${part.call.name}(${part.call.arguments})${part.result ? `\n→ ${part.result.result}` : ''}`;
      if (part.type === 'tool_result') return part.result;
      if (part.type === 'media') return `[${part.modality}${part.uri === undefined ? '' : ` ${part.uri}`}]`;
      return part.text;
    })
    .join('\n\n');
}
