import * as vscode from 'vscode';
import { visibleLabel } from '../../base/visibleText.ts';
import type { CostResult } from '../../model/cost.ts';
import type { RecordedRequest } from '../../model/request.ts';
import { plural } from '../../protocol/format.ts';
import type {
  ReplayAnswer,
  ReplayDraft,
  ReplayOptions,
  ReplayRequest,
  ReplayTarget,
} from '../../protocol/replay.ts';
import type { DetailsTarget } from '../../protocol/webview.ts';
import type { Answer } from '../../request/answer.ts';
import { emptyAnswer } from '../../request/answer.ts';
import { applyDraft, draftBody, draftOf } from '../../request/draft.ts';
import { openSettings } from '../commands/openSettings.ts';
import { settings } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { Log } from '../services/log.ts';
import { askEditorModel, editorModels } from './editorModels.ts';
import type { Endpoint } from './endpoints.ts';
import { keyName, readEndpoints } from './endpoints.ts';
import { ReplayError, sendRequest, type Sent } from './sendRequest.ts';

const endpointId = ({ name }: Endpoint): string => `endpoint ${name}`;
const modelId = ({ id }: vscode.LanguageModelChat): string => `editor ${id}`;
const progressMs = 100;
const longestMs = 10 * 60_000;

/** A request that is ready to be sent, once the user agrees. */
interface Prepared {
  readonly host: string;
  readonly model: string;
  readonly messages: number;
  readonly characters: number;
  readonly ask: (signal: AbortSignal, onAnswer: (answer: Readonly<Answer>) => void) => Promise<Sent>;
  readonly price: (answer: Answer) => Promise<CostResult | undefined>;
}

/** Sends recorded calls again, to endpoints of the user's and to models of the editor, each time after a question. */
export class Replay {
  readonly #engine: EngineClient;
  readonly #secrets: vscode.SecretStorage;
  readonly #log: Log;

  constructor(engine: EngineClient, secrets: vscode.SecretStorage, log: Log) {
    this.#engine = engine;
    this.#secrets = secrets;
    this.#log = log;
  }

  async options(): Promise<ReplayOptions> {
    if (!vscode.workspace.isTrusted)
      return {
        targets: [],
        problems: [],
        refusal: vscode.l10n.t('Nothing is sent from a workspace that is not trusted.'),
      };
    const { endpoints, problems } = this.endpoints();
    const own = endpoints.map(async (endpoint): Promise<ReplayTarget> => ({
      id: endpointId(endpoint),
      kind: endpoint.kind,
      label: endpoint.name,
      host: endpoint.host,
      model: endpoint.model,
      hasKey: (await this.#secrets.get(keyName(endpoint))) !== undefined,
    }));
    const offered = (await editorModels()).map((model): ReplayTarget => ({
      id: modelId(model),
      kind: 'editor',
      label: visibleLabel(model.name, 80),
      host: visibleLabel(model.vendor, 80),
      model: visibleLabel(model.name, 80),
      hasKey: true,
    }));
    return { targets: [...(await Promise.all(own)), ...offered], problems };
  }

  endpoints(): ReturnType<typeof readEndpoints> {
    return readEndpoints(vscode.workspace.getConfiguration().get(settings.replayEndpoints));
  }

  async request(target: DetailsTarget): Promise<ReplayRequest | null> {
    const recorded = await this.#recorded(target);
    return recorded && recorded.api !== 'embeddings' ? draftOf(recorded) : null;
  }

  /** Asks the user, sends, and answers with what came; a failure is an answer, too. */
  async send(
    draft: ReplayDraft,
    signal: AbortSignal,
    onProgress: (text: string, reasoning: string) => void,
  ): Promise<ReplayAnswer> {
    const recorded = await this.#recorded(draft.target);
    if (!vscode.workspace.isTrusted || !recorded)
      return failed(vscode.l10n.t('The call cannot be sent from here any more.'));
    const prepared = await this.#prepare(applyDraft(recorded, draft), draft);
    if (typeof prepared === 'string') return failed(prepared);
    if (!(await confirm(prepared))) return { ...nothing, state: 'declined' };
    return signal.aborted ? { ...nothing, state: 'cancelled' } : this.#attempt(prepared, signal, onProgress);
  }

  /** Who is asked for what; a sentence where that cannot be. */
  async #prepare(request: RecordedRequest, draft: ReplayDraft): Promise<Prepared | string> {
    const messages = request.messages.length;
    const endpoint = this.endpointOf(draft.to);
    if (endpoint) {
      const made = draftBody(request, draft.parameters, endpoint.kind);
      if ('problem' in made) return made.problem;
      const { body } = made;
      return {
        host: endpoint.host,
        model: draft.model,
        messages,
        characters: JSON.stringify(body).length,
        ask: async (signal, onAnswer) => {
          const key = await this.#secrets.get(keyName(endpoint));
          return sendRequest({ endpoint, key, body, signal, onAnswer });
        },
        price: (answer) => this.#price(endpoint, draft.model, answer),
      };
    }
    const model = (await editorModels()).find((item) => modelId(item) === draft.to);
    if (!model) return vscode.l10n.t('This target is not there any more. Choose another.');
    return {
      host: vscode.l10n.t('{0} (through the editor)', model.vendor),
      model: model.name,
      messages,
      characters: JSON.stringify(request.messages).length,
      ask: (signal, onAnswer) => askEditorModel(model, request, signal, onAnswer),
      price: () => Promise.resolve(undefined),
    };
  }

  async #attempt(
    { ask, host, price }: Prepared,
    signal: AbortSignal,
    onProgress: (text: string, reasoning: string) => void,
  ): Promise<ReplayAnswer> {
    const late = AbortSignal.timeout(longestMs);
    const told = throttled(({ text, reasoning }: Readonly<Answer>) => onProgress(text, reasoning));
    const begun = performance.now();
    this.#log.write('info', `A recorded call is sent to ${host}`);
    try {
      const sent = await ask(AbortSignal.any([signal, late]), told.soon);
      return answerOf(sent, 'done', await price(sent.answer));
    } catch (error) {
      const durationMs = performance.now() - begun;
      const state = signal.aborted ? 'cancelled' : 'failed';
      this.#log.write('info', `The call that was sent to ${host} was ${state}`);
      const isLate = late.aborted && state === 'failed';
      const message = isLate ? vscode.l10n.t('There was no answer within ten minutes.') : messageOf(error);
      const answer = told.latest() ?? emptyAnswer();
      return {
        ...answerOf({ answer, durationMs, timeToFirstTokenMs: undefined }, state, undefined),
        error: state === 'failed' ? message : undefined,
      };
    } finally {
      told.stop();
    }
  }

  configure(): Promise<void> {
    return openSettings(settings.replayEndpoints);
  }

  /** Asks for the key of an endpoint and keeps it with the editor's secrets. @returns false when the user thought better of it */
  async setKey(endpoint: Endpoint): Promise<boolean> {
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t('API Key of {0}', endpoint.name),
      prompt: vscode.l10n.t('Kept by the editor, encrypted, and sent to {0} only.', endpoint.host),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        /^[\x21-\x7e]{1,4096}$/.test(text.trim())
          ? undefined
          : vscode.l10n.t('A key has no blanks and no line ends.'),
    });
    if (key === undefined) return false;
    await this.#secrets.store(keyName(endpoint), key.trim());
    return true;
  }

  async deleteKey(endpoint: Endpoint): Promise<void> {
    await this.#secrets.delete(keyName(endpoint));
  }

  async hasKey(endpoint: Endpoint): Promise<boolean> {
    return (await this.#secrets.get(keyName(endpoint))) !== undefined;
  }

  endpointOf(to: string): Endpoint | undefined {
    return this.endpoints().endpoints.find((item) => endpointId(item) === to);
  }

  async #recorded(target: DetailsTarget): Promise<RecordedRequest | null> {
    return this.#engine.call('spans/request', target);
  }

  async #price(endpoint: Endpoint, asked: string, answer: Answer): Promise<CostResult | undefined> {
    const url = new URL(endpoint.baseUrl);
    try {
      return await this.#engine.call('pricing/price', {
        model: answer.model ?? asked,
        provider: endpoint.kind === 'anthropic' ? 'anthropic' : undefined,
        serverAddress: url.hostname.replace(/^\[|\]$/g, ''),
        serverPort: url.port === '' ? undefined : Number(url.port),
        usage: answer.usage,
        startMillis: Date.now(),
      });
    } catch {
      return undefined;
    }
  }
}

const nothing = { text: '', reasoning: '', calls: [], durationMs: 0 } as const;

function failed(error: string): ReplayAnswer {
  return { ...nothing, state: 'failed', error };
}

function answerOf(
  { answer, durationMs, timeToFirstTokenMs }: Sent,
  state: ReplayAnswer['state'],
  cost: CostResult | undefined,
): ReplayAnswer {
  const { text, reasoning, calls, model, finishReason, usage } = answer;
  return {
    state, text, reasoning, calls: [...calls.values()], model, finishReason, usage, cost, durationMs, timeToFirstTokenMs,
  }; // prettier-ignore
}

async function confirm({ host, model, messages, characters }: Prepared): Promise<boolean> {
  const send = vscode.l10n.t('Send');
  const question = vscode.l10n.t('Send this call to {0}?', visibleLabel(host, 120));
  const detail = [
    vscode.l10n.t('Model: {0}', visibleLabel(model, 120)),
    vscode.l10n.t('{0}, {1} in all', plural(messages, 'message'), plural(characters, 'character')),
    vscode.l10n.t('The messages of the recorded call leave this machine, and the call may cost money.'),
  ].join('\n');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, send)) === send;
}

function messageOf(error: unknown): string {
  if (error instanceof ReplayError || error instanceof RangeError) return error.message;
  if (error instanceof vscode.LanguageModelError)
    return vscode.l10n.t('The editor’s model refuses: {0}', error.message);
  return error instanceof Error ? error.message : String(error);
}

/** Calls with the latest value, at most ten times a second. */
function throttled<T>(call: (value: T) => void) {
  let timer: NodeJS.Timeout | undefined;
  const values: T[] = [];
  return {
    soon: (value: T): void => {
      values[0] = value;
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const latest of values) call(latest);
      }, progressMs);
    },
    latest: (): T | undefined => values[0],
    stop: (): void => clearTimeout(timer),
  };
}
