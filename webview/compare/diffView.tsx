import type { JSX } from 'preact';
import { markInvisible } from '../../src/base/visibleText.ts';
import type { DiffPart } from '../../src/protocol/compare.ts';
import { formatCount } from '../../src/protocol/format.ts';

const what = { same: 'the same', removed: 'removed', added: 'added' } as const;

/** A text with what was removed and added; said in words, too, for those who see no colours. */
export function DiffView({ parts }: { parts: readonly DiffPart[] }): JSX.Element {
  return (
    <div class="diff plain" dir="auto">
      {parts.map((part, index) => {
        switch (part.kind) {
          case 'same':
            return <span key={index}>{markInvisible(part.text)}</span>;
          case 'removed':
            return <del key={index}>{markInvisible(part.text)}</del>;
          case 'added':
            return <ins key={index}>{markInvisible(part.text)}</ins>;
          case 'skipped':
            return (
              <span key={index} class="skipped">
                … {formatCount(part.characters)} characters {what[part.of]} …
              </span>
            );
        }
      })}
    </div>
  );
}
