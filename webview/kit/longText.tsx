import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatCount } from '../../src/protocol/format.ts';
import { markInvisible } from '../../src/base/visibleText.ts';
import { splitChunks } from './chunks.ts';
import { markdownTree } from './markdownTree.ts';
import { MarkdownView } from './markdownView.tsx';
import { prettyJson } from './prettyJson.ts';

/** Up to this length Markdown is read and JSON indented; more is plain text. */
const longestFormatted = 60_000;
const standardPreview = 8000;
const chunkSize = 40_000;
/** Chunks drawn at once, a frame apart, so that a text of megabytes never blocks the page. */
const chunksAFrame = 4;

interface LongTextProps {
  readonly text: string;
  /** `auto`: JSON is indented, the rest read as Markdown. `plain`: as it is, in a fixed-width font. */
  readonly format?: 'auto' | 'plain';
  /** About how many characters are shown before the rest is asked for. */
  readonly preview?: number;
}

/** A received text of any length, as text. */
export function LongText({ text, format = 'auto', preview = standardPreview }: LongTextProps): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  useEffect(() => setWhole(false), [text]);
  const isLong = text.length > preview * 1.5;
  const shown = isLong && !isWhole ? (splitChunks(text.slice(0, preview * 2), preview)[0] ?? '') : text;
  return (
    <div class="long-text">
      <Formatted text={shown} format={format} isCut={shown.length < text.length} />
      {shown.length < text.length ? (
        <button type="button" class="secondary" onClick={() => setWhole(true)}>
          Show all {formatCount(text.length)} characters
        </button>
      ) : null}
    </div>
  );
}

function Formatted({
  text,
  format,
  isCut,
}: {
  text: string;
  format: 'auto' | 'plain';
  isCut: boolean;
}): JSX.Element {
  const json = useMemo(
    () => (text.length <= longestFormatted && !isCut ? prettyJson(text) : undefined),
    [text, isCut],
  );
  const nodes = useMemo(
    () =>
      format === 'auto' && json === undefined && text.length <= longestFormatted
        ? markdownTree(text)
        : undefined,
    [text, format, json],
  );
  if (json !== undefined) return <PlainText text={json} isCode />;
  return nodes ? <MarkdownView nodes={nodes} /> : <PlainText text={text} isCode={format === 'plain'} />;
}

function PlainText({ text, isCode }: { text: string; isCode: boolean }): JSX.Element {
  const chunks = useMemo(() => splitChunks(text, chunkSize), [text]);
  const [drawn, setDrawn] = useState(chunksAFrame);
  useEffect(() => setDrawn(chunksAFrame), [chunks]);
  useEffect(() => {
    if (drawn >= chunks.length) return undefined;
    const frame = requestAnimationFrame(() => setDrawn(drawn + chunksAFrame));
    return () => cancelAnimationFrame(frame);
  }, [drawn, chunks]);
  return (
    <div class={isCode ? 'plain code' : 'plain'} dir="auto">
      {chunks.slice(0, drawn).map((chunk, index) => (
        <div key={index} class="chunk">
          {markInvisible(chunk)}
        </div>
      ))}
    </div>
  );
}
