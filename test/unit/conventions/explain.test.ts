import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { dialects } from '../../../src/conventions/registry.ts';
import { facts, type Attributes } from './spans.ts';

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-4-5',
};

function credits(attributes: Attributes, scope = 'app'): Map<string, string> {
  const rows = facts({ name: 'chat', scope, attributes }).provenance();
  return new Map(rows.map(({ field, from, dialect }) => [field, `${from.join(' ')} by ${dialect}`]));
}

describe('An explanation credits', () => {
  it('a plain OpenTelemetry span to its own conventions alone', () => {
    const span = facts({
      name: 'chat',
      attributes: {
        ...chat,
        'gen_ai.response.id': 'msg_1',
        'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.conversation.id': 'c',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 6,
        'gen_ai.usage.cache_read.input_tokens': 2,
        'error.type': 'timeout',
        'server.address': 'api.anthropic.com',
      },
      status: 2,
    });
    assert.equal(span.dialect, 'otelGenai');
    const rows = span.provenance();
    assert.ok(rows.length > 10);
    for (const row of rows) assert.equal(row.dialect, 'otelGenai', row.field);
    assert.deepEqual(rows.find(({ field }) => field === 'responseId')?.from, ['gen_ai.response.id']);
  });

  it('an attribute that the deciding dialect reads to it, whoever else lists the key', () => {
    let checked = 0;
    for (const dialect of dialects) {
      const signs = Object.fromEntries((dialect.signs.keys ?? []).slice(0, 1).map((key) => [key, 'x']));
      const keys = [dialect.fields, dialect.ownFields].flatMap((table) => Object.values(table ?? {}).flat());
      for (const key of [...keys, ...(dialect.alsoReads ?? [])]) {
        const span = facts({
          scope: dialect.signs.scopes?.[0] ?? 'app',
          attributes: { 'gen_ai.operation.name': 'chat', ...signs, [key]: 'x' },
        });
        if (span.dialect !== dialect.id) continue;
        for (const row of span.provenance()) {
          if (!row.from.includes(key)) continue;
          checked++;
          assert.equal(row.dialect, dialect.id, `${dialect.id}: ${row.field} from ${key}`);
        }
      }
    }
    assert.ok(checked > 100, String(checked));
  });

  it('a session to the dialect whose code looks for it', () => {
    const found = credits({ ...chat, 'session.id': 's' }, 'pydantic-ai');
    assert.equal(found.get('sessionId'), 'session.id by pydanticAi');
  });

  it('the attribute that was read, not what the dialect would have said without it', () => {
    const found = credits({ ...chat, 'gen_ai.response.id': 'msg_1' }, 'com.anthropic.sdk');
    assert.equal(found.get('provider'), 'gen_ai.provider.name by otelGenai');
    assert.equal(found.get('responseId'), 'gen_ai.response.id by otelGenai');
  });

  it('what another dialect’s code found to that dialect', () => {
    const attributes = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm' };
    const found = credits(attributes, 'com.anthropic.sdk');
    assert.equal(found.get('provider'), 'the convention itself by anthropicSdk');
  });

  it('a reported cost to the dialect that shows signs, of those that list its attribute', () => {
    const attributes = { 'langfuse.observation.type': 'generation', 'gen_ai.usage.cost': 0.5 };
    assert.equal(credits(attributes, 'openlit').get('cost'), 'gen_ai.usage.cost by openlit');
  });
});
