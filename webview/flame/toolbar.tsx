import type { JSX, RefObject } from 'preact';
import { formatCount } from '../../src/protocol/format.ts';
import { flameAxes } from '../../src/protocol/flame.ts';
import { Icon } from '../kit/icon.tsx';
import type { FlameState } from './flameStore.ts';
import type { ChartAction } from './keys.ts';
import { colorModes } from './palette.ts';
import type { Arrangement, OtherMode } from './savedState.ts';
import { otherModes } from './savedState.ts';

interface ToolbarProps {
  readonly state: FlameState;
  readonly act: (action: ChartAction) => void;
  readonly arrange: (change: Partial<Arrangement>) => void;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly toChart: () => void;
}

const axisNames = { time: 'Time', cost: 'Cost', tokens: 'Tokens' } as const;
const colorNames = {
  kind: 'Kind',
  model: 'Model',
  service: 'Service',
  cost: 'Cost',
  error: 'Outcome',
} as const;
const otherNames: Readonly<Record<OtherMode, string>> = {
  show: 'Show others',
  dim: 'Dim others',
  hide: 'Hide others',
};

export function Toolbar({ state, act, arrange, searchBox, toChart }: ToolbarProps): JSX.Element {
  const { arrangement, shown } = state;
  const hasGaps = (shown?.layout.facts.gapFrom.length ?? 0) > 0 || arrangement.compressIdle;
  return (
    <div class="toolbar" role="toolbar" aria-label="Flame chart">
      <Choice
        label="Width"
        value={arrangement.axis}
        values={flameAxes}
        names={axisNames}
        onChange={(axis) => arrange({ axis, view: undefined })}
      />
      <Choice
        label="Color"
        value={arrangement.color}
        values={colorModes}
        names={colorNames}
        onChange={(color) => arrange({ color })}
      />
      <Search state={state} act={act} arrange={arrange} searchBox={searchBox} toChart={toChart} />
      <span class="tools">
        <Toggle
          icon="milestone"
          label="Critical path (K)"
          isOn={arrangement.critical}
          isOff={arrangement.axis !== 'time'}
          onClick={() => act({ do: 'critical' })}
        />
        <Toggle
          icon="fold"
          label={hasGaps ? 'Compress idle time (I)' : 'There is no idle time to compress'}
          isOn={arrangement.compressIdle}
          isOff={!hasGaps || arrangement.axis !== 'time'}
          onClick={() => act({ do: 'idle' })}
        />
        <span class="divider" />
        <Tool icon="zoom-out" label="Zoom out (−)" onClick={() => act({ do: 'zoom', factor: 1 / 1.5 })} />
        <Tool icon="zoom-in" label="Zoom in (+)" onClick={() => act({ do: 'zoom', factor: 1.5 })} />
        <Tool icon="screen-full" label="Show all (0)" onClick={() => act({ do: 'fit' })} />
        <Tool icon="question" label="Keys (?)" onClick={() => act({ do: 'help' })} />
      </span>
    </div>
  );
}

function Search({ state, act, arrange, searchBox, toChart }: ToolbarProps): JSX.Element {
  const { arrangement, shown } = state;
  const { query, others } = arrangement;
  const found = shown?.matches.length ?? 0;
  const at = shown ? shown.matches.indexOf(shown.selected) : -1;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === 'F3') act({ do: 'match', direction: event.shiftKey ? -1 : 1 });
    else if (event.key === 'Escape') {
      if (query !== '') arrange({ query: '' });
      else toChart();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const count =
    query === ''
      ? ''
      : found === 0
        ? 'No spans'
        : `${at >= 0 ? formatCount(at + 1) : '–'} of ${formatCount(found)}`;
  return (
    <div class="search-group" role="search">
      <input
        ref={searchBox}
        type="search"
        class="search"
        placeholder="Search spans"
        aria-label="Search spans"
        value={query}
        onInput={(event) => arrange({ query: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <span class="count" role="status">
        {count}
      </span>
      <Tool
        icon="arrow-up"
        label="Previous match (Shift+F3)"
        isOff={found === 0}
        onClick={() => act({ do: 'match', direction: -1 })}
      />
      <Tool
        icon="arrow-down"
        label="Next match (F3)"
        isOff={found === 0}
        onClick={() => act({ do: 'match', direction: 1 })}
      />
      <select
        aria-label="Spans that do not match"
        value={others}
        onChange={(event) =>
          arrange({ others: otherModes.find((mode) => mode === event.currentTarget.value) ?? 'dim' })
        }
      >
        {otherModes.map((mode) => (
          <option key={mode} value={mode}>
            {otherNames[mode]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly values: readonly T[];
  readonly names: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, values, names, onChange }: ChoiceProps<T>): JSX.Element {
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = values.find((one) => one === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {values.map((one) => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ToolProps {
  readonly icon: string;
  readonly label: string;
  readonly isOff?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, label, isOff = false, onClick }: ToolProps): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function Toggle({ icon, label, isOn, isOff, onClick }: ToolProps & { readonly isOn: boolean }): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button toggle"
      title={label}
      aria-label={label}
      aria-pressed={isOn}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
