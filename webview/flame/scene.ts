import type { FlameCriticalPath } from '../../src/protocol/flame.ts';
import type { ChartLayout } from './chartLayout.ts';
import type { FlameData } from './flameData.ts';
import type { SlotCounts, SpanLooks } from './rowRaster.ts';
import type { ThemeColors } from './themeColors.ts';

/** Everything that is drawn. Spans are named by index; -1 is none. */
export interface Scene {
  readonly data: FlameData;
  readonly layout: ChartLayout;
  readonly looks: SpanLooks;
  readonly counts: SlotCounts;
  readonly colors: ThemeColors;
  readonly selected: number;
  readonly collapsed: ReadonlySet<number>;
  /** Spans whose rows stay on top. */
  readonly pinned: readonly number[];
  readonly critical: FlameCriticalPath | undefined;
}
