import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { noRow } from '../../src/protocol/flame.ts';
import type { FlameStore, Shown } from './flameStore.ts';
import { spanSentence } from './spanText.ts';
import type { Viewport } from './viewport.ts';

/** Spans that are mirrored at once: those that are seen, the widest first when there are more. */
const mostMirrored = 150;

interface TreeMirrorProps {
  readonly shown: Shown;
  readonly view: Viewport | undefined;
  readonly store: FlameStore;
  readonly onFocus: (isFocused: boolean) => void;
}

/** The spans that are seen, as a tree for screen readers; the keys of a tree select in the chart. */
export function TreeMirror({ shown, view, store, onFocus }: TreeMirrorProps): JSX.Element {
  const { data, layout, selected, collapsed, sums } = shown;
  const spans = useMemo(() => seenSpans(shown, view), [data, layout, selected, view]);
  const depths = useMemo(() => depthsOf(shown, spans), [spans]);
  const at = spans.indexOf(selected);
  const onKeyDown = (event: KeyboardEvent): void => {
    const span = selected >= 0 ? selected : (spans[0] ?? -1);
    const isOpen = !data.isLeaf(span) && !collapsed.has(span);
    const go = (to: number | undefined): void => store.select(to ?? span);
    switch (event.key) {
      case 'ArrowDown':
        go(spans[at + 1]);
        break;
      case 'ArrowUp':
        go(at < 0 ? spans[0] : spans[at - 1]);
        break;
      case 'ArrowRight':
        if (isOpen) go(firstBelow(shown, span));
        else store.toggleCollapsed(span);
        break;
      case 'ArrowLeft':
        if (isOpen && at >= 0) store.toggleCollapsed(span);
        else if (data.parent(span) >= 0) go(data.parent(span));
        break;
      case 'Home':
        go(spans[0]);
        break;
      case 'End':
        go(spans.at(-1));
        break;
      case 'Enter':
        store.openSource(span);
        break;
      case ' ':
        store.showDetails(span);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="mirror visually-hidden"
      role="tree"
      aria-label="Spans in view"
      tabIndex={0}
      aria-activedescendant={at >= 0 ? itemId(selected) : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => onFocus(true)}
      onBlur={() => onFocus(false)}
    >
      {spans.map((span, index) => (
        <div
          key={span}
          id={itemId(span)}
          role="treeitem"
          aria-level={(depths[index] ?? 0) + 1}
          aria-selected={span === selected}
          aria-expanded={data.isLeaf(span) ? undefined : !collapsed.has(span)}
          aria-label={spanSentence(data, span, sums)}
          onClick={() => store.select(span)}
        />
      ))}
    </div>
  );
}

const itemId = (span: number): string => `span-${span}`;

/** Spans within the stretch that is seen, in the order of the tree; the selected one and its ancestors always. */
function seenSpans({ data, layout, selected }: Shown, view: Viewport | undefined): number[] {
  const from = view?.from ?? 0;
  const to = view ? view.from + view.length : layout.extent;
  const least = (to - from) / 2000;
  const chosen = new Set<number>();
  for (let span = selected; span >= 0; span = data.parent(span)) {
    if (layout.row[span] !== noRow) chosen.add(span);
    if (chosen.size >= mostMirrored) break;
  }
  for (let row = 0; row < layout.rows && chosen.size < mostMirrored; row++) {
    const end = layout.rowStart[row + 1] as number;
    for (
      let slot = layout.firstEndingAfter(row, from), looked = 0;
      slot < end && looked < 2000;
      slot++, looked++
    ) {
      if ((layout.left[slot] as number) > to || chosen.size >= mostMirrored) break;
      if ((layout.right[slot] as number) - (layout.left[slot] as number) >= least)
        chosen.add(layout.span[slot] as number);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

function depthsOf({ data }: Shown, spans: readonly number[]): number[] {
  const depths = new Map<number, number>();
  return spans.map((span) => {
    let above = data.parent(span);
    let steps = 1;
    // Ancestors that are not mirrored count as levels all the same.
    while (above >= 0 && !depths.has(above) && steps < 10_000) {
      above = data.parent(above);
      steps++;
    }
    const depth = above < 0 ? steps - 1 : (depths.get(above) ?? 0) + steps;
    depths.set(span, depth);
    return depth;
  });
}

function firstBelow({ data, layout }: Shown, span: number): number | undefined {
  const end = data.subtreeEnd(span);
  for (let below = span + 1; below < end; below++) if (layout.row[below] !== noRow) return below;
  return undefined;
}
