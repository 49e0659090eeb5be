import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { markInvisible } from '../../src/base/visibleText.ts';
import { formatCount } from '../../src/protocol/format.ts';
import type { JsonNode } from './jsonTree.ts';
import { childrenOf, previewOf } from './jsonTree.ts';

const shownAtOnce = 100;
const shownOfString = 1_000;
/** A value of so few characters is unfolded from the start, as are the first levels. */
const smallValue = 1_500;
/** A search unfolds no deeper: what nests without end is unfolded by hand. */
const deepest = 40;

interface JsonViewProps {
  readonly text: string;
  readonly root: JsonNode;
  readonly isUnfolded?: boolean;
  /** Levels that are unfolded from the start. */
  readonly openLevels?: number;
}

/** A JSON text as a tree that folds; what is folded is not read. */
export function JsonView({ text, root, isUnfolded = false, openLevels = 1 }: JsonViewProps): JSX.Element {
  return (
    <div class="json code" dir="ltr">
      <Node text={text} node={root} depth={0} isUnfolded={isUnfolded} openLevels={openLevels} />
    </div>
  );
}

interface NodeProps {
  readonly text: string;
  readonly node: JsonNode;
  readonly depth: number;
  readonly isUnfolded: boolean;
  readonly openLevels: number;
}

function Node({ text, node, depth, isUnfolded, openLevels }: NodeProps): JSX.Element {
  const isFolder = node.kind === 'object' || node.kind === 'array';
  const isSmall = node.end - node.start <= smallValue;
  const [chosen, setChosen] = useState<boolean | undefined>();
  const isOpen = chosen ?? ((isUnfolded && depth < deepest) || depth < openLevels || (isSmall && depth < 6));
  if (!isFolder)
    return (
      <div class="json-row">
        <Key node={node} />
        <Leaf text={text.slice(node.start, node.end)} kind={node.kind} />
      </div>
    );
  const [open, close] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
  return (
    <div class="json-folder">
      <button
        type="button"
        class="json-row json-toggle"
        aria-expanded={isOpen}
        onClick={() => setChosen(!isOpen)}
      >
        <Key node={node} />
        {isOpen ? <span>{open}</span> : <span class="muted">{markInvisible(previewOf(text, node))}</span>}
      </button>
      {isOpen ? (
        <>
          <Children
            text={text}
            node={node}
            depth={depth + 1}
            isUnfolded={isUnfolded}
            openLevels={openLevels}
          />
          <div class="json-row">{close}</div>
        </>
      ) : null}
    </div>
  );
}

function Children({ text, node, depth, isUnfolded, openLevels }: NodeProps): JSX.Element {
  const children = useMemo(() => childrenOf(text, node), [text, node]);
  const [shown, setShown] = useState(shownAtOnce);
  return (
    <div class="json-children">
      {children.slice(0, shown).map((child) => (
        <Node
          key={child.start}
          text={text}
          node={child}
          depth={depth}
          isUnfolded={isUnfolded}
          openLevels={openLevels}
        />
      ))}
      {shown < children.length ? (
        <button type="button" class="link" onClick={() => setShown(shown + 10 * shownAtOnce)}>
          {formatCount(children.length - shown)} more
        </button>
      ) : null}
    </div>
  );
}

function Key({ node }: { node: JsonNode }): JSX.Element | null {
  if (node.key === undefined) return null;
  return (
    <>
      <span class="token-key">{markInvisible(node.key.slice(0, shownOfString))}</span>
      <span class="muted">: </span>
    </>
  );
}

function Leaf({ text, kind }: { text: string; kind: JsonNode['kind'] }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > shownOfString * 1.2 && !isWhole;
  return (
    <span class={`token-${kind === 'word' ? 'keyword' : kind}`}>
      {markInvisible(isLong ? text.slice(0, shownOfString) : text)}
      {isLong ? (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          … {formatCount(text.length)} characters
        </button>
      ) : null}
    </span>
  );
}
