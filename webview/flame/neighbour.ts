import { noRow } from '../../src/protocol/flame.ts';
import type { ChartLayout } from './chartLayout.ts';
import type { FlameData } from './flameData.ts';

/** The span beside another that is drawn; itself where there is none, the first span where none is selected. */
export function neighbour(
  data: FlameData,
  layout: ChartLayout,
  span: number,
  to: 'parent' | 'child' | 'next' | 'previous',
): number {
  if (span < 0) return layout.span[0] ?? -1;
  switch (to) {
    case 'parent': {
      let above = data.parent(span);
      while (above >= 0 && layout.slot[above] === noRow) above = data.parent(above);
      return above >= 0 ? above : span;
    }
    case 'child': {
      const end = data.subtreeEnd(span);
      for (let below = span + 1; below < end; below++) if (layout.slot[below] !== noRow) return below;
      return span;
    }
    default: {
      const slot = layout.slot[span] ?? noRow;
      if (slot === noRow) return span;
      const beside = slot + (to === 'next' ? 1 : -1);
      const row = layout.row[span] as number;
      const isInRow =
        beside >= (layout.rowStart[row] as number) && beside < (layout.rowStart[row + 1] as number);
      return isInRow ? (layout.span[beside] as number) : span;
    }
  }
}
