import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseDocuments } from '../../../../src/conventions/messages/parseDocuments.ts';
import { unflatten } from '../../../../src/conventions/messages/parseFlattened.ts';
import { parseToolDefinitions } from '../../../../src/conventions/messages/parseToolDefinitions.ts';

const schema = { type: 'object', properties: { city: { type: 'string' } } };
const weather = { name: 'get_weather', description: 'Weather', parameters: JSON.stringify(schema) };

describe('parseToolDefinitions', () => {
  it('reads the definition of every provider alike', () => {
    const shapes: [string, unknown][] = [
      [
        'OpenAI',
        [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters: schema } }],
      ],
      ['bare', [{ name: 'get_weather', description: 'Weather', parameters: schema }]],
      [
        'Responses',
        [{ type: 'function', name: 'get_weather', description: 'Weather', parameters: schema, strict: true }],
      ],
      ['Anthropic', { tools: [{ name: 'get_weather', description: 'Weather', input_schema: schema }] }],
      [
        'Gemini',
        [{ function_declarations: [{ name: 'get_weather', description: 'Weather', parameters: schema }] }],
      ],
      [
        'Gemini config',
        {
          config: {
            tools: [
              {
                functionDeclarations: [
                  { name: 'get_weather', description: 'Weather', parametersJsonSchema: schema },
                ],
              },
            ],
          },
        },
      ],
      [
        'Bedrock',
        {
          toolConfig: {
            tools: [
              { toolSpec: { name: 'get_weather', description: 'Weather', inputSchema: { json: schema } } },
            ],
          },
        },
      ],
      ['MCP', [{ name: 'get_weather', description: 'Weather', inputSchema: schema }]],
      [
        'AI SDK texts',
        [
          JSON.stringify({
            type: 'function',
            name: 'get_weather',
            description: 'Weather',
            parameters: schema,
          }),
        ],
      ],
      ['AI SDK record', { get_weather: { description: 'Weather', inputSchema: { jsonSchema: schema } } }],
      [
        'Pydantic AI',
        {
          function_tools: [{ name: 'get_weather', description: 'Weather', parameters_json_schema: schema }],
          output_tools: [],
        },
      ],
      [
        'Haystack',
        [
          {
            type: 'haystack.tools.Tool',
            data: { name: 'get_weather', description: 'Weather', parameters: schema },
          },
        ],
      ],
      [
        'structured',
        [
          new Map<string, unknown>([
            ['type', 'function'],
            ['name', 'get_weather'],
            ['description', 'Weather'],
            [
              'parameters',
              new Map<string, unknown>([
                ['type', 'object'],
                ['properties', schema.properties],
              ]),
            ],
          ]),
        ],
      ],
      [
        'single',
        { type: 'function', function: { name: 'get_weather', description: 'Weather', parameters: schema } },
      ],
      [
        'schema as text',
        [{ name: 'get_weather', description: 'Weather', parameters: JSON.stringify(schema) }],
      ],
      [
        'Python',
        `[{'name': 'get_weather', 'description': 'Weather', 'parameters': {'type': 'object', 'properties': {'city': {'type': 'string'}}}}]`,
      ],
      [
        'OpenInference',
        unflatten(
          new Map([
            [
              'llm.tools.0.tool.json_schema',
              JSON.stringify({
                type: 'function',
                function: { name: 'get_weather', description: 'Weather', parameters: schema },
              }),
            ],
          ]),
          'llm.tools',
        ),
      ],
    ];
    for (const [shape, value] of shapes) {
      assert.deepEqual(parseToolDefinitions(value), [weather], shape);
      if (shape !== 'structured' && shape !== 'OpenInference') {
        assert.deepEqual(parseToolDefinitions(JSON.stringify(value)), [weather], `${shape} as text`);
      }
    }
  });

  it('reads indexed functions, built-in tools and bare names', () => {
    const flat = new Map([
      ['llm.request.functions.0.name', 'f'],
      ['llm.request.functions.0.parameters', '{"type":"object"}'],
    ]);
    assert.deepEqual(parseToolDefinitions(unflatten(flat, 'llm.request.functions')), [
      { name: 'f', parameters: '{"type":"object"}' },
    ]);
    assert.deepEqual(parseToolDefinitions([{ type: 'web_search' }]), [{ name: 'web_search' }]);
    assert.deepEqual(parseToolDefinitions([{ type: 'function', name: 'g' }]), [{ name: 'g' }]);
  });

  it('finds nothing in what defines no tools, and never throws', () => {
    for (const value of [undefined, null, '', 'text', 5, [], {}, [null, 1, 'x'], '{"a":', { config: 1 }]) {
      assert.deepEqual(parseToolDefinitions(value), []);
    }
    let deep: unknown = { name: 'x' };
    for (let i = 0; i < 10_000; i++) deep = { tools: [deep] };
    assert.deepEqual(parseToolDefinitions(deep), []);
    assert.equal(parseToolDefinitions(Array.from({ length: 20_000 }, () => ({ name: 'x' }))).length, 10_000);
  });
});

describe('parseDocuments', () => {
  it('reads the documents of every framework alike', () => {
    const expected = [{ id: 'd1', score: 0.5, content: 'Text' }];
    const shapes: [string, unknown][] = [
      ['OTel', [{ id: 'd1', score: 0.5, content: 'Text' }]],
      ['LangChain', [{ page_content: 'Text', metadata: { id: 'd1', score: 0.5 } }]],
      ['LangChain serialised', [{ lc: 1, id: 'd1', score: 0.5, kwargs: { page_content: 'Text' } }]],
      ['LlamaIndex', [{ node: { id_: 'd1', text: 'Text', embedding: null }, score: 0.5 }]],
      ['Haystack', { documents: [{ id: 'd1', content: 'Text', score: 0.5, meta: {} }] }],
      ['Pinecone', { matches: [{ id: 'd1', score: 0.5, metadata: { text: 'Text' } }] }],
      ['Chroma', { ids: [['d1']], documents: [['Text']], distances: [[0.5]] }],
      ['Cohere', { results: [{ index: 'd1', relevance_score: 0.5, document: { text: 'Text' } }] }],
      ['Elasticsearch', { hits: { hits: [{ _id: 'd1', _score: 0.5, _source: { text: 'Text' } }] } }],
      ['numbers as text', [{ id: 'd1', score: '0.5', content: 'Text' }]],
      [
        'OpenInference',
        unflatten(
          new Map<string, string | number>([
            ['retrieval.documents.0.document.id', 'd1'],
            ['retrieval.documents.0.document.score', 0.5],
            ['retrieval.documents.0.document.content', 'Text'],
          ]),
          'retrieval.documents',
        ),
      ],
    ];
    for (const [shape, value] of shapes) {
      assert.deepEqual(parseDocuments(value), expected, shape);
      if (shape !== 'OpenInference')
        assert.deepEqual(parseDocuments(JSON.stringify(value)), expected, `${shape} as text`);
    }
  });

  it('reads plain texts and keeps unknown scores unknown', () => {
    assert.deepEqual(parseDocuments(['One', 'Two']), [{ content: 'One' }, { content: 'Two' }]);
    assert.deepEqual(parseDocuments([{ text: 'One', score: null }]), [{ content: 'One' }]);
    assert.deepEqual(parseDocuments([{ id: 3, score: 0 }]), [{ id: '3', score: 0 }]);
  });

  it('never keeps vectors and never throws', () => {
    const vector = Array.from({ length: 768 }, () => 0.1);
    assert.deepEqual(parseDocuments([{ id: 'a', content: 'x', embedding: vector, score: 1 }, vector]), [
      { id: 'a', score: 1, content: 'x' },
    ]);
    for (const value of [undefined, null, 5, '', '{"documents":', {}, { documents: 5 }])
      assert.deepEqual(parseDocuments(value), []);
    let deep: unknown = [{ content: 'x' }];
    for (let i = 0; i < 10_000; i++) deep = { documents: deep };
    assert.deepEqual(parseDocuments(deep), []);
  });
});
