import type { ComponentChildren, JSX } from 'preact';
import { createElement } from 'preact';
import { markInvisible } from '../../src/base/visibleText.ts';
import { usePageActions } from './actions.ts';
import { CopyButton } from './copyButton.tsx';
import { highlight } from './highlight.ts';
import { Icon } from './icon.tsx';
import type { MarkdownNode, MarkdownTag } from './markdownTree.ts';

/** Headings of a message rank below those of the page. */
const headings = new Map<MarkdownTag, string>([
  ['h1', 'h4'],
  ['h2', 'h5'],
  ['h3', 'h6'],
  ['h4', 'h6'],
  ['h5', 'h6'],
]);

export function MarkdownView({ nodes }: { nodes: readonly MarkdownNode[] }): JSX.Element {
  return (
    <div class="markdown" dir="auto">
      {nodes.map(draw)}
    </div>
  );
}

function draw(node: MarkdownNode, index: number): ComponentChildren {
  switch (node.type) {
    case 'text':
      return markInvisible(node.text);
    case 'code':
      return node.inline ? (
        <code key={index}>{markInvisible(node.text)}</code>
      ) : (
        <CodeBlock key={index} text={node.text} language={node.language} />
      );
    case 'image':
      return <MediaChip key={index} icon="file-media" label={node.text || 'image'} detail={node.src} />;
    case 'link':
      return (
        <LinkText key={index} href={node.href}>
          {node.children.map(draw)}
        </LinkText>
      );
    case 'element': {
      const tag = headings.get(node.tag) ?? node.tag;
      if (tag === 'br' || tag === 'hr') return createElement(tag, { key: index });
      return createElement(tag, { key: index }, ...node.children.map(draw));
    }
  }
}

export function CodeBlock({ text, language = '' }: { text: string; language?: string }): JSX.Element {
  return (
    <div class="code-block">
      <div class="code-tools">
        {language === '' ? null : <span class="muted">{markInvisible(language.slice(0, 40))}</span>}
        <CopyButton text={text} what="code" />
      </div>
      <pre tabIndex={0}>
        <code>
          {highlight(text, language).map(({ kind, text: piece }, index) =>
            kind === 'plain' ? (
              markInvisible(piece)
            ) : (
              <span key={index} class={`token-${kind}`}>
                {markInvisible(piece)}
              </span>
            ),
          )}
        </code>
      </pre>
    </div>
  );
}

/** A link of a message: the host asks before it opens, and opens web pages only; any other address is mere text. */
function LinkText({ href, children }: { href: string; children: ComponentChildren }): JSX.Element {
  const { openLink } = usePageActions();
  if (!isWebAddress(href)) {
    return (
      <span>
        {children} <span class="muted">({markInvisible(href.slice(0, 200))})</span>
      </span>
    );
  }
  return (
    <button type="button" class="link" title={markInvisible(href)} onClick={() => openLink(href)}>
      {children}
    </button>
  );
}

function isWebAddress(href: string): boolean {
  return /^https?:\/\//i.test(href);
}

/** Something that is told of and not loaded. */
export function MediaChip({
  icon,
  label,
  detail,
}: {
  icon: string;
  label: string;
  detail?: string | undefined;
}): JSX.Element {
  const { openLink } = usePageActions();
  const shown =
    detail === undefined ? '' : markInvisible(detail.length > 120 ? `${detail.slice(0, 120)}…` : detail);
  return (
    <span class="chip" title="Not loaded: only the reference is shown">
      <Icon name={icon} />
      <span>{markInvisible(label.slice(0, 200))}</span>
      {shown === '' ? null : <span class="muted">{shown}</span>}
      {detail !== undefined && isWebAddress(detail) ? (
        <button type="button" class="link" onClick={() => openLink(detail)}>
          Open in browser…
        </button>
      ) : null}
    </span>
  );
}
