import type { Conversation, Message, RetrievedDocument, ToolDefinition } from '../model/message.ts';
import type { Evaluation, Provenance, SpanFacts, ToolUse } from '../model/span.ts';
import { readCode } from './code.ts';
import { ConversationReader, readDocuments, readToolDefinitions } from './conversation.ts';
import { readEvaluations, readMarks } from './evaluations.ts';
import { explain, ignoredKeys } from './explain.ts';
import type { SpanInput } from './input.ts';
import type { UnderstandOptions } from './options.ts';
import { readParameters, readTags } from './parameters.ts';
import { read, type Reading } from './read.ts';
import { SpanView } from './spanView.ts';
import { readTool } from './toolUse.ts';

export type { AttributeMapping, MappableField, UnderstandOptions } from './options.ts';

const noOptions: UnderstandOptions = {};

/**
 * What a span says, in our vocabulary, whatever convention it follows.
 *
 * Pure; never throws on received data. What every row needs is read at once, in one pass over the attributes; parsing
 * messages and the like is left to the methods, and to the properties that are computed when first asked for (`tool`,
 * `parameters`, `tags`, `evaluations`, `reportedMarks`, `code`: not copied by a spread).
 */
export function understand(input: SpanInput, options: UnderstandOptions = noOptions): SpanFacts {
  const view = new SpanView(input);
  return new UnderstoodSpan(view, options, read(view, options));
}

/** The eager facts as fields, the others computed once, when first asked for. */
class UnderstoodSpan implements SpanFacts {
  readonly kind: SpanFacts['kind'];
  readonly dialect: string;
  readonly guessed: boolean;
  readonly disposition: SpanFacts['disposition'];
  readonly pendingFor: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly operation: string | undefined;
  readonly provider: string | undefined;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly responseId: string | undefined;
  readonly usage: SpanFacts['usage'];
  readonly usageIsAggregate: boolean | undefined;
  readonly reportedCost: SpanFacts['reportedCost'];
  readonly serviceTier: string | undefined;
  readonly streaming: boolean | undefined;
  readonly timeToFirstTokenMs: number | undefined;
  readonly finishReasons: readonly string[];
  readonly status: SpanFacts['status'];
  readonly error: SpanFacts['error'];
  readonly rateLimited: boolean;
  readonly retryAfterMs: number | undefined;
  readonly retries: number | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly agentName: string | undefined;
  readonly workflowName: string | undefined;
  readonly promptName: string | undefined;
  readonly promptVersion: string | undefined;
  readonly outputType: string | undefined;
  readonly serverAddress: string | undefined;
  readonly serverPort: number | undefined;
  readonly http: SpanFacts['http'];
  readonly #view: SpanView;
  readonly #options: UnderstandOptions;
  readonly #reading: Reading;
  #tool: { readonly value: ToolUse | undefined } | undefined;
  #code: { readonly value: SpanFacts['code'] } | undefined;
  #conversation: ConversationReader | undefined;
  #toolDefinitions: readonly ToolDefinition[] | undefined;
  #parameters: ReadonlyMap<string, string> | undefined;
  #tags: readonly string[] | undefined;
  #evaluations: readonly Evaluation[] | undefined;
  #marks: ReadonlyMap<string, boolean> | undefined;

  constructor(view: SpanView, options: UnderstandOptions, reading: Reading) {
    const { facts } = reading;
    this.kind = facts.kind;
    this.dialect = facts.dialect;
    this.guessed = facts.guessed;
    this.disposition = facts.disposition;
    this.pendingFor = facts.pendingFor;
    this.parentSpanId = facts.parentSpanId;
    this.operation = facts.operation;
    this.provider = facts.provider;
    this.requestModel = facts.requestModel;
    this.responseModel = facts.responseModel;
    this.responseId = facts.responseId;
    this.usage = facts.usage;
    this.usageIsAggregate = facts.usageIsAggregate;
    this.reportedCost = facts.reportedCost;
    this.serviceTier = facts.serviceTier;
    this.streaming = facts.streaming;
    this.timeToFirstTokenMs = facts.timeToFirstTokenMs;
    this.finishReasons = facts.finishReasons;
    this.status = facts.status;
    this.error = facts.error;
    this.rateLimited = facts.rateLimited;
    this.retryAfterMs = facts.retryAfterMs;
    this.retries = facts.retries;
    this.sessionId = facts.sessionId;
    this.userId = facts.userId;
    this.agentName = facts.agentName;
    this.workflowName = facts.workflowName;
    this.promptName = facts.promptName;
    this.promptVersion = facts.promptVersion;
    this.outputType = facts.outputType;
    this.serverAddress = facts.serverAddress;
    this.serverPort = facts.serverPort;
    this.http = facts.http;
    this.#view = view;
    this.#options = options;
    this.#reading = reading;
  }

  get tool(): ToolUse | undefined {
    const { fields, dialectFacts } = this.#reading;
    this.#tool ??= { value: readTool(this.#view, this.kind, fields, dialectFacts) };
    return this.#tool.value;
  }

  get code(): SpanFacts['code'] {
    this.#code ??= { value: readCode(this.#view, this.#reading.fields, this.error?.stack) };
    return this.#code.value;
  }

  get parameters(): ReadonlyMap<string, string> {
    return (this.#parameters ??= readParameters(this.#view));
  }

  get tags(): readonly string[] {
    return (this.#tags ??= readTags(this.#view));
  }

  get evaluations(): readonly Evaluation[] {
    return (this.#evaluations ??= readEvaluations(this.#view));
  }

  get reportedMarks(): ReadonlyMap<string, boolean> {
    return (this.#marks ??= readMarks(this.#view));
  }

  conversation(): Conversation {
    return this.#messages.conversation();
  }

  output(): readonly Message[] {
    return this.#messages.output();
  }

  get #messages(): ConversationReader {
    return (this.#conversation ??= new ConversationReader(
      this.#view,
      this.kind,
      this.#reading.decided,
      this.#options,
    ));
  }

  toolDefinitions(): readonly ToolDefinition[] {
    return (this.#toolDefinitions ??= readToolDefinitions(this.#view, this.#options));
  }

  documents(): readonly RetrievedDocument[] {
    return readDocuments(this.#view, this.kind, this.#options);
  }

  provenance(): readonly Provenance[] {
    return explain(this.#view.input, this.#options);
  }

  ignored(): readonly string[] {
    return ignoredKeys(this.#view.input, this.#options);
  }
}
