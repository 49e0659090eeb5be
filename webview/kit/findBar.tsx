import type { JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../src/protocol/format.ts';
import { findRanges } from './findRanges.ts';
import { Icon } from './icon.tsx';

interface FindBarProps {
  readonly label: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** What is searched. */
  readonly within: RefObject<HTMLElement | null>;
}

const settleMs = 120;
const mostMatches = 5_000;

/** A field that finds a text in a part of the page, with marks, a count, and the next and previous match. */
export function FindBar({ label, query, onQuery, within }: FindBarProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const { count, current, go } = useMatches(within, query);
  useEffect(() => {
    // Before the editor's own find widget, which sees only what is drawn.
    const onKey = (event: KeyboardEvent): void => {
      if (
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey ||
        event.key.toLowerCase() !== 'f'
      )
        return;
      event.preventDefault();
      event.stopImmediatePropagation();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      go(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape' && query !== '') {
      event.preventDefault();
      onQuery('');
    }
  };
  const said =
    query === '' ? '' : count === 0 ? 'No results' : `${formatCount(current + 1)} of ${formatCount(count)}`;
  return (
    <div class="find-bar" role="search">
      <input
        ref={input}
        type="search"
        class="search"
        placeholder={label}
        aria-label={label}
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {query === '' ? null : (
        <>
          <span class="muted find-count" role="status">
            {said}
          </span>
          <button
            type="button"
            class="icon-button"
            title="Previous match (Shift+Enter)"
            aria-label="Previous match"
            disabled={count === 0}
            onClick={() => go(-1)}
          >
            <Icon name="arrow-up" />
          </button>
          <button
            type="button"
            class="icon-button"
            title="Next match (Enter)"
            aria-label="Next match"
            disabled={count === 0}
            onClick={() => go(1)}
          >
            <Icon name="arrow-down" />
          </button>
        </>
      )}
    </div>
  );
}

/** Matches on the page, kept up to date while it is drawn; marked by the browser, not by elements of ours. */
function useMatches(
  within: RefObject<HTMLElement | null>,
  query: string,
): { count: number; current: number; go: (step: number) => void } {
  const ranges = useRef<Range[]>([]);
  const hasScrolled = useRef(false);
  const [count, setCount] = useState(0);
  const [current, setCurrent] = useState(0);
  useEffect(() => {
    const root = within.current;
    setCurrent(0);
    hasScrolled.current = false;
    if (!root || query === '') {
      ranges.current = [];
      setCount(0);
      mark([], 0);
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      timer = undefined;
      ranges.current = findRanges(root, query, mostMatches);
      setCount(ranges.current.length);
      mark(ranges.current, 0);
      if (!hasScrolled.current && ranges.current.length > 0) {
        hasScrolled.current = true;
        scrollTo(ranges.current[0]);
      }
    };
    const soon = (): void => {
      timer ??= setTimeout(look, settleMs);
    };
    const observer = new MutationObserver(soon);
    observer.observe(root, { childList: true, subtree: true, characterData: true });
    soon();
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      mark([], 0);
    };
  }, [query]);
  const go = (step: number): void => {
    const all = ranges.current;
    if (all.length === 0) return;
    const next = (current + step + all.length) % all.length;
    setCurrent(next);
    mark(all, next);
    scrollTo(all[next]);
  };
  return { count, current: Math.min(current, Math.max(0, count - 1)), go };
}

function mark(ranges: readonly Range[], current: number): void {
  if (ranges.length === 0) {
    CSS.highlights.delete('found');
    CSS.highlights.delete('found-current');
    return;
  }
  CSS.highlights.set('found', new Highlight(...ranges));
  const range = ranges[current];
  const one = new Highlight(...(range ? [range] : []));
  one.priority = 1;
  CSS.highlights.set('found-current', one);
}

/** The element first, since what is far away is not laid out yet; then the line itself. */
function scrollTo(range: Range | undefined): void {
  const element = range?.startContainer.parentElement;
  if (!range || !element) return;
  element.scrollIntoView({ block: 'nearest' });
  requestAnimationFrame(() => {
    const { top } = range.getBoundingClientRect();
    if (top < 120 || top > window.innerHeight - 60) window.scrollBy({ top: top - window.innerHeight / 2 });
  });
}
