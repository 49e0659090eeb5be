import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { usePageActions } from './actions.ts';
import { Icon } from './icon.tsx';

const confirmationMs = 1500;

interface CopyButtonProps {
  /** What is copied, or where it comes from when it is not all here. */
  readonly text: string | (() => Promise<string>);
  /** Names it, for the tooltip and for a screen reader. */
  readonly what: string;
}

/** Copies a text. */
export function CopyButton({ text, what }: CopyButtonProps): JSX.Element {
  const { copy, announce } = usePageActions();
  const [copied, setCopied] = useState(false);
  const onClick = async (event: Event): Promise<void> => {
    // Within a summary, a click would fold.
    event.preventDefault();
    await copy(typeof text === 'string' ? text : await text());
    announce(`Copied ${what}`);
    setCopied(true);
    setTimeout(() => setCopied(false), confirmationMs);
  };
  const label = `Copy ${what}`;
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      onClick={(event) => void onClick(event)}
    >
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  );
}
