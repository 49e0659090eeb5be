import type { Dialect } from '../dialect.ts';
import { field, isRecord } from '../messages/structured.ts';
import type { RawUsage } from '../usage.ts';
import { asCount } from '../values.ts';
import type { SpanView } from '../spanView.ts';

/** AI SDK up to 6, or 7 with its legacy integration: `ai.*`, scope `ai`. */
export const vercelAiLegacy: Dialect = {
  id: 'vercelAiLegacy',
  title: 'Vercel AI SDK 3 to 6, and 7 in legacy mode (`ai.*`)',
  signs: { keys: ['ai.operationId', 'ai.model.id'] },
  kindFrom: '`ai.operationId`',
  kind(view) {
    const id = view.text('ai.operationId');
    if (id === undefined) return undefined;
    if (id === 'ai.toolCall') return 'tool';
    if (/embed/i.test(id)) return 'embedding';
    if (/rerank/i.test(id)) return 'rerank';
    return /\.do(?:Generate|Stream)$/.test(id) ? 'llm' : 'agent';
  },
  fields: {
    operation: ['ai.operationId'],
    provider: ['ai.model.provider', 'aisdk.model.provider'],
    requestModel: ['ai.model.id', 'aisdk.model.id'],
    responseModel: ['ai.response.model'],
    responseId: ['ai.response.id'],
    finish: ['ai.response.finishReason', 'ai.finishReason', 'gen_ai.finishReason'],
    sessionId: [
      'ai.telemetry.metadata.sessionId',
      'ai.telemetry.metadata.session_id',
      'ai.telemetry.metadata.chatId',
    ],
    userId: ['ai.telemetry.metadata.userId', 'ai.telemetry.metadata.user_id'],
    agentName: ['ai.telemetry.functionId'],
    toolName: ['ai.toolCall.name'],
    toolCallId: ['ai.toolCall.id'],
    toolArguments: ['ai.toolCall.args'],
    toolResult: ['ai.toolCall.result'],
    firstTokenMillis: ['ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk'],
  },
  usage: {
    input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
    output: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
    total: ['ai.usage.totalTokens'],
    cacheRead: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
    cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
    reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
  },
  alsoReads: ['ai.response.providerMetadata'],
  rawUsage: providerDetails,
  cacheIncluded(view) {
    if (
      view.has('ai.usage.inputTokenDetails.cacheReadTokens') ||
      view.has('ai.usage.inputTokenDetails.noCacheTokens')
    ) {
      return true;
    }
    return /anthropic|bedrock/i.test(view.text('ai.model.provider') ?? '') ? false : undefined;
  },
  facts(view) {
    const id = view.text('ai.operationId');
    return id?.startsWith('ai.stream') ? { streaming: true, from: ['ai.operationId'] } : undefined;
  },
};

/** AI SDK 4 and 5 leave cached and reasoning tokens to the provider's metadata. */
function providerDetails(view: SpanView): RawUsage | undefined {
  const metadata = view.json('ai.response.providerMetadata');
  if (!isRecord(metadata)) return undefined;
  for (const name of ['openai', 'azure', 'anthropic', 'bedrock', 'google', 'vertex']) {
    const own = field(metadata, name);
    if (!isRecord(own)) continue;
    const usage = field(own, 'usage');
    const from = isRecord(usage) ? usage : own;
    const count = (...keys: readonly string[]): number | undefined => {
      for (const key of keys) {
        const tokens = asCount(field(from, key));
        if (tokens !== undefined) return tokens;
      }
      return undefined;
    };
    return {
      cacheRead: count(
        'cachedPromptTokens',
        'cacheReadInputTokens',
        'cache_read_input_tokens',
        'cachedContentTokenCount',
      ),
      cacheWrite: count('cacheCreationInputTokens', 'cacheWriteInputTokens', 'cache_creation_input_tokens'),
      reasoning: count('reasoningTokens', 'thoughtsTokenCount'),
    };
  }
  return undefined;
}
