import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** What shared components ask of the page they are on. */
export interface PageActions {
  readonly copy: (text: string) => Promise<unknown>;
  readonly openLink: (url: string) => void;
  /** Says something to a screen reader. */
  readonly announce: (text: string) => void;
}

const context = createContext<PageActions | undefined>(undefined);
export const PageActionsProvider = context.Provider;

export function usePageActions(): PageActions {
  const actions = useContext(context);
  if (!actions) throw new Error('There is no PageActionsProvider above');
  return actions;
}
