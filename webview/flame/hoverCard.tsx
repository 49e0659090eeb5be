import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../kit/icon.tsx';
import { kindIcons } from '../../src/protocol/kinds.ts';
import type { Shown } from './flameStore.ts';
import { spanFacts, spanLabel, spanNotes } from './spanText.ts';

interface HoverCardProps {
  readonly shown: Shown;
  readonly span: number;
  /** Page coordinates of the pointer, or of the bar. */
  readonly x: number;
  readonly y: number;
}

/** What the chart knows of a span, beside the pointer: text only, and never under it. */
export function HoverCard({ shown, span, x, y }: HoverCardProps): JSX.Element {
  const card = useRef<HTMLDivElement>(null);
  const { data, sums } = shown;
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    const left = x + 14 + width > innerWidth ? Math.max(4, x - width - 10) : x + 14;
    const top = y + 18 + height > innerHeight ? Math.max(4, y - height - 10) : y + 18;
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }, [span, x, y, data]);
  return (
    <div class="hover-card" ref={card} role="tooltip">
      <div class="title">
        <Icon name={kindIcons[data.kind(span)]} />
        <span dir="auto">{spanLabel(data, span, 200)}</span>
      </div>
      <table>
        <tbody>
          {spanFacts(data, span, sums).map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {spanNotes(data, span).map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </div>
  );
}
