import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { costMismatch } from '../../../src/model/costMismatch.ts';
import { contextWindow, preparePricing, priceCall } from '../../../src/pricing/priceCall.ts';
import { tableVersion } from '../../../src/pricing/tableVersion.ts';
import { call, known, near, plain, table, unknown } from './support.ts';

const mini = { provider: 'openai', requestModel: 'gpt-4o-mini' } as const;
const usage = { input: 1200, output: 300, cacheRead: 1000, reasoning: 0 };

describe('the price of a call', () => {
  it('is the table’s, part by part, with the table’s name, version and date', () => {
    const cost = known(priceCall(call({ ...mini, usage }), plain));
    assert.deepEqual(
      cost.parts.map(({ what, tokens, rate, amount }) => [what, tokens, rate, amount]),
      [
        ['input', 200, 0.15 / 1e6, 0.00003],
        ['cacheRead', 1000, 0.075 / 1e6, 0.000075],
        ['output', 300, 0.6 / 1e6, 0.00018],
      ],
    );
    assert.ok(near(cost.amount, 0.000285));
    assert.deepEqual(
      [cost.source.kind, cost.source.name, cost.source.version],
      ['table', '@pydantic/genai-prices', tableVersion],
    );
    assert.match(cost.source.date ?? '', /^\d{4}-\d\d-\d\d$/);
  });

  it('is that of the day of the call', () => {
    const of = (day: string): number =>
      known(
        priceCall(
          call({
            provider: 'openai',
            requestModel: 'o3',
            usage: { input: 1_000_000, output: 0 },
            startMillis: Date.parse(day),
          }),
          plain,
        ),
      ).amount;
    assert.deepEqual([of('2025-06-09T23:59:59Z'), of('2025-06-10T00:00:00Z')], [10, 2]);
  });

  it('is that of the hour of the call where prices change by hour', () => {
    const at = (time: string): number =>
      known(
        priceCall(
          call({
            provider: 'deepseek',
            requestModel: 'deepseek-chat',
            usage: { input: 1_000_000, output: 0 },
            startMillis: Date.parse(time),
          }),
          plain,
        ),
      ).amount;
    assert.deepEqual(
      [at('2025-05-01T00:29:59Z'), at('2025-05-01T00:30:00Z'), at('2025-05-01T16:30:00Z')],
      [0.135, 0.27, 0.135],
    );
  });

  it('rises for all tokens once the input passes a threshold', () => {
    const of = (input: number): number =>
      known(
        priceCall(
          call({ provider: 'gcp.gemini', requestModel: 'gemini-2.5-pro', usage: { input, output: 1000 } }),
          plain,
        ),
      ).amount;
    assert.ok(near(of(200_000), 0.25 + 0.01) && near(of(200_001), 0.5000025 + 0.015));
  });

  it('is unknown, never 0, without usage, without output tokens, without a model or without a price', () => {
    assert.equal(unknown(priceCall(call(mini), plain)).unknown, 'usage');
    assert.equal(unknown(priceCall(call({ ...mini, usage: { input: 10 } }), plain)).unknown, 'usage');
    assert.equal(unknown(priceCall(call({ ...mini, usage: { output: 10 } }), plain)).unknown, 'usage');
    assert.equal(unknown(priceCall(call({ usage }), plain)).unknown, 'model');
    assert.equal(
      unknown(priceCall(call({ provider: 'openai', requestModel: 'nope', usage }), plain)).unknown,
      'model',
    );
    assert.equal(
      unknown(priceCall(call({ provider: 'openai', requestModel: 'whisper-1', usage }), plain)).unknown,
      'price',
    );
    for (const requestModel of ['text-embedding-3-small']) {
      assert.equal(
        unknown(priceCall(call({ provider: 'openai', requestModel, usage }), plain)).unknown,
        'price',
      );
    }
  });

  it('needs no output tokens for embeddings', () => {
    const cost = priceCall(
      call({
        kind: 'embedding',
        provider: 'openai',
        requestModel: 'text-embedding-3-small',
        usage: { input: 59 },
      }),
      plain,
    );
    assert.ok(near(known(cost).amount, 59 * 0.02e-6));
  });

  it('of no tokens at all is 0', () => {
    assert.equal(known(priceCall(call({ ...mini, usage: { input: 0, output: 0 } }), plain)).amount, 0);
  });

  it('is unknown for batch, flex and priority calls, which the table has no prices for', () => {
    for (const serviceTier of ['batch', 'flex', 'Priority', 'scale']) {
      assert.equal(
        unknown(priceCall(call({ ...mini, usage, serviceTier }), plain)).unknown,
        'price',
        serviceTier,
      );
    }
    for (const serviceTier of ['default', 'auto', 'standard', 'standard_only', '']) {
      assert.ok(known(priceCall(call({ ...mini, usage, serviceTier }), plain)).amount > 0, serviceTier);
    }
    const groq = { provider: 'groq', requestModel: 'llama-3.1-8b-instant', usage };
    assert.ok(known(priceCall(call({ ...groq, serviceTier: 'on_demand' }), plain)).amount > 0);
    assert.ok(known(priceCall(call({ ...groq, serviceTier: 'flex' }), plain)).amount > 0);
  });
});

describe('a reported cost', () => {
  const reported = (total: number): { total: number; attribute: string } => ({
    total,
    attribute: 'gen_ai.usage.cost',
  });

  it('comes before the table’s, which is kept beside it', () => {
    const cost = known(priceCall(call({ ...mini, usage, reportedCost: reported(0.0003) }), plain));
    assert.deepEqual(
      [cost.amount, cost.source.kind, cost.source.name],
      [0.0003, 'reported', 'gen_ai.usage.cost'],
    );
    assert.equal(cost.compared?.source.kind, 'table');
    assert.ok(near(cost.compared.amount, 0.000285));
    assert.deepEqual(cost.parts, [{ what: 'reported', tokens: 1, rate: 0.0003, amount: 0.0003 }]);
  });

  it('stands alone where nothing can be computed', () => {
    const cost = known(priceCall(call({ requestModel: 'house-model', reportedCost: reported(0.02) }), plain));
    assert.deepEqual([cost.amount, cost.compared], [0.02, undefined]);
  });

  it('of exactly 0 counts as not reported while tokens were used: some emitters write 0 for unknown', () => {
    assert.ok(known(priceCall(call({ ...mini, usage, reportedCost: reported(0) }), plain)).amount > 0);
    assert.equal(
      unknown(priceCall(call({ requestModel: 'house-model', usage, reportedCost: reported(0) }), plain))
        .unknown,
      'model',
    );
    assert.equal(unknown(priceCall(call({ ...mini, reportedCost: reported(0) }), plain)).unknown, 'usage');
    assert.equal(
      known(
        priceCall(
          call({ requestModel: 'x', usage: { input: 0, output: 0 }, reportedCost: reported(0) }),
          plain,
        ),
      ).source.kind,
      'reported',
    );
    assert.equal(
      known(
        priceCall(call({ provider: 'ollama', requestModel: 'x', usage, reportedCost: reported(0) }), plain),
      ).source.kind,
      'local',
    );
  });

  it('that is no amount is not believed', () => {
    for (const total of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      assert.equal(
        known(priceCall(call({ ...mini, usage, reportedCost: reported(total) }), plain)).source.kind,
        'table',
      );
    }
  });

  it('differs from the computed one above 5 %, not below, and not by rounding', () => {
    const mismatch = (total: number): number | undefined =>
      costMismatch(known(priceCall(call({ ...mini, usage, reportedCost: reported(total) }), plain)))?.share;
    assert.equal(mismatch(0.000285), undefined);
    assert.equal(mismatch(0.000285 * 0.96), undefined);
    assert.equal(mismatch(0.000285 * 1.04), undefined);
    assert.ok(near(mismatch(0.000285 * 2) ?? 0, 0.5));
    assert.ok(near(mismatch(0.000285 * 0.5) ?? 0, 0.5));
    const tiny = { ...mini, usage: { input: 7, output: 0 } };
    assert.equal(
      costMismatch(known(priceCall(call({ ...tiny, reportedCost: reported(0.000001) }), plain))),
      undefined,
    );
    assert.equal(costMismatch(known(priceCall(call({ ...mini, usage }), plain))), undefined);
  });
});

describe('the user’s own prices', () => {
  const own = { model: 'gpt-4o-mini', input: 10, output: 20 };

  it('come before reported and listed ones, and the reported one is kept beside', () => {
    const options = preparePricing({ table, userPrices: [own] });
    const reportedCost = { total: 1, attribute: 'llm.cost_usd' };
    const cost = known(
      priceCall(call({ ...mini, usage: { input: 1000, output: 100 }, reportedCost }), options),
    );
    assert.ok(near(cost.amount, 0.012));
    assert.deepEqual(
      [cost.source.kind, cost.source.name, cost.compared?.amount],
      ['user', 'your price 1', 1],
    );
  });

  it('hold for the first entry that fits model, provider and day', () => {
    const options = preparePricing({
      table,
      userPrices: [
        { model: 'house-*', provider: 'acme', input: 1, output: 1 },
        { model: 'house-*', input: 2, output: 2, until: '2026-02-01' },
        { model: '*-small', input: 3, output: 3, from: '2026-03-01' },
        { model: '*', input: 4, output: 4 },
      ],
    });
    const of = (provider: string, requestModel: string, day: string): number =>
      known(
        priceCall(
          call({
            provider,
            requestModel,
            usage: { input: 1_000_000, output: 0 },
            startMillis: Date.parse(day),
          }),
          options,
        ),
      ).amount;
    assert.equal(of('acme', 'House-Small', '2026-03-01'), 1);
    assert.equal(of('other', 'house-small', '2026-01-31T23:59:59Z'), 2);
    assert.equal(of('other', 'house-small', '2026-02-01'), 4);
    assert.equal(of('other', 'house-small', '2026-03-01'), 3);
    assert.equal(of('ollama', 'llama3', '2026-03-01'), 4);
  });

  it('know providers by all their names', () => {
    const options = preparePricing({
      table,
      userPrices: [{ model: '*', provider: 'bedrock', input: 5, output: 5 }],
    });
    const cost = priceCall(
      call({
        provider: 'aws.bedrock',
        requestModel: 'amazon.nova-lite-v1:0',
        usage: { input: 1e6, output: 0 },
      }),
      options,
    );
    assert.equal(known(cost).amount, 5);
  });

  it('may have tiers, parts, a fee per call and service tiers', () => {
    const options = preparePricing({
      table,
      userPrices: [
        {
          model: 'm',
          input: 1,
          output: 2,
          cacheRead: 0.1,
          cacheWrite1h: 4,
          reasoning: 3,
          request: 0.5,
          tiers: [{ aboveInputTokens: 100, input: 10 }],
        },
        { model: 'm', serviceTier: 'batch', input: 0.5, output: 1 },
        { model: 'fee', request: 0.25 },
      ],
    });
    const at = (fields: object): ReturnType<typeof priceCall> =>
      priceCall(call({ requestModel: 'm', ...fields }), options);
    const parts = known(
      at({
        usage: { input: 100, output: 50, cacheRead: 20, cacheWrite: 30, cacheWrite1h: 10, reasoning: 5 },
      }),
    ).parts;
    assert.deepEqual(
      parts.map(({ what, tokens, rate }) => [
        what,
        tokens,
        what === 'request' ? rate : Number((rate * 1e6).toFixed(6)),
      ]),
      [
        ['input', 50, 1],
        ['cacheRead', 20, 0.1],
        ['cacheWrite', 20, 1],
        ['cacheWrite1h', 10, 4],
        ['output', 45, 2],
        ['reasoning', 5, 3],
        ['request', 1, 0.5],
      ],
    );
    const above = known(at({ usage: { input: 101, output: 1 } }));
    assert.deepEqual(
      above.parts.map(({ rate }) => Number((rate * 1e6).toFixed(6))),
      [10, 2, 500_000],
    );
    assert.ok(near(known(at({ usage: { input: 1e6, output: 1e6 }, serviceTier: 'batch' })).amount, 1.5));
    assert.equal(unknown(at({ usage: { input: 1, output: 1 }, serviceTier: 'flex' })).unknown, 'model');
    assert.equal(known(at({ requestModel: 'fee', usage: { input: 9, output: 9 } })).amount, 0.25);
    assert.equal(unknown(at({ requestModel: 'fee' })).unknown, 'usage');
  });

  it('are checked one by one: a faulty entry is named and left out, the others hold', () => {
    const { problems, lookup } = preparePricing({
      table,
      userPrices: [
        { model: 'a', input: '2.5', output: 1 },
        'nonsense',
        null,
        { input: 1 },
        { model: 'b' },
        { model: 'c', input: -1 },
        { model: 'd', input: Number.NaN },
        { model: 'e', input: 1, from: 'soon' },
        { model: 'f', input: 1, from: '2026-02-01', until: '2026-01-01' },
        { model: 'g', input: 1, tiers: [{ input: 2 }] },
        { model: 'h', input: 1, tiers: 'x' },
        { model: 'x'.repeat(300), input: 1 },
        { model: 'i', input: 1, provider: 7 },
        { model: 'j', input: 1, request: 'free' },
        own,
      ],
    });
    assert.deepEqual(
      problems.map((problem) => /^Price \d+/.exec(problem)?.[0]),
      Array.from({ length: 14 }, (_, index) => `Price ${index + 1}`),
    );
    assert.match(problems[0] ?? '', /`input` must be USD per million tokens/);
    assert.ok(known(priceCall(call({ ...mini, usage }), { lookup })).source.kind === 'user');
  });

  it('are bounded in number', () => {
    const many = Array.from({ length: 1001 }, (_, index) => ({ model: `m${index}`, input: 1, output: 1 }));
    const { problems } = preparePricing({ table, userPrices: many });
    assert.equal(problems.length, 1);
  });

  it('match hostile names in linear time', () => {
    const options = preparePricing({
      table,
      userPrices: [{ model: `${'*a'.repeat(100)}*b`, input: 1, output: 1 }],
    });
    const started = process.cpuUsage();
    priceCall(call({ requestModel: 'a'.repeat(100_000), usage }), options);
    assert.ok(process.cpuUsage(started).user < 2_000_000);
  });
});

describe('aliases of the user’s', () => {
  it('name a deployment’s model, with or without its provider', () => {
    const aliases = [
      { name: 'chatbot-*', model: 'gpt-4o-mini' },
      { name: 'house', model: 'claude-3-5-sonnet-20241022', provider: 'anthropic' },
    ];
    const options = preparePricing({ table, aliases });
    const deployed = known(
      priceCall(call({ provider: 'azure.ai.openai', requestModel: 'chatbot-v2', usage }), options),
    );
    assert.equal(deployed.source.detail, 'azure / gpt-4o-mini (your alias of chatbot-v2)');
    const house = known(priceCall(call({ provider: 'openai', requestModel: 'house', usage }), options));
    assert.equal(house.source.detail, 'anthropic / claude-3-5-sonnet (your alias of house)');
  });
});

describe('faulty aliases', () => {
  it('are named and left out', () => {
    const aliases = [
      null,
      { name: 'x' },
      { model: 'gpt-4o' },
      { name: 'x', model: 'y', provider: 'nobody' },
      { name: 'ok', model: 'gpt-4o' },
    ];
    const options = preparePricing({ table, aliases });
    assert.deepEqual(
      options.problems.map((problem) => problem.slice(0, 8)),
      ['Alias 1:', 'Alias 2:', 'Alias 3:', 'Alias 4:'],
    );
    assert.ok(known(priceCall(call({ requestModel: 'ok', provider: 'openai', usage }), options)).amount > 0);
  });
});

describe('received names in sentences', () => {
  it('are shortened, and what hides in them is made visible', () => {
    const cost = unknown(
      priceCall(call({ provider: 'openai', requestModel: `a\u202Eb${'x'.repeat(500)}`, usage }), plain),
    );
    assert.match(cost.reason, /^The price table does not know a⟨U\+202E⟩bx+… at openai\.$/);
    assert.ok(cost.reason.length < 220);
  });
});

describe('a model’s window', () => {
  it('is told where the table knows it', () => {
    assert.equal(contextWindow({ provider: 'openai', requestModel: 'gpt-4o' }, plain), 128_000);
    assert.equal(contextWindow({ provider: 'openai', requestModel: 'nope' }, plain), undefined);
  });
});
