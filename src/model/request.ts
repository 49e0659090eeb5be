import type { MessagePart, ToolDefinition } from './message.ts';

type MediaPart = Extract<MessagePart, { type: 'media' }>;

/** A message part; of media that came inline, with its content where the journal still has it. */
export type RequestPart =
  | Exclude<MessagePart, MediaPart>
  | (MediaPart & {
      /** Base64. */
      readonly data?: string | undefined;
    });

export interface RequestMessage {
  readonly role: string;
  readonly name?: string | undefined;
  readonly parts: readonly RequestPart[];
}

/** The wire formats a recorded call can be repeated in. */
export const requestApis = ['chat', 'responses', 'messages', 'embeddings'] as const;
/** `chat`: OpenAI's chat completions; `messages`: Anthropic's. */
export type RequestApi = (typeof requestApis)[number];

/** What a program asked a model for, as far as the trace tells: enough to ask again. */
export interface RecordedRequest {
  /** The format that was used, as far as can be told. */
  readonly api: RequestApi;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  /** Instructions first. */
  readonly messages: readonly RequestMessage[];
  readonly tools: readonly ToolDefinition[];
  /** As the span says them: names of any dialect, values as text. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly outputType?: string | undefined;
}
