import type { ComponentChildren, JSX } from 'preact';

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
}

/** Names and values, two columns. */
export function FactTable({ facts, label }: { facts: readonly Fact[]; label: string }): JSX.Element {
  return (
    <table class="facts" aria-label={label}>
      <tbody>
        {facts.map((fact, index) => (
          <tr key={index}>
            <th scope="row">{fact.name}</th>
            <td>{fact.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
