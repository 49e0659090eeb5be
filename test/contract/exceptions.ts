/**
 * Where the ground truth beside a capture and what its payloads say differ, and why. Everything that is not listed
 * here is compared exactly.
 */
export interface CaptureNotes {
  /** Corrections of `expected.visible`. */
  readonly visible?: Readonly<Record<string, number>>;
  /** Finish reasons as the payloads show them, where they are not those that the service served. */
  readonly finishReasons?: Readonly<Record<string, number>>;
  /** `asked`: the requested model is nowhere; `answered`: the answering model is nowhere. */
  readonly hidden?: readonly ('asked' | 'answered')[];
  readonly why: string;
}

export const notes: Readonly<Record<string, CaptureNotes>> = {
  'js-ai-sdk': {
    finishReasons: { length: 1, stop: 10, tool_calls: 3 },
    why: 'the SDK calls an answer of the Responses API that asks for tools `tool-calls`, the service says `completed`',
  },
  'js-site-ai-sdk-7': {
    finishReasons: { length: 1, stop: 12, tool_calls: 5 },
    why: 'as in js-ai-sdk',
  },
  'js-ai-sdk-4': {
    finishReasons: { length: 1, stop: 8, tool_calls: 5 },
    why: 'the aborted stream has no span',
  },
  'js-langfuse': {
    visible: { llm_calls_ok: 19, calls_with_usage: 18, total_input_tokens: 3060, total_output_tokens: 578 },
    finishReasons: { stop: 2 },
    hidden: ['asked'],
    why: 'the generation `local-model` (11/3 tokens), made by hand, is a call for whoever reads the payloads; reasons are sent for Responses only',
  },
  'js-manual': { hidden: ['answered'], why: 'only the requested model is sent' },
  'js-manual-grpc': { hidden: ['answered'], why: 'only the requested model is sent' },
  'js-manual-json': { hidden: ['answered'], why: 'only the requested model is sent' },
  'js-oi-anthropic': {
    visible: { errors: 2, total_input_tokens: 5051 },
    why: "the cut stream has the SDK's own span, an error with the 10 input tokens of its first chunk",
  },
  'js-openai-agents': { hidden: ['asked'], why: 'the model is that of the response object' },
  'js-site-langfuse': { finishReasons: { stop: 1 }, hidden: ['asked'], why: 'as in js-langfuse' },
  'js-site-manual-esm': {
    finishReasons: { length: 1, stop: 8, tool_calls: 2 },
    hidden: ['answered'],
    why: 'the program writes no finish reason for its stream',
  },
  'js-traceloop': {
    finishReasons: { content_filter: 1, length: 1, stop: 11, tool_calls: 4 },
    why: 'the streamed response has neither output nor reason',
  },
  'py-google-adk': { hidden: ['answered'], why: 'only the requested model is sent' },
  'py-haystack-otel': { hidden: ['asked'], why: 'only the answering model is sent, inside the output' },
  'py-langfuse': {
    finishReasons: { stop: 4, tool_calls: 1 },
    hidden: ['asked'],
    why: 'reasons are sent for streams and for one response only',
  },
  'py-logfire-openai': {
    finishReasons: { content_filter: 1, length: 1, stop: 12, tool_calls: 3 },
    why: 'no reasons for streams and for the Responses API; the name of a streamed call’s model is the requested one',
  },
  'py-oi-google-genai': {
    finishReasons: { content_filter: 1, length: 1, stop: 11 },
    why: 'one span for the three turns of a tool loop, twice',
  },
  'py-oi-llama-index': { hidden: ['answered'], why: 'only the requested model is sent' },
  'py-otel-genai-bedrock': { hidden: ['answered'], why: 'Bedrock names no answering model' },
  'py-otel-genai-openai': {
    finishReasons: { content_filter: 1, error: 1, length: 1, stop: 17, tool_calls: 4 },
    why: 'the cut stream says `error`',
  },
  'py-otel-openai-v2': {
    finishReasons: { content_filter: 1, error: 1, length: 1, stop: 14, tool_calls: 4 },
    why: 'the cut stream says `error`; two Responses and one parsed completion have no span',
  },
  'py-seed-manual': { hidden: ['answered'], why: 'only the requested model is sent' },
  'py-seed-manual-json': { hidden: ['answered'], why: 'only the requested model is sent' },
  'py-semantic-kernel': { hidden: ['answered'], why: 'only the requested model is sent' },
  'py-strands': { hidden: ['answered'], why: 'only the requested model is sent' },
};
