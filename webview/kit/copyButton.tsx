import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { usePageActions } from './actions.ts';
import { Icon } from './icon.tsx';

const confirmationMs = 1500;

/** Copies a text; `what` names it, for the tooltip and for a screen reader. */
export function CopyButton({ text, what }: { text: string; what: string }): JSX.Element {
  const { copy, announce } = usePageActions();
  const [copied, setCopied] = useState(false);
  const onClick = async (): Promise<void> => {
    await copy(text);
    announce(`Copied ${what}`);
    setCopied(true);
    setTimeout(() => setCopied(false), confirmationMs);
  };
  const label = `Copy ${what}`;
  return (
    <button type="button" class="icon-button" title={label} aria-label={label} onClick={() => void onClick()}>
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  );
}
