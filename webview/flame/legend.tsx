import type { JSX } from 'preact';
import { visibleLabel } from '../../src/base/visibleText.ts';
import type { Coloring } from './palette.ts';

/** What the colours stand for. */
export function Legend({ coloring }: { coloring: Coloring }): JSX.Element {
  return (
    <ul class="legend" aria-label="Colors">
      {coloring.legend.map(({ hue, label }, index) => (
        <li key={index}>
          <span class={`swatch ${hue}`} aria-hidden="true" />
          {visibleLabel(label, 40)}
        </li>
      ))}
    </ul>
  );
}
