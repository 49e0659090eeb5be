/** What a key does while the chart has the focus. */
export type ChartAction =
  | { readonly do: 'pan'; readonly across: number; readonly down: number }
  | { readonly do: 'zoom'; readonly factor: number }
  | { readonly do: 'step'; readonly to: 'parent' | 'child' | 'next' | 'previous' }
  | { readonly do: 'match'; readonly direction: 1 | -1 }
  | {
      readonly do:
        | 'fit'
        | 'zoomToSpan'
        | 'openSource'
        | 'card'
        | 'details'
        | 'collapse'
        | 'pin'
        | 'critical'
        | 'idle'
        | 'search'
        | 'help'
        | 'leave';
    };

export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const panStep = 0.12;
const rowsStep = 3 * 20;
const zoomStep = 1.35;

const plain = new Map<string, ChartAction>([
  ['ArrowLeft', { do: 'pan', across: -panStep, down: 0 }],
  ['ArrowRight', { do: 'pan', across: panStep, down: 0 }],
  ['ArrowUp', { do: 'pan', across: 0, down: -rowsStep }],
  ['ArrowDown', { do: 'pan', across: 0, down: rowsStep }],
  ['a', { do: 'pan', across: -panStep, down: 0 }],
  ['d', { do: 'pan', across: panStep, down: 0 }],
  ['w', { do: 'pan', across: 0, down: -rowsStep }],
  ['s', { do: 'pan', across: 0, down: rowsStep }],
  ['PageUp', { do: 'pan', across: 0, down: -400 }],
  ['PageDown', { do: 'pan', across: 0, down: 400 }],
  ['+', { do: 'zoom', factor: zoomStep }],
  ['=', { do: 'zoom', factor: zoomStep }],
  ['-', { do: 'zoom', factor: 1 / zoomStep }],
  ['0', { do: 'fit' }],
  ['Home', { do: 'fit' }],
  ['z', { do: 'zoomToSpan' }],
  ['Enter', { do: 'openSource' }],
  [' ', { do: 'details' }],
  ['h', { do: 'card' }],
  ['c', { do: 'collapse' }],
  ['p', { do: 'pin' }],
  ['k', { do: 'critical' }],
  ['i', { do: 'idle' }],
  ['n', { do: 'match', direction: 1 }],
  ['F3', { do: 'match', direction: 1 }],
  ['/', { do: 'search' }],
  ['?', { do: 'help' }],
  ['Escape', { do: 'leave' }],
]);

const shifted = new Map<string, ChartAction>([
  ['ArrowLeft', { do: 'step', to: 'previous' }],
  ['ArrowRight', { do: 'step', to: 'next' }],
  ['ArrowUp', { do: 'step', to: 'parent' }],
  ['ArrowDown', { do: 'step', to: 'child' }],
  ['N', { do: 'match', direction: -1 }],
  ['F3', { do: 'match', direction: -1 }],
  ['+', { do: 'zoom', factor: zoomStep }],
  ['?', { do: 'help' }],
  ['/', { do: 'search' }],
]);

/** Undefined for keys that are the editor's. */
export function actionOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): ChartAction | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return key.toLowerCase() === 'f' && !shiftKey ? { do: 'search' } : undefined;
  return shiftKey ? shifted.get(key) : plain.get(key.length === 1 ? key.toLowerCase() : key);
}

/** For the page that explains them: what to press, what happens. */
export const keyHelp: readonly (readonly [keys: string, what: string])[] = [
  ['← → ↑ ↓ or A D W S', 'Move'],
  ['+ and −, wheel, pinch', 'Zoom in and out'],
  ['0 or Home', 'Show all'],
  ['Z', 'Zoom to the selected span'],
  ['Shift + ← →', 'Select the span before or behind, in its row'],
  ['Shift + ↑ ↓', 'Select the parent or the first child'],
  ['Enter or double click', 'Open the line of source'],
  ['Space', 'Show the details'],
  ['H or hover', 'What the chart knows of the span'],
  ['C', 'Collapse or expand what lies below'],
  ['P', 'Pin the row to the top, or let it go'],
  ['/ or Ctrl + F', 'Search'],
  ['F3 or N, with Shift back', 'Next match'],
  ['K', 'Critical path'],
  ['I', 'Compress idle time'],
  ['Shift + drag, or + and arrows', 'Zoom to a stretch'],
  ['Shift + wheel, or ↑ ↓', 'Move up and down'],
  ['Escape', 'Clear the search, then leave the chart'],
];
