import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type {
  AttributePlace,
  CostEstimate,
  InlineImage,
  PartPlace,
  RawSpanText,
  SpanExplanation,
} from '../../src/protocol/details.ts';
import type { ReplayAnswer, ReplayDraft, ReplayOptions, ReplayRequest } from '../../src/protocol/replay.ts';
import type { CopyKind, DetailsTarget } from '../../src/protocol/webview.ts';

/** What the parts of the details page can ask for. */
export interface DetailsActions {
  readonly show: (target: DetailsTarget) => void;
  readonly reveal: (target: DetailsTarget) => void;
  /** The line that made the span, where it is now. */
  readonly goToSource: (target: DetailsTarget) => void;
  readonly openSource: (file: string, line: number, column?: number) => void;
  readonly setPrice: (model: string, provider: string | undefined) => void;
  readonly explain: (target: DetailsTarget) => Promise<SpanExplanation | null>;
  readonly estimate: (target: DetailsTarget) => Promise<CostEstimate | null>;
  readonly text: (target: DetailsTarget, place: PartPlace) => Promise<string | undefined>;
  readonly value: (target: DetailsTarget, place: AttributePlace) => Promise<string | undefined>;
  readonly image: (target: DetailsTarget, place: PartPlace) => Promise<InlineImage | undefined>;
  readonly raw: (target: DetailsTarget) => Promise<RawSpanText | null>;
  readonly openRaw: (target: DetailsTarget) => void;
  readonly copyAs: (target: DetailsTarget, as: CopyKind) => void;
  readonly compare: (target: DetailsTarget, what: 'run' | 'call') => void;
  readonly selectTab: (tab: string) => void;
  readonly replay: ReplayActions;
}

export interface ReplayActions {
  readonly options: () => Promise<ReplayOptions>;
  readonly request: (target: DetailsTarget) => Promise<ReplayRequest | null>;
  readonly send: (
    draft: ReplayDraft,
    signal: AbortSignal,
    onProgress: (text: string, reasoning: string) => void,
  ) => Promise<ReplayAnswer>;
  readonly configure: () => void;
  readonly setKey: (to: string) => Promise<unknown>;
}

const context = createContext<DetailsActions | undefined>(undefined);
export const DetailsActionsProvider = context.Provider;

export function useDetailsActions(): DetailsActions {
  const actions = useContext(context);
  if (!actions) throw new Error('There is no DetailsActionsProvider above');
  return actions;
}
