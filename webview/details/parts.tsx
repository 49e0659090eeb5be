import type { JSX } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { MessagePart } from '../../src/model/message.ts';
import type { InlineImage, PartPlace } from '../../src/protocol/details.ts';
import { formatBytes, plural } from '../../src/protocol/format.ts';
import type { DetailsTarget } from '../../src/protocol/webview.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { Icon } from '../kit/icon.tsx';
import { LongText, UnfoldedContext } from '../kit/longText.tsx';
import { MediaChip } from '../kit/markdownView.tsx';
import type { DetailsActions } from './actions.ts';
import { useDetailsActions } from './actions.ts';
import type { ShownPart } from './conversationModel.ts';

/** Where parts stand, and what of them is cut, so that the rest can be asked for. */
export interface PartSource {
  readonly target: DetailsTarget;
  readonly placeOf: (part: MessagePart) => PartPlace | undefined;
  readonly fullLengthOf: (part: MessagePart) => number | undefined;
  /** The whole of a cut text, where it was asked for already. */
  readonly whole: (part: MessagePart) => string | undefined;
}

const context = createContext<PartSource | undefined>(undefined);
export const PartSourceProvider = context.Provider;

export function usePartSource(): PartSource {
  const source = useContext(context);
  if (!source) throw new Error('There is no PartSourceProvider above');
  return source;
}

/** Texts of parts that are cut here, loaded. */
export async function loadWholes(
  parts: readonly MessagePart[],
  { target, placeOf, fullLengthOf, whole }: PartSource,
  load: DetailsActions['text'],
): Promise<Map<MessagePart, string>> {
  const loaded = new Map<MessagePart, string>();
  for (const part of parts) {
    const place = placeOf(part);
    if (!place || fullLengthOf(part) === undefined) continue;
    const text = whole(part) ?? (await load(target, place));
    if (text !== undefined) loaded.set(part, text);
  }
  return loaded;
}

interface PartTextProps {
  readonly part: MessagePart;
  readonly text: string;
  readonly format?: 'auto' | 'json' | 'plain';
}

/** The text of a part, of which the rest is asked for when it is wanted. */
function PartText({ part, text, format = 'auto' }: PartTextProps): JSX.Element {
  const { target, placeOf, fullLengthOf, whole } = usePartSource();
  const { text: load } = useDetailsActions();
  const known = whole(part);
  if (known !== undefined) return <LongText text={known} format={format} />;
  const place = placeOf(part);
  return (
    <LongText
      text={text}
      format={format}
      fullLength={fullLengthOf(part)}
      load={place && (() => load(target, place))}
    />
  );
}

function CopyPart({ part, text, what }: { part: MessagePart; text: string; what: string }): JSX.Element {
  const source = usePartSource();
  const { text: load } = useDetailsActions();
  const isCut = source.fullLengthOf(part) !== undefined;
  const whole = async (): Promise<string> => (await loadWholes([part], source, load)).get(part) ?? text;
  return <CopyButton text={isCut ? whole : text} what={what} />;
}

/** A part of a message; `isRaw`: as the text it came as. */
export function Part({ part, isRaw }: { part: ShownPart; isRaw: boolean }): JSX.Element {
  const isUnfolded = useContext(UnfoldedContext);
  const plain = isRaw ? 'plain' : undefined;
  switch (part.type) {
    case 'text':
      return <PartText part={part} text={part.text} format={plain ?? 'auto'} />;
    case 'refusal':
      return (
        <div class="refusal">
          <strong>
            <Icon name="circle-slash" /> Refusal
          </strong>
          <PartText part={part} text={part.text} format={plain ?? 'auto'} />
        </div>
      );
    case 'reasoning':
      return (
        <details class="folded" open={isUnfolded}>
          <summary>
            <Icon name="lightbulb" /> Reasoning{' '}
            <span class="muted">{plural(part.text.length, 'character')}</span>
          </summary>
          <PartText part={part} text={part.text} format={plain ?? 'auto'} />
        </details>
      );
    case 'call':
      return <ToolCall part={part} isRaw={isRaw} />;
    case 'tool_result':
      return <ToolResult part={part} isRaw={isRaw} />;
    case 'media':
      return <Media part={part} />;
    case 'raw':
      return <PartText part={part} text={part.text} format={plain ?? 'json'} />;
  }
}

function ToolCall({
  part: { call, result },
  isRaw,
}: {
  part: Extract<ShownPart, { type: 'call' }>;
  isRaw: boolean;
}): JSX.Element {
  return (
    <section class="tool-call" aria-label={`Tool call ${visibleLabel(call.name, 80)}`}>
      <header>
        <Icon name="tools" />
        <code>{visibleLabel(call.name, 120)}</code>
        {call.id === undefined ? null : <span class="muted">{visibleLabel(call.id, 60)}</span>}
        <CopyPart part={call} text={call.arguments} what="arguments" />
      </header>
      {call.arguments === '' || call.arguments === '{}' ? null : (
        <PartText part={call} text={call.arguments} format={isRaw ? 'plain' : 'json'} />
      )}
      {result ? <ToolResult part={result} isRaw={isRaw} /> : null}
    </section>
  );
}

function ToolResult({
  part,
  isRaw,
}: {
  part: Extract<MessagePart, { type: 'tool_result' }>;
  isRaw: boolean;
}): JSX.Element {
  const isUnfolded = useContext(UnfoldedContext);
  const isShort = part.result.length < 600;
  return (
    <details class={`tool-result ${part.isError ? 'failed' : ''}`} open={isShort || isUnfolded}>
      <summary>
        <Icon name={part.isError ? 'error' : 'reply'} /> {part.isError ? 'Failed' : 'Result'}
        {part.name === undefined ? null : <code>{visibleLabel(part.name, 80)}</code>}
        <span class="muted preview">{isShort ? '' : visibleLabel(part.result, 100)}</span>
        <CopyPart part={part} text={part.result} what="result" />
      </summary>
      <PartText part={part} text={part.result} format={isRaw ? 'plain' : 'json'} />
    </details>
  );
}

const mediaIcons = {
  image: 'file-media',
  audio: 'unmute',
  video: 'device-camera-video',
  file: 'file',
} as const;

/** Larger pictures are shown when asked for. */
const shownUnasked = 1_500_000;

function Media({ part }: { part: Extract<MessagePart, { type: 'media' }> }): JSX.Element {
  const size = part.inlineBytes === undefined ? '' : `, ${formatBytes(part.inlineBytes)} inline`;
  const label = `${part.modality}${part.mimeType === undefined ? '' : ` ${part.mimeType}`}${size}`;
  const chip = <MediaChip icon={mediaIcons[part.modality]} label={label} detail={part.uri} />;
  if (part.modality !== 'image' || part.inlineBytes === undefined) return chip;
  return (
    <figure class="picture">
      <Picture part={part} />
      <figcaption>{chip}</figcaption>
    </figure>
  );
}

/** A picture that came inline: its own bytes, and never from an address. */
function Picture({ part }: { part: Extract<MessagePart, { type: 'media' }> }): JSX.Element | null {
  const { target, placeOf } = usePartSource();
  const { image } = useDetailsActions();
  const [isWanted, setWanted] = useState((part.inlineBytes ?? Infinity) <= shownUnasked);
  const [picture, setPicture] = useState<InlineImage | 'none' | undefined>();
  useEffect(() => {
    const place = placeOf(part);
    if (!isWanted || !place) return undefined;
    let isCurrent = true;
    image(target, place).then(
      (found) => isCurrent && setPicture(found ?? 'none'),
      () => isCurrent && setPicture('none'),
    );
    return () => void (isCurrent = false);
  }, [isWanted, target.traceId, target.spanId]);
  if (!isWanted)
    return (
      <button type="button" class="secondary" onClick={() => setWanted(true)}>
        Show picture
      </button>
    );
  if (picture === undefined) return <span class="muted">Loading the picture…</span>;
  if (picture === 'none')
    return <span class="muted">Not shown: too large, or no picture that is known.</span>;
  return <img src={`data:${picture.mimeType};base64,${picture.data}`} alt="Picture of the message" />;
}
