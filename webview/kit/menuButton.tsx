import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
}

/** A button with a menu, as the ARIA practices describe it: arrows, Home, End and Escape work. */
export function MenuButton({
  icon,
  label,
  items,
}: {
  icon: string;
  label: string;
  items: readonly MenuItem[];
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const choices = (): HTMLElement[] => [
    ...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []),
  ];
  const close = (): void => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  useEffect(() => {
    if (isOpen) choices()[0]?.focus();
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = choices();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = new Map([
      ['ArrowDown', (at + 1) % all.length],
      ['ArrowUp', (at - 1 + all.length) % all.length],
      ['Home', 0],
      ['End', all.length - 1],
    ]).get(event.key);
    if (event.key === 'Escape' && isOpen) close();
    else if (!isOpen || next === undefined) return;
    else all[next]?.focus();
    event.preventDefault();
  };
  return (
    <span
      class="menu-button"
      ref={root}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        if (!root.current?.contains(event.relatedTarget as Node | null)) setOpen(false);
      }}
    >
      <button
        type="button"
        class="icon-button"
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={icon} />
      </button>
      {isOpen ? (
        <div class="menu" role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                item.run();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      ) : null}
    </span>
  );
}
