import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { dialects, describe as describeDialects } from '../../../src/conventions/registry.ts';
import { facts, spanInput, logInput } from './spans.ts';

describe('A span of no known convention', () => {
  it('is guessed from the names of its attributes, and marked so', () => {
    const guess = facts({
      attributes: {
        'acme.model_name': 'gpt-4o-mini',
        'acme.promptTokens': 12,
        'acme.usage.output_tokens': '7',
        'acme.cache_read_tokens': 4,
        'acme.messages': '[{"role":"user","content":"hi"}]',
        'acme.completion': 'yo',
      },
    });
    assert.deepEqual(
      [guess.kind, guess.guessed, guess.dialect, guess.requestModel],
      ['llm', true, 'generic', 'gpt-4o-mini'],
    );
    assert.deepEqual(guess.usage, { input: 12, output: 7, cacheRead: 4 });
    assert.equal(guess.conversation().input[0]?.role, 'user');
    assert.equal(guess.conversation().output[0]?.parts[0]?.type, 'text');
  });

  it('is guessed from a usage object in JSON', () => {
    const { usage } = facts({
      attributes: {
        'braintrust.model': 'gpt-4o',
        'braintrust.metrics': '{"prompt_tokens": 5, "completion_tokens": 6}',
      },
    });
    assert.deepEqual(usage, { input: 5, output: 6 });
  });

  it('is left alone when it only mentions models, limits or rates', () => {
    for (const attributes of [
      { 'device.model': 'Pixel', 'app.tokens_per_second': 5 },
      { 'car.model': 'T', max_tokens: 100 },
      { 'data.model.name': 'user', 'rate.limit.tokens': 3 },
      { 'http.request.method': 'GET', 'url.full': 'http://x/model' },
      { 'ml.model_name': 'classifier' },
    ]) {
      const { kind, guessed } = facts({ attributes });
      assert.deepEqual([kind, guessed], ['other', false], JSON.stringify(attributes));
    }
  });

  it('is what the user’s mappings say', () => {
    const mappings = [
      { attribute: 'acme.kind', field: 'kind' },
      { attribute: 'acme.m', field: 'requestModel' },
      { attribute: 'acme.in', field: 'input' },
      { attribute: 'acme.out', field: 'output' },
      { attribute: 'acme.q', field: 'inputMessages' },
      { attribute: 'acme.first', field: 'timeToFirstTokenMs' },
      { attribute: 'acme.who', field: 'sessionId' },
    ] as const;
    const attributes = {
      'acme.m': 'my-model',
      'acme.in': 3,
      'acme.out': '4',
      'acme.q': 'hello',
      'acme.first': 90,
      'acme.who': 's',
    };
    const mapped = facts({ attributes }, { mappings });
    assert.deepEqual([mapped.kind, mapped.dialect, mapped.guessed], ['llm', 'user', false]);
    assert.deepEqual(mapped.usage, { input: 3, output: 4 });
    assert.deepEqual(
      [mapped.requestModel, mapped.timeToFirstTokenMs, mapped.sessionId],
      ['my-model', 90, 's'],
    );
    assert.deepEqual(mapped.conversation().input[0]?.parts[0], { type: 'text', text: 'hello' });
    assert.deepEqual(mapped.ignored(), []);
    assert.equal(facts({ attributes: { 'acme.kind': 'tool' } }, { mappings }).kind, 'tool');
    assert.equal(facts({ attributes: { 'acme.kind': 'execute_tool' } }, { mappings }).kind, 'tool');
    assert.equal(facts({ attributes: { 'acme.kind': 'nonsense' } }, { mappings }).kind, 'other');
  });
});

describe('A span that carries two vocabularies', () => {
  it('takes its counts from one and only what is missing from the other', () => {
    const { usage, dialect, kind } = facts({
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.token_count.prompt': 100,
        'llm.token_count.completion': 10,
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.usage.input_tokens': 90,
        'gen_ai.usage.output_tokens': 9,
        'gen_ai.usage.cache_read.input_tokens': 64,
      },
    });
    assert.deepEqual([dialect, kind], ['openinference', 'llm']);
    assert.deepEqual(usage, { input: 100, output: 10, cacheRead: 64 });
  });
});

describe('Failures', () => {
  const call = { 'gen_ai.operation.name': 'chat' };

  it('are found without an error status: error type, exception without an answer, finish reason', () => {
    assert.equal(facts({ attributes: { ...call, 'error.type': 'timeout' } }).status.code, 'error');
    assert.equal(
      facts({ attributes: call, events: [{ name: 'exception', attributes: { 'exception.type': 'E' } }] })
        .status.code,
      'error',
    );
    assert.equal(
      facts({ attributes: { ...call, 'gen_ai.response.finish_reasons': ['error'] } }).status.code,
      'error',
    );
  });

  it('are not seen where a handled exception or a status OK says otherwise', () => {
    const handled = {
      attributes: { ...call, 'gen_ai.usage.output_tokens': 3 },
      events: [{ name: 'exception' }],
    };
    assert.equal(facts(handled).status.code, 'unset');
    assert.equal(facts({ status: 1, attributes: { ...call, 'error.type': 'x' } }).status.code, 'ok');
    assert.equal(
      facts({ attributes: { 'error.type': '500', 'http.request.method': 'GET' } }).status.code,
      'unset',
    );
  });

  it('are read from exceptions in log records', () => {
    const { error } = facts({
      status: 2,
      attributes: call,
      logs: [
        logInput({
          name: 'exception',
          attributes: {
            'exception.type': 'ValueError',
            'exception.message': 'no',
            'exception.stacktrace': 'File "a.py"',
          },
        }),
      ],
    });
    assert.deepEqual(error, { type: 'ValueError', message: 'no', stack: 'File "a.py"' });
  });

  it('are rate limits by status, type or text, and by nothing else', () => {
    const limited = (message: string, attributes: Record<string, unknown> = {}): boolean =>
      facts({ status: 2, message, attributes: { ...call, ...attributes } }).rateLimited;
    assert.ok(limited('', { 'http.response.status_code': 429 }));
    assert.ok(limited('', { 'error.type': 'openai.RateLimitError' }));
    assert.ok(limited('429 RESOURCE_EXHAUSTED'));
    assert.ok(limited('ThrottlingException: Too many requests'));
    assert.ok(limited("Error code: 529 - {'type': 'overloaded_error'}"));
    assert.ok(!limited('Error code: 400 - maximum context length is 128000 tokens, you sent 142900'));
    assert.ok(!limited('500 The server had an error'));
  });

  it('tell their HTTP status from the text', () => {
    const status = (message: string): unknown =>
      facts({ status: 2, message, attributes: call }).error?.httpStatus;
    assert.equal(status('Error code: 400 - bad'), 400);
    assert.equal(status('500 The server had an error'), 500);
    assert.equal(status('took 4500 ms'), undefined);
  });
});

describe('Explanations', () => {
  it('name the attribute and the dialect behind each value, and what nobody read', () => {
    const explained = facts({
      scope: 'openinference.instrumentation.openai',
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.token_count.prompt': 100,
        'llm.token_count.completion': 10,
        'gen_ai.response.id': 'r1',
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.content': 'hi',
        'my.own': 1,
        'input.mime_type': 'application/json',
      },
    });
    const rows = new Map(explained.provenance().map((row) => [row.field, row]));
    assert.deepEqual(rows.get('kind')?.from, [
      'openinference.span.kind',
      'scope openinference.instrumentation.openai',
    ]);
    assert.equal(rows.get('kind')?.dialect, 'openinference');
    assert.deepEqual(rows.get('usage.input')?.from, ['llm.token_count.prompt']);
    assert.deepEqual(rows.get('responseId'), {
      field: 'responseId',
      value: 'r1',
      from: ['gen_ai.response.id'],
      dialect: 'otelGenai',
    });
    assert.deepEqual(explained.ignored(), ['my.own', 'input.mime_type']);
  });
});

describe('Hostile attributes', () => {
  it('with names of object members are only names', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', '']) {
      const span = spanInput({ attributes: { 'gen_ai.operation.name': 'chat' } });
      (span.span.attributes as Map<string, string>).set(key, 'x');
      const read = facts({
        attributes: {
          'gen_ai.operation.name': key,
          'gen_ai.request.model': key,
          'langfuse.observation.type': key,
        },
      });
      assert.equal(read.kind, 'other');
    }
    const json = '{"__proto__": {"input": 5}, "constructor": {"prompt_tokens": 3}}';
    assert.equal(
      facts({
        attributes: { 'langfuse.observation.type': 'generation', 'langfuse.observation.usage_details': json },
      }).usage,
      undefined,
    );
    assert.equal(({} as Record<string, unknown>)['input'], undefined);
  });

  it('of any type in any place never throw', () => {
    const values: unknown[] = [
      null,
      '',
      'x',
      '{',
      '[[[[',
      '"',
      -1,
      NaN,
      Infinity,
      1e300,
      10n ** 30n,
      true,
      new Uint8Array([255, 0]),
      [],
      [null],
      {},
      { a: { b: [1] } },
    ];
    const keys = new Set(
      dialects.flatMap(({ signs, fields, ownFields, usage, ownUsage, alsoReads }) => [
        ...(signs.keys ?? []),
        ...Object.values({ ...fields, ...ownFields, ...usage, ...ownUsage }).flat(),
        ...(alsoReads ?? []),
      ]),
    );
    const names = [
      'span',
      'agent.step.1',
      'haystack.component.run',
      'claude_code.llm_request',
      'call_llm',
      'OpenAI._prepare_x',
    ];
    const scopes = dialects.flatMap(({ signs }) => signs.scopes?.[0] ?? []);
    values.forEach((value, index) => {
      const attributes = Object.fromEntries([...keys].map((key) => [key, value]));
      for (const scope of ['', ...scopes]) {
        const read = facts({
          name: names[index % names.length] as string,
          scope,
          attributes,
          status: index % 3,
        });
        assert.ok(read.usage === undefined || Object.values(read.usage).every((tokens) => tokens >= 0));
        if (scope === '') {
          read.conversation();
          read.toolDefinitions();
          read.documents();
          read.provenance();
          read.ignored();
          assert.ok(
            [read.tool, read.code, read.parameters, read.tags, read.evaluations, read.reportedMarks]
              .length === 6,
          );
        }
      }
    });
  });

  it('in great numbers or at great length cost time in proportion', () => {
    const many: Record<string, unknown> = { 'my.model': 'x' };
    for (let i = 0; i < 100_000; i++) many[`some.attribute.${i}`] = i;
    const long = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    const started = process.cpuUsage();
    facts({ attributes: many });
    facts({
      attributes: { 'langfuse.observation.type': 'generation', 'langfuse.observation.usage_details': long },
    });
    facts({ status: 2, message: 'rate '.repeat(500_000), attributes: { 'gen_ai.operation.name': 'chat' } });
    facts({
      attributes: {
        'openinference.span.kind': 'LLM',
        'output.value': `{"choices":${long}}`,
        'llm.invocation_parameters': long,
      },
    });
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 5_000_000, `${(user + system) / 1000} ms`);
  });
});

describe('The registry', () => {
  it('describes every dialect for the documentation', () => {
    const described = describeDialects();
    assert.equal(new Set(described.map(({ id }) => id)).size, dialects.length);
    for (const { id, title, kindFrom, recognisedBy, fields } of described) {
      assert.ok(title && kindFrom, id);
      const signs = [...recognisedBy.keys, ...recognisedBy.scopes, ...recognisedBy.names];
      assert.ok(signs.length > 0 || id === 'generic', id);
      for (const { field, keys } of fields) assert.equal(new Set(keys).size, keys.length, `${id} ${field}`);
    }
  });
});
