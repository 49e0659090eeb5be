import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { facts, logInput } from './spans.ts';

describe('OpenTelemetry GenAI', () => {
  it('is read in its three generations', () => {
    const first = facts({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openai',
        'gen_ai.usage.prompt_tokens': 3,
        'gen_ai.usage.completion_tokens': 4,
      },
      events: [
        {
          name: 'gen_ai.content.prompt',
          attributes: { 'gen_ai.prompt': '[{"role":"user","content":"hi"}]' },
        },
        {
          name: 'gen_ai.content.completion',
          attributes: { 'gen_ai.completion': '[{"role":"assistant","content":"yo"}]' },
        },
      ],
    });
    assert.deepEqual(first.usage, { input: 3, output: 4 });
    assert.equal(first.conversation().input[0]?.parts[0]?.type, 'text');
    assert.equal(first.conversation().output[0]?.role, 'assistant');
    const second = facts({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.finish_reasons': ['stop'],
      },
      logs: [
        logInput({ name: 'gen_ai.system.message', body: { content: 'be kind' } }),
        logInput({
          attributes: { 'event.name': 'gen_ai.user.message' },
          body: '{"role": "user", "content": "hi"}',
        }),
        logInput({ name: 'gen_ai.tool.message', body: { id: 'call_1', content: 'sunny' } }),
        logInput({
          name: 'gen_ai.choice',
          body: { index: 0, finish_reason: 'stop', message: { content: 'yo' } },
        }),
      ],
    });
    const said = second.conversation();
    assert.deepEqual([said.system.length, said.input.length, said.output.length], [1, 2, 1]);
    assert.deepEqual(said.input[1]?.parts[0], { type: 'tool_result', id: 'call_1', result: 'sunny' });
    const third = facts({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.usage.input_tokens': 2076,
        'gen_ai.usage.output_tokens': 33,
        'gen_ai.usage.cache_read.input_tokens': 1920,
        'gen_ai.usage.cache_creation.input_tokens': 128,
        'gen_ai.response.time_to_first_chunk': 0.19,
        'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }],
        'gen_ai.output.messages':
          '[{"role":"assistant","parts":[{"type":"text","content":"yo"}],"finish_reason":"stop"}]',
      },
    });
    assert.deepEqual(third.usage, { input: 2076, output: 33, cacheRead: 1920, cacheWrite: 128 });
    assert.equal(third.timeToFirstTokenMs, 190);
    assert.deepEqual(third.finishReasons, ['stop']);
    assert.equal(third.conversation().input.length, 1);
  });

  it('knows fewer input than cached tokens as exclusive (Bedrock)', () => {
    const { usage, provider } = facts({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'anthropic.claude-sonnet-4-20250514-v1:0',
        'gen_ai.usage.input_tokens': 17,
        'gen_ai.usage.output_tokens': 33,
        'gen_ai.usage.cache_read.input_tokens': 1920,
        'gen_ai.usage.cache_write.input_tokens': 128,
      },
    });
    assert.deepEqual(usage, { input: 2065, output: 33, cacheRead: 1920, cacheWrite: 128 });
    assert.equal(provider, 'aws.bedrock');
  });

  it('takes memory operations, hooks and fetched responses for no call', () => {
    for (const operation of ['search_memory', 'execute_hook', 'fetch_response']) {
      assert.equal(facts({ attributes: { 'gen_ai.operation.name': operation } }).kind, 'other', operation);
    }
  });

  it('merges the pieces of a details event, and reads its counts when the span has none', () => {
    const piece = (key: string, text: string): { name: string; attributes: Record<string, unknown> } => ({
      name: 'gen_ai.client.inference.operation.details',
      attributes: { [key]: `[{"role":"user","parts":[{"type":"text","content":"${text}"}]}]` },
    });
    const said = facts({
      attributes: { 'gen_ai.operation.name': 'chat' },
      events: [piece('gen_ai.input.messages', 'hi'), piece('gen_ai.output.messages', 'yo')],
    }).conversation();
    assert.equal(said.input.length + said.output.length, 2);
    const counted = facts({
      attributes: { 'gen_ai.operation.name': 'chat' },
      logs: [
        logInput({
          name: 'gen_ai.client.inference.operation.details',
          attributes: {
            'gen_ai.usage.input_tokens': 5,
            'gen_ai.usage.output_tokens': 6,
            'gen_ai.response.finish_reasons': ['length'],
          },
        }),
      ],
    });
    assert.deepEqual(counted.usage, { input: 5, output: 6 });
    assert.deepEqual(counted.finishReasons, ['length']);
  });
});

describe('OpenInference', () => {
  const llm = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4o' };

  it('takes 0 of 0 for unknown, not for nothing (AutoGen streams)', () => {
    const { usage } = facts({
      attributes: { ...llm, 'llm.token_count.prompt': 0, 'llm.token_count.completion': 0 },
    });
    assert.equal(usage, undefined);
  });

  it('adds the cache for the Claude Agent SDK, whose totals mislead', () => {
    const { usage, kind } = facts({
      scope: 'openinference.instrumentation.claude_agent_sdk',
      attributes: {
        'openinference.span.kind': 'AGENT',
        'llm.token_count.prompt': 1000,
        'llm.token_count.completion': 5,
        'llm.token_count.total': 1005,
        'llm.token_count.prompt_details.cache_read': 800,
      },
    });
    assert.equal(kind, 'agent');
    assert.equal(usage?.input, 1800);
  });

  it('does not take LlamaIndex preparing a call for a call', () => {
    const prepare = {
      name: 'OpenAI._prepare_chat_with_tools',
      scope: 'openinference.instrumentation.llama_index',
    };
    assert.equal(facts({ ...prepare, attributes: llm }).kind, 'chain');
    assert.equal(facts({ ...prepare, name: 'OpenAI.astream_chat', attributes: llm }).kind, 'llm');
  });

  it('tells the model that was asked from the one that answered', () => {
    const { requestModel, responseModel, responseId, finishReasons } = facts({
      attributes: {
        ...llm,
        'llm.model_name': 'gpt-4o-2024-08-06',
        'llm.invocation_parameters': '{"temperature": 0.2, "model": "gpt-4o"}',
        'output.value':
          '{"id":"chatcmpl-1","choices":[{"finish_reason":"length","message":{}}],"model":"gpt-4o-2024-08-06"}',
      },
    });
    assert.deepEqual(
      [requestModel, responseModel, responseId],
      ['gpt-4o', 'gpt-4o-2024-08-06', 'chatcmpl-1'],
    );
    assert.deepEqual(finishReasons, ['length']);
  });

  it('says that the asked model is unknown where only the response object is there', () => {
    const { requestModel, responseModel } = facts({
      attributes: {
        ...llm,
        'llm.model_name': 'gpt-4o-2024-08-06',
        'llm.invocation_parameters': '{"id":"resp_1","model":"gpt-4o-2024-08-06"}',
      },
    });
    assert.deepEqual([requestModel, responseModel], [undefined, 'gpt-4o-2024-08-06']);
  });

  it('reads the time to the first token from its event', () => {
    const { timeToFirstTokenMs, streaming } = facts({
      attributes: llm,
      startMillis: 1_000,
      events: [{ name: 'First Token Stream Event', millis: 1_187.5 }],
    });
    assert.equal(timeToFirstTokenMs, 187.5);
    assert.equal(streaming, true);
  });

  it('takes a late annotation for a patch that judges another span', () => {
    const late = facts({
      attributes: {
        'openinference.span.kind': 'EVALUATOR',
        'annotations.0.annotation.name': 'good',
        'annotations.0.annotation.score': 0.5,
        'annotations.0.annotation.annotator_kind': 'HUMAN',
      },
      links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
    });
    assert.equal(late.disposition, 'patch');
    assert.deepEqual(late.evaluations, [
      { name: 'good', score: 0.5, by: 'user', target: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) } },
    ]);
  });

  it('reads judgements in the order in which they were written', () => {
    const { evaluations } = facts({
      attributes: {
        'evaluations.0.evaluation.name': 'correct',
        'annotations.0.annotation.name': 'liked',
      },
    });
    assert.deepEqual(
      evaluations.map(({ name }) => name),
      ['correct', 'liked'],
    );
  });

  it('keeps tool names where the span’s name says nothing (smolagents)', () => {
    const { tool } = facts({
      name: 'SimpleTool',
      attributes: {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'get_weather',
        'input.value': '{"city":"Rome"}',
        'output.value': 'sunny',
      },
    });
    assert.deepEqual(tool, { name: 'get_weather', arguments: '{"city":"Rome"}', result: 'sunny' });
  });
});

describe('LangSmith', () => {
  const span = (kind: string, operation: string): ReturnType<typeof facts> =>
    facts({
      scope: 'langsmith',
      attributes: { 'langsmith.span.kind': kind, 'gen_ai.operation.name': operation },
    });

  it('is believed about kinds, its operation names are not', () => {
    assert.equal(span('prompt', 'chat').kind, 'chain');
    assert.equal(span('retriever', 'embeddings').kind, 'retrieval');
    assert.equal(span('llm', 'chat').kind, 'llm');
  });

  it('has failed when an exception is there, though its status is OK', () => {
    const { status, error } = facts({
      status: 1,
      attributes: { 'langsmith.span.kind': 'llm' },
      events: [
        {
          name: 'exception',
          attributes: { 'exception.type': 'Exception', 'exception.message': 'RateLimitError(...)' },
        },
      ],
    });
    assert.equal(status.code, 'error');
    assert.equal(error?.message, 'RateLimitError(...)');
  });

  it('reads usage from JSON and from the text of a Python dict, and reasons from `a, b`', () => {
    const { usage, finishReasons } = facts({
      attributes: {
        'langsmith.span.kind': 'llm',
        'gen_ai.usage.input_tokens': 2096,
        'gen_ai.usage.output_tokens': 199,
        'gen_ai.usage.input_token_details': "{'cache_read': 1920, 'audio': 0}",
        'gen_ai.usage.output_token_details': "{'reasoning': 192}",
        'gen_ai.response.finish_reasons': 'stop, length',
      },
    });
    assert.equal(usage?.cacheRead, 1920);
    assert.equal(usage.reasoning, 192);
    assert.equal(usage.input, 2096);
    assert.deepEqual(finishReasons, ['stop', 'length']);
  });

  it('reads content that arrives as bytes', () => {
    const said = facts({
      attributes: {
        'langsmith.span.kind': 'llm',
        'gen_ai.prompt': new TextEncoder().encode('{"messages":[{"role":"user","content":"hi"}]}'),
      },
    }).conversation();
    assert.equal(said.input[0]?.role, 'user');
  });
});

describe('Langfuse', () => {
  const generation = {
    'langfuse.observation.type': 'generation',
    'langfuse.observation.model.name': 'gpt-4o-mini',
  };
  const usage = (details: string): unknown =>
    facts({ attributes: { ...generation, 'langfuse.observation.usage_details': details } }).usage;

  it('adds disjoint buckets up', () => {
    assert.deepEqual(usage('{"input":176,"output":33,"total":2129,"input_cached_tokens":1920}'), {
      input: 2096,
      output: 33,
      cacheRead: 1920,
    });
    assert.deepEqual(usage('{"input":10,"output":7,"total":209,"output_reasoning_tokens":192}'), {
      input: 10,
      output: 199,
      reasoning: 192,
    });
  });

  it("takes OpenAI's own object for what it is: inclusive", () => {
    const details =
      '{"completion_tokens": 33, "prompt_tokens": 2096, "total_tokens": 2129, "prompt_tokens_details": {"cached_tokens": 1920}}';
    assert.deepEqual(usage(details), { input: 2096, output: 33, cacheRead: 1920 });
    assert.deepEqual(
      usage('{"input_tokens": 12, "input_tokens_details": {"cached_tokens": 2}, "output_tokens": 42}'),
      {
        input: 12,
        output: 42,
        cacheRead: 2,
      },
    );
  });

  it('has failed where only its level says so, and no cost of 0', () => {
    const failed = facts({
      attributes: {
        ...generation,
        'langfuse.observation.level': 'ERROR',
        'langfuse.observation.status_message': 'Error code: 429 - slow down',
        'langfuse.observation.cost_details': '{"input": 0, "output": 0, "total": 0}',
      },
    });
    assert.deepEqual(
      [failed.status.code, failed.rateLimited, failed.reportedCost],
      ['error', true, undefined],
    );
    assert.equal(failed.requestModel, 'gpt-4o-mini');
  });

  it('reads a quoted start of the answer', () => {
    const start = Date.parse('2026-11-22T11:33:47.000Z');
    const { timeToFirstTokenMs } = facts({
      startMillis: start,
      attributes: {
        ...generation,
        'langfuse.observation.completion_start_time': '"2026-11-22T11:33:47.187500Z"',
      },
    });
    assert.equal(Math.round((timeToFirstTokenMs ?? 0) * 10), 1875);
  });
});

describe('Vercel AI SDK', () => {
  const call = {
    'ai.operationId': 'ai.streamText.doStream',
    'ai.model.id': 'claude',
    'ai.model.provider': 'anthropic.messages',
  };

  it('adds the cache in version 5 with Anthropic, not in version 6', () => {
    const five = facts({
      attributes: {
        ...call,
        'ai.usage.inputTokens': 2000,
        'ai.usage.outputTokens': 3,
        'ai.usage.totalTokens': 2003,
        'ai.usage.cachedInputTokens': 1920,
      },
    });
    assert.equal(five.usage?.input, 3920);
    const six = facts({
      attributes: {
        ...call,
        'ai.usage.inputTokens': 2000,
        'ai.usage.outputTokens': 3,
        'ai.usage.inputTokenDetails.cacheReadTokens': 1920,
      },
    });
    assert.equal(six.usage?.input, 2000);
  });

  it('reads an answer that lies in pieces', () => {
    const said = facts({
      attributes: {
        ...call,
        'ai.prompt.messages': '[{"role":"user","content":[{"type":"text","text":"hi"}]}]',
        'ai.response.text': 'yo',
        'ai.response.toolCalls': '[{"toolCallId":"1","toolName":"get","input":{"a":1}}]',
        'ai.response.finishReason': 'tool-calls',
      },
    });
    const [answer] = said.conversation().output;
    assert.deepEqual(
      answer?.parts.map(({ type }) => type),
      ['text', 'tool_call'],
    );
    assert.deepEqual(said.finishReasons, ['tool_calls']);
    assert.equal(said.provider, 'anthropic');
    assert.equal(said.streaming, true);
  });
});

describe('Frameworks', () => {
  it('Strands: milliseconds, a failed tool with status OK, the vendor from the model', () => {
    const call = facts({
      scope: 'strands.telemetry.tracer',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'strands-agents',
        'gen_ai.request.model': 'us.anthropic.claude-sonnet-4-20250514-v1:0',
        'gen_ai.usage.input_tokens': 15,
        'gen_ai.usage.prompt_tokens': 15,
        'gen_ai.usage.output_tokens': 10,
        'gen_ai.usage.total_tokens': 2025,
        'gen_ai.usage.cache_read_input_tokens': 2000,
        'gen_ai.server.time_to_first_token': 512,
      },
    });
    assert.deepEqual(call.usage, { input: 2015, output: 10, cacheRead: 2000 });
    assert.deepEqual([call.timeToFirstTokenMs, call.provider], [512, 'aws.bedrock']);
    const tool = facts({
      scope: 'strands.telemetry.tracer',
      status: 1,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'calc',
        'tool.status': 'error',
      },
      events: [
        { name: 'gen_ai.tool.message', attributes: { role: 'tool', content: '{"a":1}' } },
        { name: 'gen_ai.choice', attributes: { message: '[{"text": "boom"}]' } },
      ],
    });
    assert.equal(tool.status.code, 'error');
    assert.deepEqual(tool.tool, { name: 'calc', arguments: '{"a":1}', result: 'boom' });
  });

  it('Google ADK: thoughts beside the output, tools without a call', () => {
    const call = facts({
      name: 'call_llm',
      scope: 'gcp.vertex.agent',
      attributes: {
        'gen_ai.system': 'gcp.vertex.agent',
        'gcp.vertex.agent.llm_request':
          '{"model":"gemini-2.5-flash","contents":[{"role":"user","parts":[{"text":"hi"}]}]}',
        'gcp.vertex.agent.llm_response':
          '{"content":{"parts":[{"text":"yo"}],"role":"model"},"finish_reason":"STOP","usage_metadata":{"prompt_token_count":210,"candidates_token_count":14,"total_token_count":290,"thoughts_token_count":66,"cached_content_token_count":128}}',
      },
    });
    assert.deepEqual(
      [call.kind, call.requestModel, call.provider],
      ['llm', 'gemini-2.5-flash', 'gcp.gemini'],
    );
    assert.deepEqual(call.usage, { input: 210, output: 80, cacheRead: 128, reasoning: 66 });
    const tool = facts({
      scope: 'gcp.vertex.agent',
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gcp.vertex.agent.llm_request': '{}',
        'gen_ai.tool.call.id': '<not specified>',
        'gen_ai.tool.name': 'x',
      },
    });
    assert.equal(tool.kind, 'tool');
    assert.equal(tool.tool?.callId, undefined);
  });

  it('Pydantic AI: tools without an operation, an aggregate apart, no session of its own making', () => {
    const scope = 'pydantic-ai';
    assert.equal(
      facts({ scope, name: 'running tool', attributes: { 'gen_ai.tool.name': 'x' } }).kind,
      'tool',
    );
    assert.equal(
      facts({ scope, name: 'agent run', attributes: { agent_name: 'x', model_name: 'gpt-4o' } }).kind,
      'agent',
    );
    const agent = facts({
      scope,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.aggregated_usage.input_tokens': 5,
        'gen_ai.aggregated_usage.output_tokens': 6,
      },
    });
    assert.deepEqual([agent.usage, agent.usageIsAggregate], [{ input: 5, output: 6 }, true]);
    const own = facts({
      scope,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.conversation.id': '01a2030d-b77d-7600-96c9-8086b1acd8c0',
      },
    });
    assert.equal(own.sessionId, undefined);
    const given = facts({
      scope,
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': 'chat-42' },
    });
    assert.equal(given.sessionId, 'chat-42');
  });

  it('Logfire: start notices, late answers, calls without an operation, relative paths', () => {
    const pending = facts({
      scope: '@opentelemetry/instrumentation-openai',
      parentSpanId: 'e'.repeat(16),
      attributes: {
        'logfire.span_type': 'pending_span',
        'logfire.pending_parent_id': 'f'.repeat(16),
        'gen_ai.operation.name': 'chat',
      },
    });
    assert.deepEqual(
      [pending.disposition, pending.pendingFor, pending.parentSpanId, pending.kind],
      ['pending', 'e'.repeat(16), 'f'.repeat(16), 'llm'],
    );
    const late = facts({
      scope: 'logfire.openai',
      attributes: {
        'logfire.span_type': 'log',
        request_data: '{"model":"gpt-4o"}',
        'gen_ai.usage.input_tokens': 3,
      },
    });
    assert.deepEqual([late.disposition, late.kind, late.requestModel], ['patch', 'event', 'gpt-4o']);
    const agents = facts({
      scope: 'logfire.openai_agents',
      name: 'Responses API with {x}',
      attributes: { 'gen_ai.request.model': 'gpt-4o', 'logfire.msg_template': 'Responses API with {x}' },
    });
    assert.equal(agents.kind, 'llm');
    const tool = facts({
      scope: 'logfire.openai_agents',
      name: 'Function: {name}',
      attributes: { 'logfire.msg_template': 'Function: {name}', 'logfire.msg': 'Function: get_weather' },
    });
    assert.deepEqual([tool.kind, tool.tool?.name], ['tool', 'get_weather']);
    const { code } = facts({
      scope: 'logfire',
      attributes: {
        'logfire.msg': 'x',
        'code.filepath': 'travel/agent.py',
        'code.lineno': 11,
        'code.function': 'plan',
      },
      resource: { 'logfire.code.work_dir': '/app' },
    });
    assert.deepEqual(code, { file: 'travel/agent.py', line: 11, function: 'plan', root: '/app' });
  });

  it('LiteLLM: async calls are calls, the raw request is not, details as a Python dict', () => {
    const call = facts({
      name: 'litellm_request',
      scope: 'litellm',
      attributes: {
        'gen_ai.operation.name': 'acompletion',
        'gen_ai.system': '',
        'gen_ai.request.model': 'openai/gpt-4o',
        'llm.is_streaming': 'True',
        'metadata.usage_object':
          "{'completion_tokens': 33, 'prompt_tokens': 2065, 'total_tokens': 2098, 'prompt_tokens_details': {'cached_tokens': 1920, 'audio_tokens': None}, 'cache_creation_input_tokens': 128}",
        'gen_ai.cost.total_cost': 0.5,
        'gen_ai.response.finish_reasons': '["stop"]',
      },
    });
    assert.deepEqual([call.kind, call.provider, call.streaming], ['llm', 'openai', true]);
    assert.deepEqual(call.usage, { input: 2065, output: 33, cacheRead: 1920, cacheWrite: 128 });
    assert.equal(call.reportedCost?.total, 0.5);
    assert.equal(
      facts({ name: 'raw_gen_ai_request', scope: 'litellm', attributes: { 'llm.openai.model': 'gpt-4o' } })
        .kind,
      'other',
    );
  });

  it('Laminar: its own cache key, models by its type', () => {
    const call = facts({
      scope: 'lmnr.tracer',
      attributes: {
        'lmnr.span.type': 'LLM',
        'gen_ai.usage.input_tokens': 2096,
        'gen_ai.usage.output_tokens': 3,
        'gen_ai.usage.cache_read_input_tokens': 1920,
        'lmnr.association.properties.session_id': 's',
      },
    });
    assert.deepEqual([call.kind, call.usage?.cacheRead, call.sessionId], ['llm', 1920, 's']);
    assert.equal(
      facts({ attributes: { 'lmnr.span.type': 'LLM', 'lmnr.internal.metadata_only': true } }).disposition,
      'patch',
    );
  });

  it('OpenLLMetry, old: flattened messages, `llm.request.type`, the reason inside the completion', () => {
    const old = facts({
      scope: 'opentelemetry.instrumentation.cohere',
      attributes: {
        'llm.request.type': 'chat',
        'gen_ai.system': 'Cohere',
        'gen_ai.request.model': 'command-r',
        'gen_ai.usage.prompt_tokens': 5,
        'gen_ai.usage.completion_tokens': 2,
        'llm.usage.total_tokens': 7,
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'hi',
        'gen_ai.completion.0.content': 'yo',
        'gen_ai.completion.0.finish_reason': 'COMPLETE',
      },
    });
    assert.deepEqual([old.kind, old.provider, old.finishReasons], ['llm', 'cohere', ['stop']]);
    assert.equal(old.conversation().output[0]?.role, 'assistant');
    assert.deepEqual(old.usage, { input: 5, output: 2 });
  });

  it('MLflow: quotes around everything', () => {
    const call = facts({
      attributes: {
        'mlflow.spanType': '"CHAT_MODEL"',
        model: '"gpt-4o"',
        'mlflow.llm.model': '"gpt-4o-2024-08-06"',
        'mlflow.trace.session': '"s-1"',
        'mlflow.chat.tokenUsage':
          '{"input_tokens": 2096, "output_tokens": 33, "total_tokens": 2129, "cache_read_input_tokens": 1920}',
        'mlflow.spanOutputs': '{"id": "chatcmpl-1", "choices": [{"finish_reason": "tool_calls"}]}',
      },
    });
    assert.deepEqual(
      [call.kind, call.requestModel, call.responseModel, call.sessionId],
      ['llm', 'gpt-4o', 'gpt-4o-2024-08-06', 's-1'],
    );
    assert.deepEqual(call.usage, { input: 2096, output: 33, cacheRead: 1920 });
    assert.deepEqual(call.finishReasons, ['tool_calls']);
  });

  it('Claude Code: bare names, the cache beside the input, attempts', () => {
    const call = facts({
      name: 'claude_code.llm_request',
      scope: 'com.anthropic.claude_code.tracing',
      attributes: {
        model: 'claude-opus-4-6',
        input_tokens: '9',
        output_tokens: '310',
        cache_read_tokens: '24800',
        cache_creation_tokens: '1200',
        ttft_ms: 420,
        stop_reason: 'end_turn',
        attempt: 2,
        'session.id': 's',
      },
    });
    assert.deepEqual(call.usage, { input: 26009, output: 310, cacheRead: 24800, cacheWrite: 1200 });
    assert.deepEqual(
      [call.kind, call.timeToFirstTokenMs, call.retries, call.provider],
      ['llm', 420, 1, 'anthropic'],
    );
    assert.deepEqual(call.finishReasons, ['stop']);
  });

  it('LangChain4j and Spring AI: strings for numbers, an outcome for a status', () => {
    const call = facts({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'OPEN_AI',
        input_tokens: '133',
        output_tokens: '48',
        outcome: 'ERROR',
      },
    });
    assert.deepEqual(
      [call.usage, call.provider, call.status.code],
      [{ input: 133, output: 48 }, 'openai', 'error'],
    );
    assert.equal(facts({ attributes: { 'spring.ai.kind': 'vector_store' } }).kind, 'retrieval');
  });

  it('Semantic Kernel: `FinishReason.TOOL_CALLS`, a class in angle brackets, a URL as the server', () => {
    const call = facts({
      status: 2,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.response.finish_reason': 'FinishReason.TOOL_CALLS',
        'error.type': "<class 'openai.RateLimitError'>",
        'server.address': 'https://api.openai.com/v1/',
      },
    });
    assert.deepEqual(call.finishReasons, ['tool_calls']);
    assert.equal(call.error?.type, 'openai.RateLimitError');
    assert.deepEqual([call.rateLimited, call.provider], [true, 'openai']);
  });

  it('OpenLIT: no time to the first token, as its own is wrong', () => {
    const call = facts({
      scope: 'openlit.instrumentation.openai',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.stream': true,
        'gen_ai.server.time_to_first_token': 0.005,
        'gen_ai.usage.cost': 0.1,
      },
    });
    assert.equal(call.timeToFirstTokenMs, undefined);
    assert.deepEqual(call.reportedCost, { total: 0.1, attribute: 'gen_ai.usage.cost' });
  });

  it('seed: an estimate made before the call is replaced, and left out where the call failed', () => {
    const llm = { 'llm.model': 'gpt-4o', 'llm.provider': 'openai' };
    const done = facts({
      name: 'llm.generate',
      attributes: { ...llm, 'llm.input_tokens': 25, 'llm.output_tokens': 33, 'llm.total_tokens': 2129 },
    });
    assert.deepEqual(done.usage, { input: 2096, output: 33 });
    assert.equal(
      facts({ name: 'llm.generate', status: 2, attributes: { ...llm, 'llm.input_tokens': 25 } }).usage,
      undefined,
    );
    const marks = facts({
      attributes: {
        ...llm,
        'llm.input_tokens': 1,
        'quality.has_code': true,
        'quality.contains_apology': false,
      },
    });
    assert.deepEqual(
      [...marks.reportedMarks],
      [
        ['contains_code', true],
        ['apology', false],
      ],
    );
    assert.equal(
      facts({ attributes: { 'agent.total_cost': 5, 'agent.total_steps': 3 } }).reportedCost,
      undefined,
    );
  });

  it('Genkit: the plugin in the name, parts of the usage in the raw answer', () => {
    const call = facts({
      attributes: {
        'genkit:type': 'action',
        'genkit:metadata:subtype': 'model',
        'genkit:name': 'openai/o4-mini',
        'genkit:output':
          '{"finishReason":"stop","usage":{"inputTokens":10,"outputTokens":199,"totalTokens":209},"raw":{"id":"chatcmpl-1","model":"o4-mini-2025-04-16","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":199,"total_tokens":209,"completion_tokens_details":{"reasoning_tokens":192}}}}',
      },
    });
    assert.deepEqual(
      [call.provider, call.requestModel, call.responseModel],
      ['openai', 'o4-mini', 'o4-mini-2025-04-16'],
    );
    assert.deepEqual(call.usage, { input: 10, output: 199, reasoning: 192 });
    assert.equal(
      facts({
        attributes: {
          'genkit:metadata:subtype': 'userFeedback',
          'genkit:metadata:feedbackValue': 'negative',
        },
      }).disposition,
      'patch',
    );
  });
});
