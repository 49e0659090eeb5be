import type { Confidence, SourceFrame, SourceLocation } from '../model/source.ts';
import type { SpanFacts } from '../model/span.ts';
import { confidenceOf, parseCapturedFrames, type CapturedFrame, type Reach } from './capturedFrames.ts';
import { isLibraryFile, parseStack, toFrame } from './frames.ts';

/** Most user frames kept with a location. */
const keptFrames = 8;

/**
 * Finds a span's line from what the span itself says: the frames that were captured when it started, its `code.*`
 * attributes, its stack traces. Pure: no file is read because a span named it.
 */
export function locate(
  facts: Pick<SpanFacts, 'code' | 'dialect'> & Partial<Pick<SpanFacts, 'kind'>>,
): SourceLocation | undefined {
  const { code } = facts;
  if (!code) return undefined;
  return (
    fromCapture(code.captured, facts.kind) ?? fromAttributes(code, facts.dialect) ?? fromStack(code.stack)
  );
}

function fromCapture(
  text: string | undefined,
  kind: SpanFacts['kind'] | undefined,
): SourceLocation | undefined {
  if (text === undefined) return undefined;
  const captured = parseCapturedFrames(text);
  const [innermost] = captured;
  if (!innermost) return undefined;
  const found = location(
    innermost.frame,
    trustInCapture(innermost, kind),
    'captured-frames',
    framesOf(captured),
  );
  const reason = kind === 'tool' ? 'where the tool was called' : reasons.get(innermost.reach);
  return reason === undefined ? found : { ...found, reason };
}

/** A tool's span starts before the tool's function does: its frames are those of the caller, not of the tool. */
function trustInCapture({ reach }: CapturedFrame, kind: SpanFacts['kind'] | undefined): Confidence {
  const confidence = confidenceOf(reach);
  return kind === 'tool' && confidence !== 'possible' ? 'likely' : confidence;
}

const reasons: ReadonlyMap<Reach, string> = new Map([
  ['task', 'where the task was made that the span ran in'],
  ['thread', 'where the work was handed to the thread that the span ran in'],
  ['entry', 'where the library was called'],
  ['worker', 'where the thread was started that the span ran in, maybe for another call'],
  ['late', 'where the span was made, after its call'],
  ['async', 'where the call was awaited'],
  ['parent', 'where the parent span was made'],
]);

function framesOf(captured: readonly CapturedFrame[]): readonly SourceFrame[] {
  return captured.map(({ frame }) => frame);
}

function fromAttributes(code: NonNullable<SpanFacts['code']>, dialect: string): SourceLocation | undefined {
  const frame = toFrame(
    code.file === undefined ? undefined : joinRoot(code.root, code.file),
    code.line,
    code.column,
    code.function,
  );
  if (!frame || isLibraryFile(frame.file)) return undefined;
  const stack = code.stack === undefined ? [] : userFrames(code.stack);
  const frames = stack.some((other) => other.file === frame.file && other.line === frame.line)
    ? stack
    : [frame, ...stack];
  return location(frame, trustIn(dialect), 'code-attributes', frames);
}

/** Logfire names the line of `asyncio.run(...)` for spans made inside tasks: its word alone is not exact. */
function trustIn(dialect: string): Confidence {
  return dialect === 'logfire' || dialect === 'pydanticAi' ? 'likely' : 'exact';
}

function fromStack(stack: string | undefined): SourceLocation | undefined {
  if (stack === undefined) return undefined;
  const frames = userFrames(stack);
  const [innermost] = frames;
  return innermost && location(innermost, 'likely', 'stack-trace', frames);
}

function userFrames(stack: string): readonly SourceFrame[] {
  return parseStack(stack).filter((frame) => !isLibraryFile(frame.file));
}

function location(
  frame: SourceFrame,
  confidence: Confidence,
  resolver: string,
  frames: readonly SourceFrame[],
): SourceLocation {
  return { ...frame, confidence, resolver, frames: frames.slice(0, keptFrames), candidates: [] };
}

function joinRoot(root: string | undefined, file: string): string {
  if (!root || /^([/\\]|[A-Za-z]:[/\\]|[a-z][a-z0-9+.-]+:)/i.test(file)) return file;
  return `${root.replace(/[/\\]+$/, '')}/${file}`;
}
