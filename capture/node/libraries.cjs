/**
 * The functions by which programs enter the libraries that start their spans later, elsewhere: in queues, streams,
 * timers. A call of one of these is remembered with the user's frames.
 *
 * `functions`: exported function declarations. `methods`: class name (`*`: every class of the package) → methods.
 * `special`: what needs more than that. Class and function names are those of the package's source.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const generation = ['generateText', 'streamText', 'generateObject', 'streamObject', 'embed', 'embedMany'];
/** SDKs that one generator makes for many services; with their helpers that send several requests. */
const stainless = [
  'runUntilDone',
  'done',
  Symbol.asyncIterator,
  'create',
  'parse',
  'stream',
  'runTools',
  'runFunctions',
  'toolRunner',
  'createAndPoll',
].concat(
  ['createAndRun', 'createAndRunPoll', 'createAndRunStream', 'createAndStream', 'submitToolOutputsAndPoll'],
  ['submitToolOutputsStream', 'poll', 'generate', 'edit'],
);
const runnable = [
  'invoke',
  'stream',
  'batch',
  'streamEvents',
  'streamLog',
  'call',
  'apply',
  'generate',
].concat(
  [
    'generatePrompt',
    'predict',
    'run',
    'embedQuery',
    'embedDocuments',
    'getRelevantDocuments',
    'similaritySearch',
  ],
  ['similaritySearchWithScore', 'addDocuments', 'invokeWithTimeout', 'fromDocuments', 'fromTexts'],
);
const llamaIndex = [
  'run',
  'runStream',
  'chat',
  'complete',
  'query',
  'retrieve',
  'synthesize',
  'call',
  'exec',
].concat([
  'getTextEmbedding',
  'getTextEmbeddings',
  'getQueryEmbedding',
  'getTextEmbeddingsBatch',
  'fromDocuments',
]);
const sessions = [
  'sendMessage',
  'sendMessageStream',
  'generateContent',
  'generateContentStream',
  'embedContent',
];

const packages = new Map(
  Object.entries({
    ai: {
      functions: [
        ...generation,
        ...['rerank', 'generateImage', 'experimental_generateImage', 'transcribe', 'experimental_transcribe'],
        ...['generateSpeech', 'experimental_generateSpeech', 'generateVideo', 'experimental_generateVideo'],
        ...['streamUI', 'streamResponse', 'experimental_streamText'],
      ],
      methods: { '*': ['generate', 'stream'] },
    },
    '@ai-sdk/rsc': { functions: ['streamUI'] },
    '@workflow/ai': { methods: { '*': ['generate', 'stream'] } },
    '@openai/agents-core': { functions: ['run'], methods: { Runner: ['run'] } },
    '@openai/codex-sdk': { methods: { Thread: ['run', 'runStreamed'] } },
    '@anthropic-ai/claude-agent-sdk': { functions: ['query'] },
    '@mastra/core': {
      special: 'mastra',
      functions: generation,
      methods: {
        Agent: [
          ...[
            'generate',
            'stream',
            'generateLegacy',
            'streamLegacy',
            'generateVNext',
            'streamVNext',
            'network',
          ],
          ...['resumeGenerate', 'resumeStream', 'approveToolCall', 'declineToolCall'],
        ],
        Run: [
          'start',
          'stream',
          'streamVNext',
          'streamLegacy',
          'resume',
          'resumeStream',
          'startAsync',
          'restart',
        ],
      },
    },
    '@mastra/observability': { special: 'mastra' },
    '@mastra/otel-exporter': { special: 'mastra' },
    '@genkit-ai/ai': {
      functions: [
        'generate',
        'generateStream',
        'embed',
        'embedMany',
        'retrieve',
        'rerank',
        'evaluate',
        'index',
      ],
      methods: {
        GenkitAI: [
          'generate',
          'generateStream',
          'embed',
          'embedMany',
          'retrieve',
          'rerank',
          'evaluate',
          'index',
        ],
        Chat: ['send', 'sendStream'],
      },
    },
    genkit: {
      methods: {
        Genkit: ['generate', 'generateStream', 'embed', 'embedMany', 'retrieve', 'rerank', 'evaluate'],
      },
    },
    llamaindex: { methods: { '*': llamaIndex } },
    openai: { methods: { '*': stainless } },
    '@anthropic-ai/sdk': { methods: { '*': stainless } },
    '@anthropic-ai/bedrock-sdk': { methods: { '*': stainless } },
    '@anthropic-ai/vertex-sdk': { methods: { '*': stainless } },
    'groq-sdk': { methods: { '*': stainless } },
    'together-ai': { methods: { '*': stainless } },
    'portkey-ai': { methods: { '*': stainless } },
    '@cerebras/cerebras_cloud_sdk': { methods: { '*': stainless } },
    '@google/genai': { methods: { '*': sessions }, special: 'fields' },
    '@google/generative-ai': { methods: { '*': sessions } },
    '@google-cloud/vertexai': { methods: { '*': sessions } },
    '@google/adk': { methods: { '*': ['runAsync', 'runEphemeral', 'runLive'] } },
    ollama: { methods: { '*': ['chat', 'generate', 'embed', 'embeddings'] } },
    '@mistralai/mistralai': {
      methods: { '*': ['complete', 'stream', 'parse', 'parseStream', 'create', 'process'] },
    },
    'cohere-ai': {
      methods: { '*': ['chat', 'chatStream', 'generate', 'generateStream', 'embed', 'rerank'] },
    },
    '@huggingface/inference': {
      methods: { '*': ['chatCompletion', 'chatCompletionStream', 'textGeneration'] },
    },
    '@smithy/smithy-client': { methods: { Client: ['send'] } },
    '@smithy/core': { methods: { Client: ['send'] } },
    '@langchain/core': { methods: { '*': runnable }, special: 'langChain' },
    langchain: { methods: { '*': runnable } },
    '@voltagent/core': { methods: { '*': generation } },
    '@strands-agents/sdk': { methods: { '*': ['invoke', 'stream'] } },
    'beeai-framework': { methods: { '*': ['run', 'create', 'createStructure'] } },
    '@inngest/agent-kit': { methods: { '*': ['run', 'infer'] } },
    '@ax-llm/ax': { methods: { '*': ['forward', 'streamingForward', 'chat', 'embed'] } },
    '@instructor-ai/instructor': { methods: { '*': ['chatCompletion'] } },
    modelfusion: {
      functions: [...generation, 'streamStructure', 'generateStructure', 'runTool', 'useTools'],
    },
    '@tanstack/ai': { functions: ['chat', 'embedding', 'summarize', 'ai'] },
    '@modelcontextprotocol/sdk': {
      methods: { Client: ['callTool', 'readResource', 'getPrompt', 'listTools', 'complete'] },
    },
  }),
);

/** Families of packages that are built alike. */
const families = [
  ['@langchain/', { methods: { '*': runnable } }],
  ['@llamaindex/', { methods: { '*': llamaIndex } }],
];

/** What to do with a package's files; undefined for all others. */
function libraryOf(name) {
  const known = packages.get(name);
  if (known) return known;
  const family = name.startsWith('@l') && families.find(([start]) => name.startsWith(start));
  return family ? family[1] : undefined;
}

/** Packages that compile what they load and hand it to `Module.prototype._compile`. */
const compilers = new Set([
  ...[
    'tsx',
    'ts-node',
    'pirates',
    'jiti',
    '@swc-node/register',
    'esbuild-register',
    '@esbuild-kit/cjs-loader',
  ],
  ...['@babel/register', 'sucrase'],
]);

module.exports = { compilers, libraryOf };
