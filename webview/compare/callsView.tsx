import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { markInvisible, visibleLabel } from '../../src/base/visibleText.ts';
import type {
  CallComparison,
  CallSide,
  MessagePair,
  PairState,
  PromptPrefix,
  ToolPair,
} from '../../src/protocol/compare.ts';
import { formatCount } from '../../src/protocol/format.ts';
import { Icon } from '../kit/icon.tsx';
import { DiffView } from './diffView.tsx';
import { callFigures } from './figures.ts';
import { FigureTable } from './figureTable.tsx';

interface CallsViewProps {
  readonly calls: CallComparison;
  readonly onShow: (target: { traceId: string; spanId: string }) => void;
}

/** Two calls side by side. */
export function CallsView({ calls, onShow }: CallsViewProps): JSX.Element {
  const head = (title: string, { row }: CallSide): JSX.Element => (
    <>
      <span class="muted">{title}</span>{' '}
      <button type="button" class="link" onClick={() => onShow(row)}>
        {visibleLabel(row.name, 120)}
      </button>
      <br />
      <small class="muted">{new Date(row.startMicros / 1000).toLocaleString()}</small>
    </>
  );
  const parameters = calls.parameters.map(({ name, left, right }) => ({
    name,
    left: left ?? '–',
    right: right ?? '–',
    differs: left !== right,
  }));
  return (
    <div class="sections compare">
      <FigureTable
        label="Figures"
        left={head('Left', calls.left)}
        right={head('Right', calls.right)}
        rows={callFigures(calls.left, calls.right)}
      />
      {calls.prefix ? <Prefix prefix={calls.prefix} /> : null}
      {parameters.length > 0 ? (
        <section>
          <h2>Parameters</h2>
          <FigureTable label="Parameters" left="Left" right="Right" rows={parameters} />
        </section>
      ) : null}
      <Tools tools={calls.tools} />
      <Messages title="Prompt" pairs={calls.prompt} />
      <Messages title="Answer" pairs={calls.answer} />
    </div>
  );
}

/** Where the prompts part: what of them a cache could hold. */
function Prefix({ prefix }: { prefix: PromptPrefix }): JSX.Element {
  const { characters, tokens, leftCharacters, rightCharacters, end, place, before, left, right, reasons } =
    prefix;
  const longest = Math.max(leftCharacters, rightCharacters, 1);
  const share = Math.round((characters / longest) * 100);
  const heads = {
    equal: 'The prompts are the same',
    left: 'The left prompt is the beginning of the right one',
    right: 'The right prompt is the beginning of the left one',
    differs: `The prompts part in ${visibleLabel(place ?? '', 80)}`,
  } as const;
  return (
    <section class="prefix" aria-label="Common beginning of the prompts">
      <h2>{heads[end]}</h2>
      <p>
        Common beginning: <strong>{formatCount(characters)}</strong> of {formatCount(longest)} characters (
        {share} %), about <strong>{formatCount(tokens)}</strong> tokens
      </p>
      {/* A meter: the share of the prompt that a cache can hold. */}
      <meter
        class="prefix-meter"
        min={0}
        max={longest}
        value={characters}
        aria-label={`${share} % of the prompt is common`}
      />
      {end === 'equal' ? null : (
        <div class="prefix-place">
          <p>
            <span class="muted">… {markInvisible(before)}</span>
            <del>{markInvisible(left) || '(ends)'}</del>
          </p>
          <p>
            <span class="muted">… {markInvisible(before)}</span>
            <ins>{markInvisible(right) || '(ends)'}</ins>
          </p>
        </div>
      )}
      <ul>
        {reasons.map((reason, index) => (
          <li key={index}>{reason}</li>
        ))}
      </ul>
    </section>
  );
}

const stateNames: Readonly<Record<PairState, string>> = {
  same: 'same',
  changed: 'changed',
  removed: 'left only',
  added: 'right only',
};

function Messages({ title, pairs }: { title: string; pairs: readonly MessagePair[] }): JSX.Element | null {
  const [showsAll, setShowsAll] = useState(false);
  const same = pairs.filter(({ state }) => state === 'same').length;
  if (pairs.length === 0) return null;
  const shown = showsAll ? pairs : pairs.filter(({ state }) => state !== 'same');
  return (
    <section>
      <h2>
        {title}{' '}
        <span class="muted">
          {same === pairs.length
            ? 'the same'
            : `${formatCount(same)} of ${formatCount(pairs.length)} messages the same`}
        </span>
      </h2>
      {shown.map((pair, index) => (
        <article key={index} class={`pair ${pair.state}`}>
          <header>
            <strong class="role-name">{visibleLabel(pair.role, 40)}</strong>
            <span class="muted">{positions(pair)}</span>
            <span class={`pill state-${pair.state}`}>{stateNames[pair.state]}</span>
          </header>
          <DiffView parts={pair.parts} />
        </article>
      ))}
      {same > 0 ? (
        <button
          type="button"
          class="secondary"
          aria-expanded={showsAll}
          onClick={() => setShowsAll(!showsAll)}
        >
          {showsAll
            ? 'Hide what is the same'
            : `Show ${formatCount(same)} that ${same === 1 ? 'is' : 'are'} the same`}
        </button>
      ) : null}
    </section>
  );
}

function positions({ left, right }: MessagePair): string {
  if (left === right || right === undefined) return `message ${left ?? ''}`;
  return left === undefined ? `message ${right}` : `message ${left} → ${right}`;
}

function Tools({ tools }: { tools: readonly ToolPair[] }): JSX.Element | null {
  const changed = tools.filter(({ state }) => state !== 'same');
  if (tools.length === 0) return null;
  return (
    <section>
      <h2>
        Tools{' '}
        <span class="muted">{changed.length === 0 ? `${formatCount(tools.length)}, the same` : ''}</span>
      </h2>
      {changed.map((tool, index) => (
        <article key={index} class={`pair ${tool.state}`}>
          <header>
            <Icon name="tools" /> <code>{visibleLabel(tool.name, 120)}</code>
            <span class={`pill state-${tool.state}`}>{stateNames[tool.state]}</span>
          </header>
          <DiffView parts={tool.parts} />
        </article>
      ))}
    </section>
  );
}
