import type { JSX } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { formatCount } from '../../src/protocol/format.ts';
import { markInvisible } from '../../src/base/visibleText.ts';
import { splitChunks } from './chunks.ts';
import { jsonRoot } from './jsonTree.ts';
import { JsonView } from './jsonView.tsx';
import { markdownTree } from './markdownTree.ts';
import { MarkdownView } from './markdownView.tsx';

/** Up to this length Markdown is read; more is plain text. */
const longestMarkdown = 60_000;
const longestJson = 4_000_000;
const standardPreview = 8000;
const chunkSize = 40_000;
/** Chunks drawn at once, a frame apart, so that a text of megabytes never blocks the page. */
const chunksAFrame = 4;

/** True where a search goes on: every text is shown whole, and nothing is folded. */
export const UnfoldedContext = createContext(false);

interface LongTextProps {
  readonly text: string;
  /** `auto`: JSON is a tree, the rest read as Markdown. `json`: JSON is a tree, the rest plain. `plain`: as it is. */
  readonly format?: 'auto' | 'json' | 'plain';
  /** About how many characters are shown before the rest is asked for. */
  readonly preview?: number;
  /** Of the whole, where `text` is its beginning only; `load` gives the rest. */
  readonly fullLength?: number | undefined;
  readonly load?: (() => Promise<string | undefined>) | undefined;
}

/** A received text of any length, as text. */
export function LongText({
  text,
  format = 'auto',
  preview = standardPreview,
  fullLength,
  load,
}: LongTextProps): JSX.Element {
  const isUnfolded = useContext(UnfoldedContext);
  const [whole, setWhole] = useState<string | undefined>();
  const [isLoading, setLoading] = useState(false);
  const isCut = fullLength !== undefined && fullLength > text.length;
  useEffect(() => setWhole(undefined), [text]);
  const known = whole ?? text;
  const json = useMemo(
    () =>
      format !== 'plain' && !(isCut && whole === undefined) && known.length <= longestJson
        ? jsonRoot(known)
        : undefined,
    [known, format, isCut, whole],
  );
  const showWhole = (): void => {
    if (!isCut || !load) return setWhole(text);
    setLoading(true);
    load()
      .then(
        (loaded) => setWhole(loaded ?? text),
        () => setWhole(text),
      )
      .finally(() => setLoading(false));
  };
  if (json) return <JsonView text={known} root={json} isUnfolded={isUnfolded} />;
  const isLong = known.length > preview * 1.5 || (isCut && whole === undefined);
  const isWhole = whole !== undefined || isUnfolded;
  const shown = isLong && !isWhole ? (splitChunks(known.slice(0, preview * 2), preview)[0] ?? '') : known;
  const all = isCut && whole === undefined ? fullLength : known.length;
  return (
    <div class="long-text">
      <Formatted text={shown} format={format} />
      {shown.length < all ? (
        <button type="button" class="secondary" disabled={isLoading} onClick={showWhole}>
          {isLoading ? 'Loading…' : `Show all ${formatCount(all)} characters`}
        </button>
      ) : null}
    </div>
  );
}

function Formatted({ text, format }: { text: string; format: 'auto' | 'json' | 'plain' }): JSX.Element {
  const nodes = useMemo(
    () => (format === 'auto' && text.length <= longestMarkdown ? markdownTree(text) : undefined),
    [text, format],
  );
  return nodes ? <MarkdownView nodes={nodes} /> : <PlainText text={text} isCode={format !== 'auto'} />;
}

/** Text as it is, drawn piece by piece; what is off the screen is not laid out. */
export function PlainText({ text, isCode }: { text: string; isCode: boolean }): JSX.Element {
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
