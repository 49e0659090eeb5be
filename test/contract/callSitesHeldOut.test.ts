import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { keyOf } from '../../src/source/resolve/places.ts';
import { SpanResolver } from '../../src/source/resolve/spanResolver.ts';
import type { SourceLocation } from '../../src/model/source.ts';
import type { SourceParser } from '../../src/source/syntax/cst.ts';
import { loadParser } from '../../src/workspace/treeSitter.ts';
import { indexFolder, questionsOf } from './callSiteTruth.ts';
import { fixtures, interpret } from './replay.ts';
import { genAi, http, openInference, received, tool, type SimulatedSpan } from './simulatedSpans.ts';

const grammars = new URL('../../node_modules/@vscode/tree-sitter-wasm/wasm', import.meta.url).pathname;
const openai = 'opentelemetry.instrumentation.genai.openai';
const summaryPrompt = 'You condense customer reviews for a shop.\nAnswer with at most three bullet points.';

/** Programs as people write them, none of which any rule was made for. */
const programs: Readonly<Record<string, readonly SimulatedSpan[]>> = {
  'flask-shop': [
    { ...http('POST /reviews/summary', '/reviews/summary') },
    {
      ...genAi(openai, 'gpt-4.1-mini', [
        ['system', `\n${summaryPrompt}\n`],
        ['user', '- good\n- bad'],
      ]),
      parent: 0,
      at: 'chat',
    },
    { ...http('POST /complaints/<order>', '/complaints/<order>') },
    {
      ...genAi(openai, 'gpt-4.1-nano', [
        ['system', 'Sort the complaint into one of: delivery, quality, price'],
        ['user', 'It came late.'],
      ]),
      parent: 2,
      at: 'classify',
    },
    {
      ...genAi(
        openai,
        'gpt-4.1-mini',
        [['user', 'Write a polite reply to this complaint about order A-7: It came late.']],
        { 'gen_ai.request.temperature': 0.7 },
      ),
      parent: 2,
      at: 'chat',
    },
    { ...genAi(openai, 'gpt-4.1-mini', []), at: 'chat' },
    { ...genAi(openai, 'text-embedding-3-large', [], {}, 'embeddings'), at: 'vectors' },
  ],
  'review-bots': [
    {
      ...openInference('anthropic', 'AsyncMessages', 'LLM', 'claude-opus-4-1-20250805', [
        ['system', 'You review pull requests for a small Python team.'],
        ['user', 'Look at the change in parser.py, please.'],
      ]),
      at: 'turn',
    },
    {
      ...openInference('anthropic', 'AsyncMessages', 'LLM', 'claude-haiku-4-5', [
        ['system', 'You greet new contributors warmly.'],
        ['user', 'Say hello to @ada.'],
      ]),
      at: 'turn',
    },
    {
      ...openInference('anthropic', 'AsyncMessagesStream', 'LLM', 'claude-haiku-4-5', [
        ['user', 'A title of six words for this change:\n\n+ x = 1'],
      ]),
      at: 'title',
    },
    { ...tool('travel', 'read_file'), at: 'read_file' },
    { ...tool('travel', 'run-tests'), at: 'run_tests' },
  ],
  'docs-graph': [
    { ...openInference('langchain', 'LangGraph', 'CHAIN', undefined, []) },
    { ...openInference('langchain', 'decide', 'CHAIN', undefined, []), parent: 0 },
    {
      ...openInference('langchain', 'ChatOpenAI', 'LLM', 'gpt-4o-mini', [['user', 'How do I reset it?']]),
      parent: 1,
      at: 'decide',
    },
    { ...openInference('langchain', 'tools', 'CHAIN', undefined, []), parent: 0 },
    {
      ...openInference('langchain', 'search_docs', 'TOOL', undefined, [], { 'tool.name': 'search_docs' }),
      parent: 3,
      at: 'search_docs',
    },
    {
      ...openInference('langchain', 'open_ticket', 'TOOL', undefined, [], { 'tool.name': 'open_ticket' }),
      parent: 3,
      at: 'open_ticket',
    },
    { ...openInference('langchain', 'grade', 'CHAIN', undefined, []), parent: 0 },
    { ...openInference('langchain', 'RunnableSequence', 'CHAIN', undefined, []), parent: 6 },
    {
      ...openInference('langchain', 'ChatOpenAI', 'LLM', 'gpt-4o-mini', [
        [
          'user',
          "Does this passage answer the question 'How do I reset it?'? Reply yes or no.\nPress the button.",
        ],
      ]),
      parent: 7,
      at: 'grade',
    },
    { ...openInference('langchain', 'rewrite', 'CHAIN', undefined, []), parent: 0 },
    {
      ...openInference('langchain', 'ChatOpenAI', 'LLM', 'gpt-4o-mini', [
        ['system', 'Rewrite questions so that a search engine finds better passages.'],
        ['user', 'How do I reset it?'],
      ]),
      parent: 9,
      at: 'rewrite',
    },
    { ...openInference('langchain', 'answer', 'CHAIN', undefined, []), parent: 0 },
    {
      ...openInference('langchain', 'ChatAnthropic', 'LLM', 'claude-sonnet-4-5', [
        ['system', 'Answer from the passage only; say so when it does not help.'],
        ['user', 'Press the button.\n\nQuestion: How do I reset it?'],
      ]),
      parent: 11,
      at: 'answer',
    },
  ],
  acme: [
    {
      ...genAi('@opentelemetry/instrumentation-openai', 'gpt-4.1-mini', [
        ['system', 'You triage incidents for an on-call team. Answer with a severity from 1 to 5.'],
        ['user', 'Disk full on db-3'],
      ]),
      at: 'complete',
    },
    {
      ...genAi('@opentelemetry/instrumentation-openai', 'gpt-4.1', [
        ['user', 'Draft a postmortem for checkout.\nNotes:\nslow\nslower'],
      ]),
      at: 'words',
    },
    {
      ...genAi('@opentelemetry/instrumentation-openai', 'text-embedding-3-small', [], {}, 'embeddings'),
      at: 'embed',
    },
  ],
  'next-chat': [
    {
      name: 'POST /api/chat',
      scope: 'next.js',
      attributes: { 'http.method': 'POST', 'next.route': '/api/chat' },
    },
    {
      name: 'ai.streamText',
      scope: 'ai',
      parent: 0,
      at: 'chat',
      attributes: {
        'operation.name': 'ai.streamText broker-chat',
        'ai.operationId': 'ai.streamText',
        'ai.telemetry.functionId': 'broker-chat',
        'ai.model.id': 'gpt-4.1',
        'ai.prompt': JSON.stringify({
          system: 'You are a broker who never gives investment advice.',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'How is ACME doing?' }] }],
        }),
      },
    },
    {
      name: 'ai.streamText.doStream',
      scope: 'ai',
      parent: 1,
      at: 'chat',
      attributes: {
        'operation.name': 'ai.streamText.doStream broker-chat',
        'ai.operationId': 'ai.streamText.doStream',
        'ai.model.id': 'gpt-4.1',
        'gen_ai.request.model': 'gpt-4.1',
        'ai.prompt.messages': JSON.stringify([
          { role: 'system', content: 'You are a broker who never gives investment advice.' },
          { role: 'user', content: [{ type: 'text', text: 'How is ACME doing?' }] },
        ]),
      },
    },
    {
      name: 'ai.toolCall',
      scope: 'ai',
      parent: 1,
      at: 'getQuote',
      attributes: {
        'operation.name': 'ai.toolCall broker-chat',
        'ai.operationId': 'ai.toolCall',
        'ai.toolCall.name': 'getQuote',
        'ai.toolCall.id': 'call_1',
        'ai.toolCall.args': '{"symbol":"ACME"}',
      },
    },
    {
      name: 'ai.generateObject.doGenerate',
      scope: 'ai',
      at: 'sentiment',
      attributes: {
        'operation.name': 'ai.generateObject.doGenerate',
        'ai.operationId': 'ai.generateObject.doGenerate',
        'ai.model.id': 'claude-haiku-4-5',
        'gen_ai.request.model': 'claude-haiku-4-5',
        'ai.prompt.messages': JSON.stringify([
          {
            role: 'user',
            content: [{ type: 'text', text: 'How do investors feel after reading "ACME soars"?' }],
          },
        ]),
      },
    },
  ],
  'plain-fetch': [
    { ...genAi('shop-llm', 'mistral-small-latest', []), at: 'chat' },
    { ...genAi('shop-llm', 'mistral-large-latest', []), at: 'chat' },
    { name: 'moderation', scope: 'shop-llm', attributes: {}, at: 'moderation' },
  ],
  'bank-support': [
    { ...http('POST /support/ask', '/support/ask') },
    {
      name: 'invoke_agent support_agent',
      scope: 'pydantic-ai',
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'support_agent' },
      parent: 0,
      at: 'ask',
    },
    {
      ...genAi('pydantic-ai', 'gpt-4o', [['user', 'I lost my card!']], {
        'gen_ai.agent.name': 'support_agent',
        'gen_ai.system_instructions': JSON.stringify([
          { type: 'text', content: 'You are a support agent in our bank; judge the risk of each query.' },
        ]),
      }),
      parent: 1,
      at: 'ask',
    },
    { ...tool('pydantic-ai', 'customer_balance'), parent: 1, at: 'customer_balance' },
    { ...tool('pydantic-ai', 'opening_hours'), parent: 1, at: 'opening_hours' },
    {
      name: 'invoke_agent fraud_agent',
      scope: 'pydantic-ai',
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'fraud_agent' },
      parent: 0,
      at: 'fraud',
    },
    {
      ...genAi('pydantic-ai', 'claude-sonnet-4-5', [
        ['user', 'Check the last query of customer 7: I lost my card!'],
      ]),
      parent: 5,
      at: 'fraud',
    },
  ],
  'news-agents': [
    { ...openInference('openai_agents', 'newsroom', 'AGENT', undefined, []) },
    { ...openInference('openai_agents', 'Reporter', 'AGENT', undefined, []), parent: 0, at: 'report' },
    {
      ...openInference('openai_agents', 'response', 'LLM', 'gpt-4.1-mini', [
        ['system', 'You collect facts from articles and hand them to the editor.'],
        ['user', 'What happened around the harbour today?'],
      ]),
      parent: 1,
      at: 'report',
    },
    {
      ...openInference('openai_agents', 'fetch_article', 'TOOL', undefined, [], {
        'tool.name': 'fetch_article',
      }),
      parent: 1,
      at: 'fetch_article',
    },
    {
      ...openInference('openai_agents', 'publish_story', 'TOOL', undefined, [], {
        'tool.name': 'publish_story',
      }),
      parent: 1,
      at: 'publish_story',
    },
    {
      ...openInference('openai_agents', 'response', 'LLM', 'gpt-4.1', [
        ['system', 'You shorten news stories to eighty words.'],
        ['user', 'Check the facts again: The harbour was closed.'],
      ]),
      parent: 0,
      at: 'check',
    },
  ],
  twins: [
    {
      ...genAi(openai, 'gpt-4o-mini', [['user', 'Explain the water cycle to a child of seven.']]),
      unsure: true,
    },
    {
      ...genAi(openai, 'gpt-4o', [['user', 'What is lighter, cork or balsa?']]),
      at: 'pair',
    },
    { ...tool('my-agent', 'weather'), unsure: true },
    {
      ...openInference('langchain', 'ChatOpenAI', 'LLM', 'gpt-4o-mini', [
        ['user', "Explain the moon's phases to a child of seven."],
      ]),
      at: 'injected',
      unsure: true,
    },
    {
      ...genAi(openai, 'gpt-4o-mini', [['user', 'Something that stands nowhere in the sources.']]),
      unsure: true,
    },
  ],
};

describe('lines of spans of programs that no rule was made for', () => {
  let parser: SourceParser;

  before(async () => {
    parser = await loadParser(grammars);
  });

  for (const [name, spans] of Object.entries(programs)) {
    it(`finds the lines of ${name}`, () => {
      const folder = join(fixtures, 'programs', name);
      const resolver = new SpanResolver(indexFolder(folder, parser));
      const questions = questionsOf(interpret({ spans: received(spans), logs: [] }));
      const places = resolver.resolveAll(questions);
      const found = new Map(questions.map((question) => [question.spanId, places.get(keyOf(question))]));
      const problems: string[] = [];
      for (const [index, span] of spans.entries()) {
        const place = found.get((index + 1).toString(16).padStart(16, '0'));
        const sure = place?.confidence === 'exact' || place?.confidence === 'certain';
        if (span.unsure && sure) problems.push(`${index} ${span.name}: sure of ${told(place)}`);
        if (span.at === undefined) continue;
        const wanted = placeOf(folder, span.at);
        if (
          place?.file !== wanted.file ||
          place.line > wanted.line ||
          (place.endLine ?? place.line) < wanted.line
        )
          problems.push(`${index} ${span.name}: ${told(place)}, not ${wanted.file}:${wanted.line}`);
      }
      assert.deepEqual(problems, []);
    });
  }
});

/** The line of the sources that carries the marker. */
function placeOf(folder: string, marker: string): { readonly file: string; readonly line: number } {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:py|[cm]?[jt]sx?)$/.test(entry)) continue;
    const lines = readFileSync(join(folder, entry), 'utf8').split('\n');
    const line = lines.findIndex((text) => new Set(text.split(/\s+/)).has(`@${marker}`)) + 1;
    if (line > 0) return { file: entry.replaceAll('\\', '/'), line };
  }
  throw new Error(`There is no @${marker} in ${folder}`);
}

function told(place: SourceLocation | undefined): string {
  return place ? `${place.file}:${place.line} (${place.confidence}: ${place.reason ?? ''})` : 'nothing';
}
