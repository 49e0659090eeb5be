import { isKnownCost } from '../model/cost.ts';
import type { Conversation, Message } from '../model/message.ts';
import type { Usage } from '../model/usage.ts';
import type { AttributeMap, AttributeValue } from '../otlp/types.ts';
import type { IndexedSpan } from '../store/api.ts';

/** What of a span lies in the journal only. */
export interface SpanContent {
  readonly conversation: Conversation | undefined;
  readonly attributes: AttributeMap | undefined;
  readonly tool:
    | {
        readonly name: string;
        readonly callId?: string | undefined;
        readonly arguments?: string | undefined;
        readonly result?: string | undefined;
      }
    | undefined;
}

/** One line of `spans`; the shape is a contract, described in docs/cli.md. */
export function spanJson(row: IndexedSpan, content: SpanContent): Record<string, unknown> {
  const countedIn = row.counted ? undefined : row.countedIn;
  return {
    traceId: row.traceId,
    spanId: row.spanId,
    parentSpanId: row.parentSpanId === '' ? null : row.parentSpanId,
    name: row.name,
    service: row.service,
    kind: row.kind,
    dialect: row.dialect,
    guessed: row.guessed,
    status: {
      code: row.status.code,
      message: row.status.message,
      ...(row.errorType ? { type: row.errorType } : {}),
    },
    startTime: isoMicros(row.startMicros),
    durationMs: row.durationNanos === undefined ? null : row.durationNanos / 1e6,
    provider: row.provider ?? null,
    model: { requested: row.requestModel ?? null, answered: row.responseModel ?? null },
    usage: usageJson(row.counted ? (row.usage ?? row.ownUsage) : row.ownUsage),
    cost: row.counted ? costJson(row) : null,
    counted: row.counted,
    countedOnce: countedIn === undefined && (row.counted || row.ownUsage === undefined),
    ...(countedIn ? { countedIn: countedIn.spanId } : {}),
    ...(countedIn && countedIn.traceId !== row.traceId ? { countedInTrace: countedIn.traceId } : {}),
    countRule: row.countRule,
    timeToFirstTokenMs: row.timeToFirstTokenMs ?? null,
    finishReasons: row.finishReasons,
    retries: row.retries,
    rateLimited: row.rateLimited,
    flags: row.flags.map((flag) => ({ id: flag.id, severity: flag.severity, reason: flag.reason })),
    messages: content.conversation
      ? {
          input: [...content.conversation.system, ...content.conversation.input].map(messageJson),
          output: content.conversation.output.map(messageJson),
        }
      : { input: [], output: [] },
    tool: content.tool
      ? {
          name: content.tool.name,
          callId: content.tool.callId ?? null,
          arguments: content.tool.arguments ?? null,
          result: content.tool.result ?? null,
        }
      : null,
    session: row.sessionId ?? null,
    user: row.userId ?? null,
    agent: row.agentName ?? null,
    source: row.source
      ? {
          file: row.source.file,
          line: row.source.line,
          column: row.source.column ?? null,
          function: row.source.function ?? null,
          confidence: row.source.confidence,
          resolver: row.source.resolver,
          reason: row.source.reason ?? null,
          frames: row.source.frames,
          candidates: row.source.candidates,
        }
      : null,
    attributes: content.attributes ? attributesJson(content.attributes) : {},
  };
}

function messageJson(message: Message): unknown {
  return {
    role: message.role,
    ...(message.name === undefined ? {} : { name: message.name }),
    parts: message.parts,
    ...(message.finishReason === undefined ? {} : { finishReason: message.finishReason }),
  };
}

/** `null` for what is not known, also part by part. */
export function usageJson(usage: Usage | undefined): Record<string, number | null> | null {
  if (!usage) return null;
  return {
    inputTokens: usage.input ?? null,
    outputTokens: usage.output ?? null,
    cacheReadTokens: usage.cacheRead ?? null,
    cacheWriteTokens: usage.cacheWrite ?? null,
    reasoningTokens: usage.reasoning ?? null,
    ...(usage.inputAudio === undefined ? {} : { inputAudioTokens: usage.inputAudio }),
    ...(usage.outputAudio === undefined ? {} : { outputAudioTokens: usage.outputAudio }),
  };
}

function costJson(row: IndexedSpan): unknown {
  const { cost } = row;
  if (!cost || !isKnownCost(cost)) return null;
  return {
    amount: cost.amount,
    currency: cost.currency,
    parts: cost.parts,
    source: cost.source,
    ...(cost.compared ? { compared: cost.compared } : {}),
  };
}

/** An own key `__proto__` is written as such: the object has no prototype to lose. */
function attributesJson(attributes: AttributeMap): unknown {
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of attributes) object[key] = valueJson(value);
  return object;
}

function valueJson(value: AttributeValue): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map((item: AttributeValue) => valueJson(item));
  if (value instanceof Map) return attributesJson(value as AttributeMap);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

/** ISO 8601 in UTC with microseconds. */
export function isoMicros(micros: number): string {
  const millis = Math.floor(micros / 1000);
  if (!(Math.abs(millis) <= 8.64e15)) return new Date(8.64e15).toISOString();
  const rest = String(micros - millis * 1000).padStart(3, '0');
  return new Date(millis).toISOString().replace('Z', `${rest}Z`);
}
