import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RawSpanText, SpanDetails } from '../../src/protocol/details.ts';
import { formatBytes } from '../../src/protocol/format.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { jsonRoot } from '../kit/jsonTree.ts';
import { JsonView } from '../kit/jsonView.tsx';
import { PlainText } from '../kit/longText.tsx';
import { useDetailsActions } from './actions.ts';

/** The span as it was received: resource, scope and span, as OTLP JSON from the journal's own bytes. */
export function RawTab({ details }: { details: SpanDetails }): JSX.Element {
  const { raw, openRaw } = useDetailsActions();
  const { traceId, spanId } = details.row;
  const [state, setState] = useState<RawSpanText | string | undefined>();
  useEffect(() => {
    let isCurrent = true;
    raw({ traceId, spanId }).then(
      (text) => isCurrent && setState(text ?? 'The span is not in the store any more.'),
      (error: unknown) => isCurrent && setState(error instanceof Error ? error.message : String(error)),
    );
    return () => void (isCurrent = false);
  }, [details]);
  if (state === undefined) return <p class="muted">Reading the span again…</p>;
  if (typeof state === 'string') return <p class="note">{visibleLabel(state, 400)}</p>;
  return (
    <div class="sections">
      <p class="muted">
        As it was received, {formatBytes(state.bytes)} of protobuf; 64-bit integers are text, bytes base64.{' '}
        <button type="button" class="link" onClick={() => openRaw({ traceId, spanId })}>
          Open in an editor
        </button>
      </p>
      <Otlp title="Span" text={state.spans} />
      <Otlp title="Log records" text={state.logs} />
    </div>
  );
}

/** Down to the span's own members. */
const levels = 8;

function Otlp({ title, text }: { title: string; text: string }): JSX.Element | null {
  const root = useMemo(() => jsonRoot(text), [text]);
  if (text === '') return null;
  return (
    <section>
      <h2>
        {title} <CopyButton text={text} what={`${title.toLowerCase()} as OTLP JSON`} />
      </h2>
      {root ? <JsonView text={text} root={root} openLevels={levels} /> : <PlainText text={text} isCode />}
    </section>
  );
}
