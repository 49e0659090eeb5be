import type { ComponentChildren, JSX } from 'preact';
import { visibleLabel } from '../../src/base/visibleText.ts';
import type { FigureRow } from './figures.ts';

interface FigureTableProps {
  readonly label: string;
  readonly left: ComponentChildren;
  readonly right: ComponentChildren;
  readonly rows: readonly FigureRow[];
}

/** Figures of two sides, with what changed. */
export function FigureTable({ label, left, right, rows }: FigureTableProps): JSX.Element {
  return (
    <table class="figures-table" aria-label={label}>
      <thead>
        <tr>
          <td />
          <th scope="col">{left}</th>
          <th scope="col">{right}</th>
          <th scope="col" class="change">
            <span class="visually-hidden">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name} class={row.differs ? 'differs' : ''}>
            <th scope="row">{visibleLabel(row.name, 120)}</th>
            <td>{visibleLabel(row.left, 300)}</td>
            <td>{visibleLabel(row.right, 300)}</td>
            <td class={`change ${row.isMore === undefined ? '' : row.isMore ? 'more' : 'less'}`}>
              {row.change}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
