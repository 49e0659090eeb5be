/** One message of a conversation, whatever shape the instrumentation gave it. */
export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or the emitter's own word. */
  readonly role: string;
  readonly name?: string | undefined;
  readonly parts: readonly MessagePart[];
  /** Normalised as in `finishReason.ts`. */
  readonly finishReason?: string | undefined;
}

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'refusal'; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly id?: string | undefined;
      readonly name: string;
      /** The arguments as JSON text where they parse, else the text as it came. */
      readonly arguments: string;
    }
  | {
      readonly type: 'tool_result';
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      /** Text, or JSON text for structured results. */
      readonly result: string;
      readonly isError?: boolean | undefined;
    }
  | {
      /** An image, sound or file, by reference; bytes that came inline stay in the journal. */
      readonly type: 'media';
      readonly modality: 'image' | 'audio' | 'video' | 'file';
      readonly mimeType?: string | undefined;
      /** A URL or file id; absent when the content came inline. */
      readonly uri?: string | undefined;
      /** Size of inline content in bytes (base64 decoded). */
      readonly inlineBytes?: number | undefined;
    }
  /** Anything else, kept as the text it came as; `unparsed` when it claims to be JSON and is not. */
  | { readonly type: 'raw'; readonly text: string; readonly unparsed?: boolean | undefined };

export interface Conversation {
  readonly system: readonly Message[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema as JSON text. */
  readonly parameters?: string | undefined;
}

export interface RetrievedDocument {
  readonly id?: string | undefined;
  readonly score?: number | undefined;
  readonly content?: string | undefined;
}
