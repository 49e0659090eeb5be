import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { operationKind } from '../operations.ts';
import type { SpanView } from '../spanView.ts';

/**
 * OpenTelemetry's GenAI semantic conventions, three generations: 1.26 (`gen_ai.system`, `prompt_tokens`, content in
 * span events), 1.28 to 1.36 (`input_tokens`, one log record per message), since 1.37 (`gen_ai.provider.name`,
 * `gen_ai.input.messages`).
 */
export const otelGenai: Dialect = {
  id: 'otelGenai',
  title: 'OpenTelemetry GenAI semantic conventions (1.26 to 1.41 and drafts)',
  signs: {
    keys: ['gen_ai.operation.name', 'gen_ai.system', 'gen_ai.provider.name', 'gen_ai.request.model'],
    scopes: ['opentelemetry.instrumentation.genai', 'opentelemetry.util.genai'],
  },
  kindFrom: '`gen_ai.operation.name`',
  kind: kindByOperation,
  fields: {
    operation: ['gen_ai.operation.name'],
    provider: ['gen_ai.provider.name', 'gen_ai.system'],
    requestModel: ['gen_ai.request.model'],
    responseModel: ['gen_ai.response.model'],
    responseId: ['gen_ai.response.id'],
    serviceTier: [
      'openai.response.service_tier',
      'gen_ai.openai.response.service_tier',
      'openai.request.service_tier',
      'gen_ai.openai.request.service_tier',
    ],
    streaming: ['gen_ai.request.stream', 'gen_ai.response.streaming'],
    finish: ['gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason'],
    sessionId: ['gen_ai.conversation.id', 'gen_ai.thread.id'],
    userId: ['gen_ai.user', 'gen_ai.request.user', 'gen_ai.user.id'],
    agentName: ['gen_ai.agent.name'],
    workflowName: ['gen_ai.workflow.name'],
    promptName: ['gen_ai.prompt.name'],
    promptVersion: ['gen_ai.prompt.version'],
    toolName: ['gen_ai.tool.name'],
    toolCallId: ['gen_ai.tool.call.id', 'gen_ai.tool.call_id'],
    toolType: ['gen_ai.tool.type'],
    toolDescription: ['gen_ai.tool.description'],
    toolArguments: ['gen_ai.tool.call.arguments', 'gen_ai.tool.args', 'gen_ai.tool.input'],
    toolResult: ['gen_ai.tool.call.result', 'gen_ai.tool.output'],
    outputType: [
      'gen_ai.output.type',
      'gen_ai.request.response_format',
      'gen_ai.openai.request.response_format',
    ],
    firstTokenSeconds: ['gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk'],
    serverAddress: ['server.address'],
    serverPort: ['server.port'],
    codeFile: ['code.file.path', 'code.filepath'],
    codeLine: ['code.line.number', 'code.lineno'],
    codeColumn: ['code.column.number', 'code.column'],
    codeFunction: ['code.function.name', 'code.function', 'code.module.name'],
    codeNamespace: ['code.namespace'],
    codeStack: ['code.stacktrace'],
    errorType: ['error.type'],
    errorMessage: ['error.message'],
    httpMethod: ['http.request.method', 'http.method'],
    httpUrl: ['url.full', 'http.url', 'http.target', 'url.path'],
    httpStatus: ['http.response.status_code', 'http.status_code'],
    resendCount: ['http.request.resend_count'],
  },
  usage: {
    input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
    output: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
    total: ['gen_ai.usage.total_tokens'],
    cacheRead: [
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.cache_read_input_tokens',
      'gen_ai.usage.input_tokens.cached',
      'gen_ai.usage.input_tokens.cache_read',
      'gen_ai.usage.prompt_tokens_details.cached_tokens',
    ],
    cacheWrite: [
      'gen_ai.usage.cache_write.input_tokens',
      'gen_ai.usage.cache_creation.input_tokens',
      'gen_ai.usage.cache_creation_input_tokens',
      'gen_ai.usage.cache_write_input_tokens',
      'gen_ai.usage.input_tokens.cache_write',
      'gen_ai.usage.prompt_tokens_details.cache_creation_tokens',
    ],
    cacheWrite1h: ['gen_ai.usage.cache_creation.input_tokens.ephemeral_1h'],
    reasoning: [
      'gen_ai.usage.reasoning.output_tokens',
      'gen_ai.usage.reasoning_tokens',
      'gen_ai.usage.output_tokens.reasoning',
    ],
    inputAudio: [
      'gen_ai.usage.audio.input_tokens',
      'gen_ai.usage.audio_input_tokens',
      'gen_ai.usage.input_tokens.audio',
    ],
    outputAudio: [
      'gen_ai.usage.audio.output_tokens',
      'gen_ai.usage.audio_output_tokens',
      'gen_ai.usage.output_tokens.audio',
    ],
    cacheReadAudio: ['gen_ai.usage.audio.cache_read.input_tokens'],
  },
};

/** The kind that `gen_ai.operation.name` tells. */
export function kindByOperation(view: SpanView): SpanKind | undefined {
  const operation = view.text('gen_ai.operation.name');
  return operation === undefined ? undefined : operationKind(operation);
}
