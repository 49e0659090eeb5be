import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { field, isRecord } from '../messages/structured.ts';
import { outputOf } from '../outputValue.ts';
import { readUsageObject } from '../usageObject.ts';
import type { SpanView } from '../spanView.ts';
import { asNumber, asText } from '../values.ts';

/** MLflow Tracing: every value is JSON text, so that a kind reads `"CHAT_MODEL"`, quotes included. */
export const mlflow: Dialect = {
  id: 'mlflow',
  title: 'MLflow Tracing',
  signs: { keys: ['mlflow.spanType'], scopes: ['mlflow'] },
  kindFrom: '`mlflow.spanType`',
  kind: (view) => kinds.get(view.word('mlflow.spanType') ?? ''),
  fields: {
    responseModel: ['mlflow.llm.model'],
    provider: ['mlflow.llm.provider'],
    sessionId: ['mlflow.trace.session', 'session.id'],
    userId: ['mlflow.trace.user', 'user.id'],
    codeFunction: ['mlflow.spanFunctionName'],
    toolArguments: ['mlflow.spanInputs'],
    toolResult: ['mlflow.spanOutputs'],
  },
  ownFields: { requestModel: ['model'], streaming: ['stream'] },
  alsoReads: ['mlflow.chat.tokenUsage', 'mlflow.llm.cost', 'mlflow.chat.tools'],
  rawUsage: (view) => readUsageObject(view.json('mlflow.chat.tokenUsage')),
  facts(view) {
    const type = view.word('mlflow.spanType');
    if (type !== 'chat_model' && type !== 'llm' && type !== 'embedding') return undefined;
    const output = outputOf(view.json('mlflow.spanOutputs'));
    const inputs = view.has('model') ? undefined : outputOf(view.json('mlflow.spanInputs'));
    const cost = view.json('mlflow.llm.cost');
    const total = isRecord(cost) ? asNumber(field(cost, 'total_cost')) : undefined;
    return {
      requestModel: inputs?.model,
      responseModel: view.has('mlflow.llm.model') ? undefined : output?.model,
      responseId: output?.id,
      finishReasons: streamReasons(view) ?? output?.finishReasons,
      cost: total === undefined ? undefined : { total, attribute: 'mlflow.llm.cost' },
      from: ['mlflow.spanOutputs', 'mlflow.spanInputs', 'mlflow.llm.cost'],
    };
  },
};

/** MLflow puts a stream together itself and calls every end `stop`; the chunks tell the reason. */
function streamReasons(view: SpanView): readonly string[] | undefined {
  const { events } = view.input.span;
  for (let i = events.length - 1; i >= 0 && i >= events.length - 8; i--) {
    const event = events[i];
    if (!event?.name.startsWith('mlflow.chunk.item.')) continue;
    const text = asText(event.attributes.get('mlflow.chunk.value'))?.slice(0, 8192) ?? '';
    const reason = /"(?:finish_reason|stop_reason)": ?"(\w{1,40})"/.exec(text)?.[1];
    if (reason !== undefined) return [reason];
  }
  return undefined;
}

const kinds = new Map<string, SpanKind>([
  ['chat_model', 'llm'],
  ['llm', 'llm'],
  ['embedding', 'embedding'],
  ['tool', 'tool'],
  ['agent', 'agent'],
  ['retriever', 'retrieval'],
  ['reranker', 'rerank'],
  ['chain', 'chain'],
  ['workflow', 'workflow'],
  ['task', 'chain'],
  ['parser', 'chain'],
  ['memory', 'other'],
  ['guardrail', 'guardrail'],
  ['evaluator', 'evaluator'],
  ['unknown', 'other'],
]);
