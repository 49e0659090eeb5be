import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isKnownCost } from '../../../src/model/cost.ts';
import { nameCandidates } from '../../../src/pricing/modelNames.ts';
import { priceCall } from '../../../src/pricing/priceCall.ts';
import { call, known, plain, unknown } from './support.ts';

type Row = readonly [
  provider: string | undefined,
  model: string,
  expected: string,
  address?: string,
  port?: number,
];

/** What real programs send, and the entry of the table that holds. Cross-read with the vendors' lists of names. */
const priced: readonly Row[] = [
  ['openai', 'gpt-4o', 'openai / gpt-4o'],
  ['openai', 'gpt-4o-2024-08-06', 'openai / gpt-4o'],
  ['openai', 'gpt-4o-2024-05-13', 'openai / gpt-4o-2024-05-13'],
  ['OpenAI', 'gpt-4o-mini-2024-07-18', 'openai / gpt-4o-mini'],
  ['openai', 'GPT-4o-Mini', 'openai / gpt-4o-mini'],
  ['openai', 'gpt-4.1-nano-2025-04-14', 'openai / gpt-4.1-nano'],
  ['openai', 'o3-mini-2025-01-31', 'openai / o3-mini'],
  ['openai', 'gpt-5-chat-latest', 'openai / gpt-5'],
  ['openai', 'gpt-5-nano-2025-08-07', 'openai / gpt-5-nano'],
  ['openai', 'ft:gpt-4o-2024-08-06:acme::abc', 'openai / ft:gpt-4o'],
  ['openai', 'ft:gpt-4o:org::id', 'openai / ft:gpt-4o (read as ft:gpt-4o-2024-08-06)'],
  ['openai', 'ft:gpt-4o-mini-2024-07-18:acme:x:1', 'openai / ft:gpt-4o-mini'],
  ['openai', 'openai/gpt-4o', 'openai / gpt-4o'],
  ['anthropic', 'claude-sonnet-4-20250514', 'anthropic / claude-sonnet-4-0'],
  ['anthropic', 'claude-3-5-haiku-latest', 'anthropic / claude-3-5-haiku-latest'],
  ['anthropic', 'claude-3-opus-20240229', 'anthropic / claude-3-opus-latest'],
  ['anthropic', 'claude-haiku-4-5-20251001', 'anthropic / claude-haiku-4-5'],
  [
    'aws.bedrock',
    'anthropic.claude-3-5-sonnet-20240620-v1:0',
    'aws / regional.anthropic.claude-3-5-sonnet-20240620-v1:0',
  ],
  [
    'aws.bedrock',
    'us.anthropic.claude-sonnet-4-20250514-v1:0',
    'aws / regional.anthropic.claude-sonnet-4-20250514-v1:0',
  ],
  [
    'aws.bedrock',
    'eu.anthropic.claude-3-7-sonnet-20250219-v1:0',
    'aws / regional.anthropic.claude-3-7-sonnet-20250219-v1:0',
  ],
  [
    'aws.bedrock',
    'apac.anthropic.claude-3-haiku-20240307-v1:0',
    'aws / regional.anthropic.claude-3-haiku-20240307-v1:0',
  ],
  [
    'aws.bedrock',
    'us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0',
    'aws / regional.anthropic.claude-3-5-sonnet-20240620-v1:0',
  ],
  [
    'bedrock',
    'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
    'aws / regional.anthropic.claude-3-haiku-20240307-v1:0',
  ],
  [
    'aws.bedrock',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0',
    'aws / amazon.nova-pro-v1:0',
  ],
  ['aws.bedrock', 'amazon.nova-lite-v1:0', 'aws / amazon.nova-lite-v1:0'],
  ['aws_bedrock', 'meta.llama3-3-70b-instruct-v1:0', 'aws / meta.llama3-3-70b-instruct-v1:0'],
  ['aws.bedrock', 'us.meta.llama4-scout-17b-instruct-v1:0', 'aws / meta.llama4-scout-17b-instruct-v1:0'],
  ['aws', 'mistral.mistral-large-2402-v1:0', 'aws / mistral.mistral-large-2402-v1:0'],
  ['aws.bedrock', 'us.deepseek.r1-v1:0', 'aws / deepseek.r1-v1:0'],
  ['azure.ai.openai', 'gpt-4o', 'azure / gpt-4o'],
  ['azure.ai.openai', 'gpt-35-turbo', 'azure / gpt-3.5-turbo'],
  ['az.ai.openai', 'gpt-4o-2024-11-20', 'azure / gpt-4o'],
  ['azure', 'gpt-4o-mini-prod', 'azure / gpt-4o-mini (deployment “gpt-4o-mini-prod” read as gpt-4o-mini)'],
  [
    'azure.ai.openai',
    'my-gpt4o-deployment',
    'azure / gpt-4o (deployment “my-gpt4o-deployment” read as gpt-4o)',
  ],
  [
    'azure.ai.openai',
    'gpt-4-1-mini',
    'azure / gpt-4.1-mini (deployment “gpt-4-1-mini” read as gpt-4.1-mini)',
  ],
  ['azure.ai.inference', 'Phi-4', 'azure / phi-4'],
  ['openai', 'gpt-4o', 'azure / gpt-4o', 'acme.openai.azure.com', 443],
  ['gcp.gemini', 'gemini-2.0-flash-001', 'google / gemini-2.0-flash'],
  ['gcp.gemini', 'models/gemini-1.5-pro-002', 'google / gemini-1.5-pro, input up to 128,000 tokens'],
  [
    'gcp.vertex_ai',
    'publishers/google/models/gemini-2.5-pro',
    'google / gemini-2.5-pro, input up to 200,000 tokens',
  ],
  [
    'gcp.vertex_ai',
    'projects/p/locations/us-central1/publishers/anthropic/models/claude-3-5-sonnet-v2@20241022',
    'google / claude-3-5-sonnet',
  ],
  ['vertex_ai', 'claude-sonnet-4@20250514', 'google / claude-4-sonnet'],
  ['gemini', 'gemini-2.5-flash-preview-05-20', 'google / gemini-2.5-flash-preview'],
  ['google', 'gemini-2.5-flash-lite', 'google / gemini-2.5-flash-lite'],
  ['openrouter', 'anthropic/claude-3.5-sonnet', 'openrouter / anthropic/claude-3.5-sonnet'],
  ['openrouter', 'meta-llama/llama-3.3-70b-instruct', 'openrouter / meta-llama/llama-3.3-70b-instruct'],
  [
    'openrouter',
    'deepseek/deepseek-chat-v3-0324:free',
    'openrouter / deepseek/deepseek-chat-v3-0324:free, free of charge',
  ],
  [
    'openai',
    'anthropic/claude-3.5-sonnet',
    'openrouter / anthropic/claude-3.5-sonnet',
    'https://openrouter.ai/api/v1',
  ],
  [undefined, 'openrouter/anthropic/claude-sonnet-4', 'openrouter / anthropic/claude-sonnet-4'],
  [undefined, 'azure/gpt-4o', 'azure / gpt-4o'],
  [
    undefined,
    'bedrock/anthropic.claude-3-sonnet-20240229-v1:0',
    'aws / regional.anthropic.claude-3-sonnet-20240229-v1:0',
  ],
  [
    undefined,
    'bedrock/converse/us.anthropic.claude-sonnet-4-20250514-v1:0',
    'aws / regional.anthropic.claude-sonnet-4-20250514-v1:0',
  ],
  [
    undefined,
    'bedrock/us-west-2/anthropic.claude-3-haiku-20240307-v1:0',
    'aws / regional.anthropic.claude-3-haiku-20240307-v1:0',
  ],
  [undefined, 'gemini/gemini-2.0-flash', 'google / gemini-2.0-flash'],
  [undefined, 'groq/llama-3.3-70b-versatile', 'groq / llama-3.3-70b-versatile'],
  [undefined, 'mistral/mistral-large-latest', 'mistral / mistral-large'],
  [
    undefined,
    'together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo',
    'together / meta-llama/Llama-3.3-70B-Instruct-Turbo',
  ],
  [undefined, 'xai/grok-3', 'x-ai / grok-3'],
  [undefined, 'perplexity/sonar-pro', 'perplexity / sonar-pro'],
  [undefined, 'cohere_chat/command-r-plus', 'cohere / command-r-plus'],
  [undefined, 'openai:gpt-4o', 'openai / gpt-4o'],
  [undefined, 'google-gla:gemini-2.0-flash', 'google / gemini-2.0-flash'],
  [undefined, 'litellm_proxy/claude-3-5-sonnet-20241022', 'anthropic / claude-3-5-sonnet'],
  ['litellm', 'gpt-4o-mini', 'openai / gpt-4o-mini'],
  ['langchain', 'gpt-4o', 'openai / gpt-4o'],
  [
    'strands-agents',
    'us.anthropic.claude-sonnet-4-20250514-v1:0',
    'aws / regional.anthropic.claude-sonnet-4-20250514-v1:0',
  ],
  [
    'openai',
    'claude-3-5-sonnet-20241022',
    "anthropic / claude-3-5-sonnet (vendor taken from the model's name)",
  ],
  ['mistral_ai', 'mistral-large-2411', 'mistral / mistral-large'],
  ['mistralai', 'codestral-latest', 'mistral / codestral'],
  ['x_ai', 'grok-4-0709', 'x-ai / grok-4-0709'],
  ['groq', 'openai/gpt-oss-120b', 'groq / openai/gpt-oss-120b'],
  ['groq', 'meta-llama/llama-4-scout-17b-16e-instruct', 'groq / meta-llama/llama-4-scout-17b-16e-instruct'],
  ['openai', 'llama-3.1-8b-instant', 'groq / llama-3.1-8b-instant', 'api.groq.com', 443],
  ['cohere', 'command-r-08-2024', 'cohere / command-r'],
  ['perplexity', 'sonar', 'perplexity / sonar'],
  ['moonshot_ai', 'kimi-k2-0905-preview', 'moonshotai / kimi-k2-0905-preview'],
  ['github', 'gpt-4o', 'github-copilot / gpt-4o, free of charge'],
];

const local: readonly Row[] = [
  ['ollama', 'llama3.2:3b', 'ollama runs models on your own machines'],
  ['Ollama', 'deepseek-r1:8b', 'ollama runs models on your own machines', '192.168.1.20', 11434],
  [undefined, 'ollama/mistral', 'ollama runs models on your own machines'],
  [undefined, 'hosted_vllm/meta-llama/Llama-3.1-8B', 'hosted_vllm runs models on your own machines'],
  ['vllm', 'meta-llama/Llama-3.1-8B-Instruct', 'vllm runs models on your own machines'],
  ['lm_studio', 'qwen2.5-7b-instruct', 'lm_studio runs models on your own machines'],
  ['openai', 'llama3.2', 'Ollama answered at localhost:11434', 'localhost', 11434],
  ['openai', 'qwen2.5-7b-instruct', 'LM Studio answered at 127.0.0.1:1234', 'http://127.0.0.1:1234/v1'],
  ['openai', 'Qwen/Qwen2.5-7B-Instruct', 'an open model answered at ::1:8000', '[::1]', 8000],
];

/** Names that must stay unknown: any price would be a guess. */
const notPriced: readonly Row[] = [
  ['openai', 'gpt-9-ultra', 'model'],
  ['openai', 'mock-model', 'model'],
  ['openai', 'ft:gpt-4.1-2025-04-14:acme::1', 'price'],
  ['aws.bedrock', 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3', 'model'],
  ['aws.bedrock', 'arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc', 'model'],
  ['azure.ai.openai', 'chatbot-v2', 'model'],
  ['gcp.vertex_ai', 'projects/p/locations/us/endpoints/123', 'model'],
  ['gcp.vertex_ai', 'tunedModels/my-tune', 'model'],
  [undefined, 'meta-llama/Llama-3-8b', 'model'],
  ['openai', 'gpt-oss:20b', 'model'],
  ['openrouter', 'anthropic/claude-sonnet-4:nitro', 'model'],
  ['ollama', 'gpt-oss:120b-cloud', 'model'],
  ['ollama', 'gpt-oss:120b', 'model', 'ollama.com', 443],
  ['openai', 'my-model', 'model', 'localhost', 4000],
  ['ibm.watsonx.ai', 'ibm/granite-13b', 'model'],
  ['together_ai', 'openai/gpt-4o', 'model'],
  ['openai', 'whisper-1', 'price'],
  ['cerebras', 'qwen-3-coder-480b', 'price'],
  [undefined, '__proto__', 'model'],
  ['constructor', 'toString', 'model'],
  ['openai', 'a'.repeat(300), 'model'],
  ['openai', 'gpt-4o\nanthropic', 'model'],
];

function price([provider, requestModel, , serverAddress, serverPort]: Row): ReturnType<typeof priceCall> {
  return priceCall(
    call({ provider, requestModel, serverAddress, serverPort, usage: { input: 1000, output: 100 } }),
    plain,
  );
}

describe('names of models', () => {
  for (const row of priced) {
    it(`${row[1].slice(0, 90)} of ${row[0] ?? 'an unnamed provider'} has the price of ${row[2].slice(0, 60)}`, () => {
      assert.equal(known(price(row)).source.detail, row[2]);
    });
  }

  for (const row of local) {
    it(`${row[1]} of ${row[0] ?? 'an unnamed provider'} is local: ${row[2]}`, () => {
      const cost = known(price(row));
      assert.deepEqual([cost.amount, cost.source.kind, cost.source.detail], [0, 'local', row[2]]);
    });
  }

  for (const row of notPriced) {
    it(`${JSON.stringify(row[1].slice(0, 80))} of ${row[0] ?? 'an unnamed provider'} stays without a price`, () => {
      assert.equal(unknown(price(row)).unknown, row[2]);
    });
  }

  it('takes the answered model before the one that was asked for', () => {
    const usage = { input: 1000, output: 100 };
    const cost = priceCall(
      call({ provider: 'openai', requestModel: 'gpt-4o', responseModel: 'gpt-4o-mini', usage }),
      plain,
    );
    assert.equal(known(cost).source.detail, 'openai / gpt-4o-mini');
    const router = priceCall(
      call({ provider: 'azure', requestModel: 'x-deploy', responseModel: 'gpt-4o-2024-08-06', usage }),
      plain,
    );
    assert.equal(known(router).source.detail, 'azure / gpt-4o');
    const fallback = priceCall(
      call({ provider: 'openai', requestModel: 'gpt-4o', responseModel: 'internal-7', usage }),
      plain,
    );
    assert.equal(known(fallback).source.detail, 'openai / gpt-4o');
  });

  it('keeps the terms that only the requested name tells: region at Bedrock, variant at OpenRouter', () => {
    const usage = { input: 1_000_000, output: 0 };
    const asked = { provider: 'aws.bedrock', responseModel: 'claude-sonnet-4-5-20250929', usage };
    const global = priceCall(
      call({ ...asked, requestModel: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0' }),
      plain,
    );
    const regional = priceCall(
      call({ ...asked, requestModel: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0' }),
      plain,
    );
    assert.ok(known(global).amount < known(regional).amount);
    const free = priceCall(
      call({
        provider: 'openrouter',
        requestModel: 'deepseek/deepseek-r1:free',
        responseModel: 'deepseek/deepseek-r1',
        usage,
      }),
      plain,
    );
    assert.equal(known(free).amount, 0);
  });

  it('tries a bounded number of names, whatever the name', () => {
    for (const name of [
      'openai/'.repeat(36),
      'bedrock/'.repeat(32),
      '.'.repeat(256),
      '@'.repeat(256),
      'a-'.repeat(128),
      ':/'.repeat(128),
    ]) {
      for (const provider of ['azure', 'aws', undefined]) {
        assert.ok(nameCandidates(name, { provider, certain: false }).length <= 24);
      }
    }
  });

  it('remembers names without mixing up calls whose parts only look alike when joined', () => {
    const usage = { input: 1000, output: 100 };
    known(priceCall(call({ requestModel: 'gpt-4o', provider: 'openai', usage }), plain));
    const joined = priceCall(call({ requestModel: 'gpt-4o\nopenai', usage }), plain);
    assert.ok(!isKnownCost(joined));
  });
});
