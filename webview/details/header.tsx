import type { JSX } from 'preact';
import { isKnownCost } from '../../src/model/cost.ts';
import type { SpanKind } from '../../src/model/span.ts';
import type { SpanDetails } from '../../src/protocol/details.ts';
import { formatMoney, formatCount, formatDuration, formatUsage } from '../../src/protocol/format.ts';
import { isModelCall, kindIcons, kindNames } from '../../src/protocol/kinds.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { usePageActions } from '../kit/actions.ts';
import { Icon } from '../kit/icon.tsx';
import { MenuButton } from '../kit/menuButton.tsx';
import { useDetailsActions } from './actions.ts';
import { canReplay } from './tabChoice.ts';
import { rateText, tokensPerSecond } from './timing.ts';

/** What the span is and how it went, at a glance. */
export function Header({ details }: { details: SpanDetails }): JSX.Element {
  const { row } = details;
  const { reveal, goToSource } = useDetailsActions();
  const target = { traceId: row.traceId, spanId: row.spanId };
  return (
    <header class="header">
      <div class="title">
        <Icon name={kindIcons[row.kind]} class={`kind-${colorOf(row.kind)}`} />
        <h1 dir="auto">{visibleLabel(row.name, 300) || '(unnamed)'}</h1>
        <Status details={details} />
        <span class="title-tools">
          <CallTools details={details} />
          <button
            type="button"
            class="icon-button"
            title="Reveal in the tree"
            aria-label="Reveal in the tree"
            onClick={() => reveal(target)}
          >
            <Icon name="list-tree" />
          </button>
        </span>
      </div>
      <p class="subtitle">
        {subtitle(details).map((part, index) => (
          <span key={index}>{part}</span>
        ))}
        {row.source ? <SourceLink details={details} go={() => goToSource(target)} /> : null}
      </p>
      <dl class="figures">
        {figures(details).map(({ name, value, note }) => (
          <div key={name} class="figure">
            <dt>{name}</dt>
            <dd>
              {value}
              {note === undefined ? null : <small>{note}</small>}
            </dd>
          </div>
        ))}
      </dl>
      {row.flags.length > 0 ? <Flags details={details} /> : null}
    </header>
  );
}

/** What can be done with the call. */
function CallTools({ details }: { details: SpanDetails }): JSX.Element {
  const { compare, copyAs, selectTab } = useDetailsActions();
  const { copy } = usePageActions();
  const { row, isRepeatable = false } = details;
  const target = { traceId: row.traceId, spanId: row.spanId };
  const programs = [
    { label: 'Copy as curl', run: () => copyAs(target, 'curl') },
    { label: 'Copy as Python', run: () => copyAs(target, 'python') },
    { label: 'Copy as TypeScript', run: () => copyAs(target, 'typescript') },
  ];
  const previous = { label: 'Compare with previous call', run: () => compare(target, 'call') };
  return (
    <>
      {canReplay(details) ? (
        <button
          type="button"
          class="icon-button"
          title="Replay: send it again"
          aria-label="Replay: send it again"
          onClick={() => selectTab('replay')}
        >
          <Icon name="debug-rerun" />
        </button>
      ) : null}
      <MenuButton
        icon="diff"
        label="Compare"
        items={[
          { label: 'Compare with previous run', run: () => compare(target, 'run') },
          ...(isRepeatable ? [previous] : []),
        ]}
      />
      <MenuButton
        icon="copy"
        label="Copy as"
        items={[
          ...(isRepeatable ? programs : []),
          { label: 'Copy as Markdown', run: () => copyAs(target, 'markdown') },
          { label: 'Copy span ID', run: () => void copy(row.spanId) },
        ]}
      />
    </>
  );
}

function Status({ details }: { details: SpanDetails }): JSX.Element {
  const { status, durationMs } = details.row;
  if (status === 'error') {
    return (
      <span class="pill error">
        <Icon name="error" /> Error
      </span>
    );
  }
  if (durationMs === undefined) {
    return (
      <span class="pill">
        <Icon name="loading" class="codicon-modifier-spin" /> Running
      </span>
    );
  }
  return (
    <span class="pill ok">
      <Icon name="pass" /> {status === 'ok' ? 'OK' : 'Done'}
    </span>
  );
}

function SourceLink({ details, go }: { details: SpanDetails; go: () => void }): JSX.Element | null {
  const { source } = details.row;
  if (!source) return null;
  const name = visibleLabel(source.file.split(/[\\/]/).at(-1) ?? source.file, 80);
  const title = `${visibleLabel(source.file, 400)}:${source.line} (${source.confidence})`;
  return (
    <button type="button" class="link" title={title} onClick={go}>
      <Icon name="go-to-file" /> {name}:{source.line}
    </button>
  );
}

function subtitle(details: SpanDetails): string[] {
  const { row, requestModel, responseModel } = details;
  const asked = requestModel === undefined ? undefined : visibleLabel(requestModel, 120);
  const answered = responseModel === undefined ? undefined : visibleLabel(responseModel, 120);
  const model =
    asked !== undefined && answered !== undefined && asked !== answered
      ? `${asked} → ${answered}`
      : (answered ?? asked);
  return [
    kindNames[row.kind],
    ...(details.tool === undefined || details.tool.name === row.name
      ? []
      : [visibleLabel(details.tool.name, 120)]),
    ...(model === undefined ? [] : [model]),
    ...(details.provider === undefined ? [] : [visibleLabel(details.provider, 80)]),
    ...(details.agentName === undefined ? [] : [`agent ${visibleLabel(details.agentName, 80)}`]),
    visibleLabel(row.service, 80),
    new Date(row.startMicros / 1000).toLocaleString(),
  ];
}

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
}

function figures(details: SpanDetails): Figure[] {
  const { row } = details;
  const isCall = isModelCall(row.kind);
  const list: Figure[] = [
    { name: 'Duration', value: row.durationMs === undefined ? 'running' : formatDuration(row.durationMs) },
  ];
  if (details.timeToFirstTokenMs !== undefined)
    list.push({ name: 'First token', value: formatDuration(details.timeToFirstTokenMs) });
  const usage = row.usage ?? details.ownUsage;
  if (isCall || usage)
    list.push({
      name: 'Tokens',
      value: usage ? formatUsage(usage, formatCount) : 'unknown',
      note: tokenNote(details),
    });
  if (isCall || row.cost) {
    const cost = row.cost ?? details.cost;
    const note = !row.counted
      ? 'counted in another span'
      : cost && !isKnownCost(cost)
        ? visibleLabel(cost.reason, 120)
        : undefined;
    list.push({
      name: 'Cost',
      value: cost && isKnownCost(cost) ? formatMoney(cost.amount) : 'unknown',
      note,
    });
  }
  const speed = isCall ? tokensPerSecond(details) : undefined;
  if (speed) list.push({ name: 'Speed', value: `${rateText(speed.rate)} tok/s` });
  if (details.finishReasons.length > 0) {
    list.push({
      name: 'Finished',
      value: details.finishReasons.map((reason) => visibleLabel(reason, 40)).join(', '),
    });
  }
  if (details.retries > 0)
    list.push({
      name: 'Retries',
      value: String(details.retries),
      note: details.rateLimited ? 'rate limited' : undefined,
    });
  return list;
}

function tokenNote({ row, ownUsage }: SpanDetails): string | undefined {
  const usage = row.usage ?? ownUsage;
  if (usage?.input === undefined && usage?.output === undefined) return undefined;
  const side = (tokens: number | undefined): string => (tokens === undefined ? '?' : formatCount(tokens));
  return `${side(usage.input)} in, ${side(usage.output)} out`;
}

const flagIcons = { error: 'error', warning: 'warning', info: 'info' } as const;

function Flags({ details }: { details: SpanDetails }): JSX.Element {
  return (
    <ul class="flags" aria-label="Flags">
      {details.row.flags.map((flag) => (
        <li key={flag.id} class={`flag ${flag.severity}`}>
          <Icon name={flagIcons[flag.severity]} />
          <strong>{visibleLabel(flag.id, 60).replaceAll('_', ' ')}</strong>
          <span dir="auto">{visibleLabel(flag.reason, 600)}</span>
        </li>
      ))}
    </ul>
  );
}

function colorOf(kind: SpanKind): string {
  if (isModelCall(kind)) return 'call';
  if (kind === 'tool' || kind === 'mcp') return 'tool';
  return kind === 'agent' || kind === 'workflow' ? 'agent' : 'other';
}
