import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { interpret } from '../../../src/engine/row.ts';
import type { SpanInput } from '../../../src/conventions/input.ts';
import type { SpanFacts } from '../../../src/model/span.ts';

function serviceOf(attributes: Record<string, string>): string {
  const span = {
    spanId: '01',
    traceId: '02',
    parentSpanId: '',
    name: 'x',
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
  };
  const resource = { attributes: new Map(Object.entries(attributes)) };
  const input = { span, resource, scope: { name: '', version: '' }, logs: [] } as unknown as SpanInput;
  const range = {} as Parameters<typeof interpret>[2];
  return interpret(input, { disposition: 'span' } as SpanFacts, range).service;
}

describe("A service's name", () => {
  it('is what the program says, else that of the folder it was started from', () => {
    const folder = { 'llm_trace_inspector.workspace': '/home/dev/shop/' };
    assert.equal(serviceOf({ 'service.name': 'api', ...folder }), 'api');
    assert.equal(serviceOf({ 'service.name': 'unknown_service:node', ...folder }), 'shop');
    assert.equal(serviceOf(folder), 'shop');
    assert.equal(serviceOf({ 'llm_trace_inspector.workspace': 'C:\\dev\\shop' }), 'shop');
    assert.equal(serviceOf({ 'llm_trace_inspector.workspace': '///' }), 'unknown_service');
    assert.equal(serviceOf({ 'service.name': 'unknown_service:node' }), 'unknown_service:node');
  });
});
