import type { Confidence, SourceFrame } from '../model/source.ts';
import { isLibraryFile, toFrame } from './frames.ts';

/** How the frames behind a marker were reached; none: they were on the stack when the span started. */
export type Reach = 'stack' | Marker;
type Marker = 'task' | 'thread' | 'entry' | 'worker' | 'late' | 'async' | 'parent';

/** A frame that the capture hook of a program put on its span. */
export interface CapturedFrame {
  readonly frame: SourceFrame;
  readonly reach: Reach;
}

/** Longest text that is read and most items that are looked at: eight frames with the longest paths, and markers. */
const limits = { text: 65_536, items: 64, frames: 8 } as const;

const reaches: ReadonlyMap<string, Reach> = new Map(
  (['task', 'thread', 'entry', 'worker', 'late', 'async', 'parent'] as const).map((reach) => [reach, reach]),
);

/**
 * The user's frames in an `llm_trace_inspector.frames` attribute, innermost first: JSON, an array of
 * `[file, line, column | null, function | null, endLine | null]` and of markers that say how the frames behind them
 * were reached. Text that an attribute limit cut gives the frames that are whole. Library frames are left out.
 */
export function parseCapturedFrames(text: string): readonly CapturedFrame[] {
  const found: CapturedFrame[] = [];
  let reach: Reach = 'stack';
  for (const item of itemsOf(text.slice(0, limits.text))) {
    if (typeof item === 'string') {
      reach = weaker(reach, reaches.get(item) ?? 'async');
      continue;
    }
    const frame = Array.isArray(item) ? frameOf(item) : undefined;
    if (!frame || isLibraryFile(frame.file)) continue;
    found.push({ frame, reach });
    if (found.length === limits.frames) break;
  }
  return found;
}

/**
 * How sure a line is that was reached in this way. The stack shows the very call. A task, a thread or a library's
 * entry has one line that made it, so it is certain as well; asynchronous stacks and parents can name a caller, a
 * library's worker can have been started for another call, and a span that is made late is made elsewhere.
 */
export function confidenceOf(reach: Reach): Confidence {
  if (reach === 'stack') return 'exact';
  return reach === 'task' || reach === 'thread' || reach === 'entry' ? 'certain' : 'likely';
}

/** Frames behind two markers are as sure as the weaker one. */
function weaker(before: Reach, next: Reach): Reach {
  return confidenceOf(before) === 'likely' ? before : next;
}

function itemsOf(text: string): readonly unknown[] {
  const whole = parseArray(text) ?? parseArray(`${wholeItems(text)}]`);
  return whole?.slice(0, limits.items) ?? [];
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text up to the end of the last item that is whole, without what closes the array. */
function wholeItems(text: string): string {
  let depth = 0;
  let inText = false;
  let end = text.startsWith('[') ? 1 : 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inText) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inText = false;
    } else if (char === 0x22) inText = true;
    else if (char === 0x5b) depth++;
    else if (char === 0x5d) depth--;
    else continue;
    if (!inText && depth === 1 && (char === 0x22 || char === 0x5d)) end = i + 1;
  }
  return text.slice(0, end);
}

function frameOf(item: readonly unknown[]): SourceFrame | undefined {
  const [file, line, column, name, endLine] = item;
  if (typeof file !== 'string' || typeof line !== 'number') return undefined;
  const frame = toFrame(
    file,
    line,
    typeof column === 'number' ? column : undefined,
    typeof name === 'string' ? name : undefined,
  );
  const ends = typeof endLine === 'number' ? toFrame(file, endLine)?.line : undefined;
  return frame && ends !== undefined && ends > line ? { ...frame, endLine: ends } : frame;
}
