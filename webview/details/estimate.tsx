import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SpanDetails } from '../../src/protocol/details.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { isCostEstimate } from '../../src/protocol/webview.ts';
import { Icon } from '../kit/icon.tsx';
import { useDetailsActions } from './actions.ts';
import { estimateText } from './estimateText.ts';

type Said = { readonly head: string; readonly how: string };

/** A rough guess at the cost, made when the user asks for it; it is shown here and nowhere else. */
export function Estimate({ details }: { details: SpanDetails }): JSX.Element {
  const { estimate } = useDetailsActions();
  const [said, setSaid] = useState<Said | undefined>(undefined);
  const [isAsking, setAsking] = useState(false);
  const ask = (): void => {
    setAsking(true);
    const { traceId, spanId } = details.row;
    estimate({ traceId, spanId })
      .then(
        (answer) =>
          setSaid(
            isCostEstimate(answer)
              ? estimateText(answer)
              : { head: 'No estimate', how: 'the span does not hold all texts of the call' },
          ),
        (error: unknown) =>
          setSaid({ head: 'No estimate', how: error instanceof Error ? error.message : String(error) }),
      )
      .finally(() => setAsking(false));
  };
  return (
    <div role="status" class="estimate">
      {said ? (
        <p class="note">
          <Icon name="info" /> <strong>{said.head}</strong>{' '}
          <span class="muted">{visibleLabel(said.how, 400)}; not in any sum</span>
        </p>
      ) : (
        <p>
          <button type="button" class="secondary" disabled={isAsking} onClick={ask}>
            Estimate from text length
          </button>
        </p>
      )}
    </div>
  );
}
