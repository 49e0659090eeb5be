import type { ComponentChildren, JSX } from 'preact';
import { isKnownCost } from '../../src/model/cost.ts';
import type { SpanDetails } from '../../src/protocol/details.ts';
import { formatDuration, formatMoney } from '../../src/protocol/format.ts';
import { usageText } from '../../src/protocol/costText.ts';
import type { ReplayAnswer } from '../../src/protocol/replay.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { Icon } from '../kit/icon.tsx';
import { LongText } from '../kit/longText.tsx';

export interface Running {
  readonly text: string;
  readonly reasoning: string;
}

interface ReplayAnswersProps {
  readonly details: SpanDetails;
  readonly answer: ReplayAnswer | undefined;
  readonly running: Running | undefined;
}

/** The recorded answer and the new one, side by side. */
export function ReplayAnswers({ details, answer, running }: ReplayAnswersProps): JSX.Element | null {
  if (!answer && !running) return null;
  return (
    <section class="side-by-side" aria-label="Answers">
      <Column title="Recorded" facts={recordedFacts(details)}>
        <Recorded details={details} />
      </Column>
      <Column
        title="Now"
        facts={answer && !running ? factsOf(answer) : []}
        copied={running ? '' : (answer?.text ?? '')}
      >
        {running ? <Live running={running} /> : answer ? <Said answer={answer} /> : null}
      </Column>
    </section>
  );
}

interface ColumnProps {
  readonly title: string;
  readonly facts: readonly string[];
  readonly copied?: string;
  readonly children: ComponentChildren;
}

function Column({ title, facts, copied = '', children }: ColumnProps): JSX.Element {
  return (
    <article class="bubble answer">
      <header>
        <strong>{title}</strong>
        {copied === '' ? null : (
          <span class="message-tools">
            <CopyButton text={copied} what="new answer" />
          </span>
        )}
      </header>
      {children}
      <p class="muted figures-line">
        {facts.map((fact, index) => (
          <span key={index}>{fact}</span>
        ))}
      </p>
    </article>
  );
}

function Recorded({ details }: { details: SpanDetails }): JSX.Element {
  const parts = details.conversation.output.flatMap((message) => message.parts);
  if (parts.length === 0) return <p class="muted">The trace holds no answer.</p>;
  return (
    <>
      {parts.map((part, index) => {
        if (part.type === 'tool_call') return <Call key={index} name={part.name} text={part.arguments} />;
        if (part.type === 'reasoning') return <Reasoning key={index} text={part.text} />;
        if (part.type === 'media') return null;
        return <LongText key={index} text={part.type === 'tool_result' ? part.result : part.text} />;
      })}
    </>
  );
}

function Live({ running }: { running: Running }): JSX.Element {
  const isSilent = running.text === '' && running.reasoning === '';
  return (
    <>
      <p class="muted" role="status">
        <Icon name="loading" class="codicon-modifier-spin" /> {isSilent ? 'Waiting…' : 'Answering…'}
      </p>
      {running.text === '' ? null : <LongText text={running.text} preview={50_000} />}
    </>
  );
}

function Said({ answer }: { answer: ReplayAnswer }): JSX.Element {
  return (
    <>
      {answer.state === 'cancelled' ? <p class="note">Cancelled. What had come is below.</p> : null}
      {answer.error === undefined ? null : (
        <p class="error-message" role="alert">
          {visibleLabel(answer.error, 2000)}
        </p>
      )}
      {answer.reasoning === '' ? null : <Reasoning text={answer.reasoning} />}
      {answer.text === '' ? null : <LongText text={answer.text} preview={50_000} />}
      {answer.calls.map(({ name, arguments: text }, index) => (
        <Call key={index} name={name} text={text} />
      ))}
    </>
  );
}

function Reasoning({ text }: { text: string }): JSX.Element {
  return (
    <details class="folded">
      <summary>
        <Icon name="lightbulb" /> Reasoning
      </summary>
      <LongText text={text} />
    </details>
  );
}

function Call({ name, text }: { name: string; text: string }): JSX.Element {
  return (
    <section class="tool-call">
      <header>
        <Icon name="tools" /> <code>{visibleLabel(name, 120)}</code>
      </header>
      <LongText text={text} format="json" />
    </section>
  );
}

function recordedFacts(details: SpanDetails): string[] {
  const { row } = details;
  return facts({
    model: details.responseModel ?? details.requestModel,
    usage: row.usage ?? details.ownUsage,
    cost: row.cost ?? details.cost,
    durationMs: row.durationMs,
    timeToFirstTokenMs: details.timeToFirstTokenMs,
    finishReason: details.finishReasons[0],
  });
}

function factsOf(answer: ReplayAnswer): string[] {
  return answer.state === 'done' ? facts(answer) : [formatDuration(answer.durationMs)];
}

type Facts = Pick<ReplayAnswer, 'model' | 'usage' | 'cost' | 'timeToFirstTokenMs' | 'finishReason'> & {
  readonly durationMs: number | undefined;
};

function facts({ model, usage, cost, durationMs, timeToFirstTokenMs, finishReason }: Facts): string[] {
  return [
    ...(model === undefined ? [] : [visibleLabel(model, 80)]),
    ...(durationMs === undefined ? [] : [formatDuration(durationMs)]),
    ...(timeToFirstTokenMs === undefined ? [] : [`first token ${formatDuration(timeToFirstTokenMs)}`]),
    usage === undefined ? 'tokens ?' : usageText(usage),
    cost && isKnownCost(cost) ? formatMoney(cost.amount) : 'cost ?',
    ...(finishReason === undefined || finishReason === 'stop' ? [] : [visibleLabel(finishReason, 40)]),
  ];
}
