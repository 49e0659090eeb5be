import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';

/** Markdown as a small tree of known elements. Received text only ever becomes text, never markup. */
export type MarkdownNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string; readonly language: string; readonly inline: boolean }
  /** A link's address is shown and handed to the host; it is not followed here. */
  | { readonly type: 'link'; readonly href: string; readonly children: readonly MarkdownNode[] }
  /** An image is named, not loaded. */
  | { readonly type: 'image'; readonly src: string; readonly text: string }
  | { readonly type: 'element'; readonly tag: MarkdownTag; readonly children: readonly MarkdownNode[] };

const tags = [
  'p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'em', 'strong', 's',
  'table', 'thead', 'tbody', 'tr', 'th', 'td', 'hr', 'br',
] as const; // prettier-ignore
export type MarkdownTag = (typeof tags)[number];
const knownTags = new Map<string, MarkdownTag>(tags.map((tag) => [tag, tag]));

// Raw HTML stays text. Addresses are not guessed from words, and every link is kept, since none is followed.
const parser = new MarkdownIt('commonmark', { html: false, linkify: false, maxNesting: 30 }).enable([
  'table',
  'strikethrough',
]);
parser.validateLink = () => true;

interface Frame {
  readonly tag: MarkdownTag | 'link' | undefined;
  readonly href: string;
  readonly children: MarkdownNode[];
}

/** Reads Markdown; undefined when the parser gives up, for the text to be shown as it is. */
export function markdownTree(text: string): readonly MarkdownNode[] | undefined {
  try {
    return nest(parser.parse(text, {}));
  } catch {
    return undefined;
  }
}

function nest(tokens: readonly Token[]): MarkdownNode[] {
  const root: Frame = { tag: undefined, href: '', children: [] };
  const stack: Frame[] = [root];
  const top = (): Frame => stack.at(-1) ?? root;
  for (const token of tokens) {
    if (token.nesting === 1) {
      const tag = token.type === 'link_open' ? 'link' : knownTags.get(token.tag);
      stack.push({ tag: token.hidden ? undefined : tag, href: attribute(token, 'href'), children: [] });
    } else if (token.nesting === -1) {
      const frame = stack.length > 1 ? stack.pop() : undefined;
      if (frame) top().children.push(...close(frame));
    } else top().children.push(...leaf(token));
  }
  while (stack.length > 1) {
    const frame = stack.pop();
    if (frame) top().children.push(...close(frame));
  }
  return root.children;
}

function close({ tag, href, children }: Frame): readonly MarkdownNode[] {
  if (tag === undefined) return children;
  return [tag === 'link' ? { type: 'link', href, children } : { type: 'element', tag, children }];
}

function leaf(token: Token): readonly MarkdownNode[] {
  switch (token.type) {
    case 'inline':
      return nest(token.children ?? []);
    case 'code_inline':
      return [{ type: 'code', text: token.content, language: '', inline: true }];
    case 'fence':
    case 'code_block':
      return [
        {
          type: 'code',
          text: token.content,
          language: token.info.trim().split(/\s/)[0] ?? '',
          inline: false,
        },
      ];
    case 'image':
      return [{ type: 'image', src: attribute(token, 'src'), text: token.content }];
    case 'hardbreak':
    case 'softbreak':
      return [{ type: 'element', tag: 'br', children: [] }];
    case 'hr':
      return [{ type: 'element', tag: 'hr', children: [] }];
    default:
      return token.content === '' ? [] : [{ type: 'text', text: token.content }];
  }
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}
