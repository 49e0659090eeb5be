import { inlineBase64 } from '../conventions/messages/media.ts';
import type { Message } from '../model/message.ts';
import type { RecordedRequest, RequestApi, RequestMessage } from '../model/request.ts';
import type { SpanFacts } from '../model/span.ts';
import type { Interpreted } from './row.ts';

/** True for calls that can be written as a request: calls of models for text and for embeddings. */
export function isRepeatable({ kind }: SpanFacts): boolean {
  return kind === 'llm' || kind === 'embedding';
}

/** What the program asked for; undefined for spans that are no such calls. */
export function recordedRequest({ facts, input }: Interpreted): RecordedRequest | undefined {
  if (!isRepeatable(facts)) return undefined;
  const { system, input: messages } = facts.conversation();
  return {
    api: apiOf(facts, input.span.attributes.get('openai.api.type')),
    provider: facts.provider,
    model: facts.requestModel ?? facts.responseModel,
    serverAddress: facts.serverAddress,
    serverPort: facts.serverPort,
    messages: [...system, ...messages].map(withContent),
    tools: facts.toolDefinitions(),
    parameters: [...facts.parameters].map(([name, value]) => ({ name, value })),
    outputType: facts.outputType,
  };
}

function withContent({ role, name, parts }: Message): RequestMessage {
  return {
    role,
    name,
    parts: parts.map((part) => (part.type === 'media' ? { ...part, data: inlineBase64(part) } : part)),
  };
}

function apiOf({ kind, provider, operation }: SpanFacts, apiType: unknown): RequestApi {
  if (kind === 'embedding') return 'embeddings';
  if (provider === 'anthropic') return 'messages';
  return apiType === 'responses' || operation === 'responses' ? 'responses' : 'chat';
}
