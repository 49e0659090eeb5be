import * as vscode from 'vscode';
import type { RecordedRequest } from '../../model/request.ts';
import type { Answer } from '../../request/answer.ts';
import { emptyAnswer } from '../../request/answer.ts';
import { schemaOf } from '../../request/chatBody.ts';
import { isObject, parseJson } from '../../request/json.ts';
import { readTurns, textOf } from '../../request/turns.ts';
import type { Sent } from './sendRequest.ts';

const patienceMs = 3_000;

/** Models that other extensions offer through the editor; none where there are none, or asking takes too long. */
export async function editorModels(): Promise<readonly vscode.LanguageModelChat[]> {
  const late = new Promise<readonly vscode.LanguageModelChat[]>((resolve) =>
    setTimeout(() => resolve([]), patienceMs),
  );
  try {
    return await Promise.race([vscode.lm.selectChatModels(), late]);
  } catch {
    return [];
  }
}

/** Asks a model of the editor; it asks the user itself whether this extension may. */
export async function askEditorModel(
  model: vscode.LanguageModelChat,
  request: RecordedRequest,
  signal: AbortSignal,
  onAnswer: (answer: Readonly<Answer>) => void,
): Promise<Sent> {
  const begun = performance.now();
  const cancel = new vscode.CancellationTokenSource();
  const stop = (): void => cancel.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const messages = messagesOf(request);
    const tools = request.tools.map((tool) => ({
      name: tool.name,
      description: tool.description ?? '',
      inputSchema: schemaOf(tool) as object,
    }));
    const justification = vscode.l10n.t('You asked to replay a recorded call with this model.');
    const response = await model.sendRequest(messages, { justification, tools }, cancel.token);
    const answer = emptyAnswer();
    answer.model = model.name;
    let timeToFirstTokenMs: number | undefined;
    for await (const part of response.stream) {
      if (part instanceof vscode.LanguageModelTextPart) answer.text += part.value;
      else if (part instanceof vscode.LanguageModelToolCallPart)
        answer.calls.set(part.callId, { name: part.name, arguments: JSON.stringify(part.input) });
      else continue;
      timeToFirstTokenMs ??= performance.now() - begun;
      onAnswer(answer);
    }
    const durationMs = performance.now() - begun;
    answer.usage = await countTokens(model, messages, answer.text, cancel.token);
    return { answer, durationMs, timeToFirstTokenMs };
  } finally {
    signal.removeEventListener('abort', stop);
    cancel.dispose();
  }
}

/** As the model itself counts: the editor does not tell what was used. */
async function countTokens(
  model: vscode.LanguageModelChat,
  messages: readonly vscode.LanguageModelChatMessage[],
  text: string,
  token: vscode.CancellationToken,
): Promise<{ input: number; output: number } | undefined> {
  try {
    let input = 0;
    for (const message of messages) input += await model.countTokens(message, token);
    return { input, output: text === '' ? 0 : await model.countTokens(text, token) };
  } catch {
    return undefined;
  }
}

/** The editor knows the user and the assistant only: instructions go first, as the user's. */
function messagesOf(request: RecordedRequest): vscode.LanguageModelChatMessage[] {
  return readTurns(request.messages).turns.map((turn) => {
    switch (turn.type) {
      case 'system':
      case 'user':
        return vscode.LanguageModelChatMessage.User(textOf(turn.content));
      case 'assistant':
        return vscode.LanguageModelChatMessage.Assistant([
          ...(turn.content.length > 0 ? [new vscode.LanguageModelTextPart(textOf(turn.content))] : []),
          ...turn.calls.map((call) => {
            const input = parseJson(call.arguments);
            return new vscode.LanguageModelToolCallPart(call.id, call.name, isObject(input) ? input : {});
          }),
        ]);
      case 'results':
        return vscode.LanguageModelChatMessage.User(
          turn.results.map(
            ({ id, result }) =>
              new vscode.LanguageModelToolResultPart(id, [new vscode.LanguageModelTextPart(result)]),
          ),
        );
    }
  });
}
