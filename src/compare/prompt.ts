import type { Message, ToolDefinition } from '../model/message.ts';

/** A piece of a prompt, in the order providers read (and cache) it: tools, instructions, messages. */
export interface PromptPiece {
  readonly label: string;
  readonly role: string;
  readonly text: string;
}

export function promptPieces(
  system: readonly Message[],
  input: readonly Message[],
  tools: readonly ToolDefinition[],
): PromptPiece[] {
  return [
    ...tools.map((tool) => ({ label: `tool ${tool.name}`, role: 'tool definition', text: toolText(tool) })),
    ...[...system, ...input].map((message, index) => ({
      label: `message ${index + 1} (${message.role})`,
      role: message.role,
      text: messageText(message),
    })),
  ];
}

/** A message as one text, for comparing. */
export function messageText({ parts }: Message): string {
  return parts
    .map((part) => {
      switch (part.type) {
        case 'tool_call':
          return `${part.name}(${part.arguments})`;
        case 'tool_result':
          return part.result;
        case 'media':
          return `[${[part.modality, part.mimeType, part.uri, part.inlineBytes === undefined ? undefined : `${part.inlineBytes} bytes`].filter((text) => text !== undefined).join(' ')}]`;
        default:
          return part.text;
      }
    })
    .join('\n\n');
}

export function toolText({ name, description, parameters }: ToolDefinition): string {
  return [name, description, parameters].filter((text) => text !== undefined).join('\n');
}
