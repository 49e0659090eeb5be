import type { JSX } from 'preact';

/** A codicon, for the eye only: what it means is said in words beside it. */
export function Icon({ name, class: extra = '' }: { name: string; class?: string }): JSX.Element {
  return <span class={`codicon codicon-${name} ${extra}`} aria-hidden="true" />;
}
