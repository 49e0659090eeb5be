import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { CostEstimate, SpanExplanation } from '../../src/protocol/details.ts';
import type { DetailsTarget } from '../../src/protocol/webview.ts';

/** What the parts of the details page can ask for. */
export interface DetailsActions {
  readonly show: (target: DetailsTarget) => void;
  readonly reveal: (target: DetailsTarget) => void;
  readonly openSource: (file: string, line: number, column?: number) => void;
  readonly setPrice: (model: string, provider: string | undefined) => void;
  readonly explain: (target: DetailsTarget) => Promise<SpanExplanation | null>;
  readonly estimate: (target: DetailsTarget) => Promise<CostEstimate | null>;
}

const context = createContext<DetailsActions | undefined>(undefined);
export const DetailsActionsProvider = context.Provider;

export function useDetailsActions(): DetailsActions {
  const actions = useContext(context);
  if (!actions) throw new Error('There is no DetailsActionsProvider above');
  return actions;
}
