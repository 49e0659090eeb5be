import type { SpanFacts } from '../model/span.ts';
import type { FieldValues } from './fieldValues.ts';
import { at } from './keyTables.ts';
import type { SpanView } from './spanView.ts';
import { asNumber, asText } from './values.ts';

/** Where the capture hooks of the extension's environment put the user's frames (capture/). */
const framesKey = 'llm_trace_inspector.frames';

/**
 * What the span says about its place in the source: captured frames, `code.*` of either generation, a stack trace.
 * Paths are as the program gave them; `root` is the folder that relative ones start from (Logfire).
 */
export function readCode(
  view: SpanView,
  fields: FieldValues,
  errorStack: string | undefined,
): SpanFacts['code'] {
  const file = asText(fields.get(at.codeFile));
  const line = asNumber(fields.get(at.codeLine));
  const column = asNumber(fields.get(at.codeColumn));
  const name = functionName(asText(fields.get(at.codeFunction)), asText(fields.get(at.codeNamespace)));
  const captured = view.text(framesKey);
  const stack = asText(fields.get(at.codeStack)) ?? errorStack ?? anyStack(view);
  if (file === undefined && name === undefined && stack === undefined && captured === undefined)
    return undefined;
  const root = file === undefined ? undefined : rootOf(view);
  return {
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(name === undefined ? {} : { function: name }),
    ...(stack === undefined ? {} : { stack }),
    ...(root === undefined ? {} : { root }),
    ...(captured === undefined ? {} : { captured }),
  };
}

function functionName(name: string | undefined, namespace: string | undefined): string | undefined {
  if (name === undefined || namespace === undefined || name.includes('.')) return name;
  return `${namespace}.${name}`;
}

/** An exception that was recorded though the span did not fail still shows where it was made. */
function anyStack(view: SpanView): string | undefined {
  for (const event of view.input.span.events) {
    if (event.name === 'exception') return asText(event.attributes.get('exception.stacktrace'));
  }
  return undefined;
}

function rootOf(view: SpanView): string | undefined {
  const { attributes } = view.input.resource;
  const folder =
    asText(attributes.get('logfire.code.work_dir')) ?? asText(attributes.get('process.working_directory'));
  const inside = asText(attributes.get('logfire.code.root_path'));
  if (folder === undefined) return inside;
  return inside === undefined || inside === '.' ? folder : `${folder.replace(/[/\\]+$/, '')}/${inside}`;
}
