import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SpanDetails, SpanExplanation } from '../../src/protocol/details.ts';
import { markInvisible, visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import type { Fact } from '../kit/factTable.tsx';
import { FactTable } from '../kit/factTable.tsx';
import { Icon } from '../kit/icon.tsx';
import { LongText } from '../kit/longText.tsx';
import { useDetailsActions } from './actions.ts';
import { stackLines } from './stackFrames.ts';

export function ErrorTab({ details }: { details: SpanDetails }): JSX.Element {
  const { error, row } = details;
  const message = error?.message ?? row.statusMessage;
  const facts: Fact[] = [
    ...(error?.type === undefined
      ? []
      : [{ name: 'Type', value: <code>{visibleLabel(error.type, 200)}</code> }]),
    ...(error?.httpStatus === undefined ? [] : [{ name: 'HTTP status', value: String(error.httpStatus) }]),
    ...(details.rateLimited ? [{ name: 'Rate limited', value: 'yes' }] : []),
  ];
  return (
    <div class="sections">
      <section class="error-message">
        {message === '' ? (
          <p class="muted">The error has no message.</p>
        ) : (
          <LongText text={message} format="plain" />
        )}
      </section>
      {facts.length > 0 ? <FactTable facts={facts} label="Error" /> : null}
      {error?.stack === undefined ? null : <Stack stack={error.stack} />}
    </div>
  );
}

function Stack({ stack }: { stack: string }): JSX.Element {
  const { openSource } = useDetailsActions();
  return (
    <section>
      <h2>
        Stack <CopyButton text={stack} what="stack" />
      </h2>
      <pre class="stack" tabIndex={0}>
        {stackLines(stack).map(({ before, place, after }, index) => (
          <div key={index}>
            {markInvisible(before)}
            {place ? (
              <button
                type="button"
                class="link"
                onClick={() => openSource(place.file, place.line, place.column)}
              >
                {markInvisible(place.text)}
              </button>
            ) : null}
            {markInvisible(after)}
          </div>
        ))}
      </pre>
    </section>
  );
}

export function ToolTab({ details }: { details: SpanDetails }): JSX.Element | null {
  const { tool } = details;
  if (!tool) return null;
  const facts: Fact[] = [
    { name: 'Name', value: <code>{visibleLabel(tool.name, 200)}</code> },
    ...(tool.type === undefined ? [] : [{ name: 'Type', value: visibleLabel(tool.type, 100) }]),
    ...(tool.callId === undefined
      ? []
      : [{ name: 'Call ID', value: <code>{visibleLabel(tool.callId, 200)}</code> }]),
    ...(tool.description === undefined
      ? []
      : [{ name: 'Description', value: <LongText text={tool.description} /> }]),
  ];
  return (
    <div class="sections">
      <FactTable facts={facts} label="Tool" />
      <Payload title="Arguments" text={tool.arguments} />
      <Payload title="Result" text={tool.result} />
    </div>
  );
}

function Payload({ title, text }: { title: string; text: string | undefined }): JSX.Element {
  return (
    <section>
      <h2>
        {title} {text === undefined ? null : <CopyButton text={text} what={title.toLowerCase()} />}
      </h2>
      {text === undefined ? <p class="muted">Not reported.</p> : <LongText text={text} format="json" />}
    </section>
  );
}

/** What was asked for besides the messages: parameters, tools on offer, and what the call belongs to. */
export function RequestTab({ details }: { details: SpanDetails }): JSX.Element {
  const optional = (name: string, value: string | undefined): Fact[] =>
    value === undefined ? [] : [{ name, value: visibleLabel(value, 300) }];
  const context: Fact[] = [
    ...optional('Operation', details.operation),
    ...optional('Provider', details.provider),
    ...optional('Model asked', details.requestModel),
    ...optional('Model answered', details.responseModel),
    ...optional('Session', details.sessionId),
    ...optional('User', details.userId),
    ...optional('Agent', details.agentName),
    ...optional(
      'Prompt',
      details.promptName && [details.promptName, details.promptVersion].filter(Boolean).join(' '),
    ),
    ...(details.streaming === undefined
      ? []
      : [{ name: 'Streaming', value: details.streaming ? 'yes' : 'no' }]),
    { name: 'Read as', value: `${visibleLabel(details.dialect, 80)}${details.guessed ? ' (a guess)' : ''}` },
  ];
  const parameters = details.parameters.map(({ name, value }) => ({
    name: visibleLabel(name, 120),
    value: <LongText text={value} format="json" />,
  }));
  return (
    <div class="sections">
      <FactTable facts={context} label="Context" />
      {parameters.length > 0 ? (
        <section>
          <h2>Parameters</h2>
          <FactTable facts={parameters} label="Parameters" />
        </section>
      ) : null}
      <Evaluations details={details} />
      {details.toolDefinitions.length > 0 ? (
        <section>
          <h2>Tools on offer</h2>
          {details.toolDefinitions.map((tool, index) => (
            <details key={index} class="folded">
              <summary>
                <Icon name="tools" /> <code>{visibleLabel(tool.name, 120)}</code>
                <span class="muted preview">{visibleLabel(tool.description ?? '', 160)}</span>
              </summary>
              {tool.description === undefined ? null : <LongText text={tool.description} />}
              {tool.parameters === undefined ? null : <LongText text={tool.parameters} format="json" />}
            </details>
          ))}
        </section>
      ) : null}
    </div>
  );
}

function Evaluations({ details }: { details: SpanDetails }): JSX.Element | null {
  if (details.evaluations.length === 0) return null;
  const facts = details.evaluations.map(({ name, score, label, explanation, by }) => ({
    name: visibleLabel(name, 120),
    value: [
      score === undefined ? '' : String(score),
      visibleLabel(label ?? '', 80),
      visibleLabel(explanation ?? '', 600),
      by === 'user' ? '(user)' : '',
    ]
      .filter((part) => part !== '')
      .join(' · '),
  }));
  return (
    <section>
      <h2>Evaluations and feedback</h2>
      <FactTable facts={facts} label="Evaluations and feedback" />
    </section>
  );
}

export function ExplainTab({ details }: { details: SpanDetails }): JSX.Element {
  const { explain } = useDetailsActions();
  const { traceId, spanId } = details.row;
  const [state, setState] = useState<SpanExplanation | string | undefined>();
  useEffect(() => {
    let isCurrent = true;
    explain({ traceId, spanId }).then(
      (explanation) => isCurrent && setState(explanation ?? 'The span is not in the store any more.'),
      (error: unknown) => isCurrent && setState(error instanceof Error ? error.message : String(error)),
    );
    return () => void (isCurrent = false);
  }, [details]);
  if (state === undefined) return <p class="muted">Reading the span again…</p>;
  if (typeof state === 'string') return <p class="note">{visibleLabel(state, 400)}</p>;
  return <Explanation explanation={state} />;
}

function Explanation({ explanation }: { explanation: SpanExplanation }): JSX.Element {
  const { counting } = explanation;
  return (
    <div class="sections">
      <p>
        Read as <strong>{visibleLabel(explanation.dialect, 80)}</strong>
        {explanation.guessed ? ', a guess: no known convention matched.' : '.'}{' '}
        {counting.counted ? 'Counted' : 'Not counted'}: {visibleLabel(counting.rule, 600)}
      </p>
      <section>
        <h2>Where each value comes from</h2>
        <table class="facts" aria-label="Where each value comes from">
          <thead>
            <tr>
              <th scope="col">Value</th>
              <th scope="col">Read</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {explanation.values.map(({ field, value, from, dialect }, index) => (
              <tr key={index}>
                <th scope="row">{visibleLabel(field, 120)}</th>
                <td>{visibleLabel(value, 300)}</td>
                <td>
                  <code>{from.map((key) => visibleLabel(key, 120)).join(', ') || 'derived'}</code>
                  {dialect === explanation.dialect ? null : (
                    <span class="muted"> {visibleLabel(dialect, 60)}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <h2>Cost</h2>
        <pre class="wrapped">{markInvisible(explanation.pricing)}</pre>
      </section>
      <section>
        <h2>
          Not looked at <span class="muted">{explanation.ignored.length}</span>
        </h2>
        <p class="key-list">
          {explanation.ignored.slice(0, 500).map((key, index) => (
            <code key={index}>{visibleLabel(key, 200)}</code>
          ))}
        </p>
      </section>
    </div>
  );
}
