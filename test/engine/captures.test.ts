import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { notes } from '../contract/exceptions.ts';
import { captureInfo, captureNames, captureRequests, replay } from './support/captures.ts';
import { json, jsonLines, serve, temporaryFolder } from './support/serve.ts';

interface Stats {
  modelCalls: { total: number; failed: number };
  toolCalls: { total: number };
  embeddings: { total: number; inputTokens: number };
  usage: {
    inputTokens: number;
    outputTokens: number;
    cacheReadTokens: number;
    cacheWriteTokens: number;
    reasoningTokens: number;
    unknownCalls: number;
  };
  sessions: string[];
  dropped: Record<string, number>;
  behind: number;
}

interface Span {
  spanId: string;
  kind: string;
  usage: { inputTokens: number | null; outputTokens: number | null } | null;
  countedOnce: boolean;
  countedIn?: string;
}

describe('captures of real programs, through the built command line', function () {
  this.timeout(60_000);
  for (const name of captureNames()) {
    it(`counts ${name} as its ground truth says`, async () => {
      const folder = temporaryFolder();
      try {
        const db = path.join(folder.path, 'traces.db');
        const serving = await serve(db);
        await replay(serving, captureRequests(name));
        assert.equal(await serving.stop(), 0, serving.errors());
        const stats = await json<Stats>('stats', '--db', db);
        const { expected } = captureInfo(name);
        const { sessions } = expected;
        const visible = { ...expected.visible, ...notes[name]?.visible };
        assert.deepEqual(
          {
            ok: stats.modelCalls.total - stats.modelCalls.failed,
            failed: stats.modelCalls.failed,
            input: stats.usage.inputTokens,
            output: stats.usage.outputTokens,
            cached: stats.usage.cacheReadTokens,
            created: stats.usage.cacheWriteTokens,
            reasoning: stats.usage.reasoningTokens,
            embeddings: stats.embeddings.total,
            embeddingTokens: stats.embeddings.inputTokens,
            sessions: visible.session_attribute === null ? [] : stats.sessions.toSorted(),
            dropped: stats.dropped,
            behind: stats.behind,
          },
          {
            ok: visible.llm_calls_ok,
            failed: visible.errors,
            input: visible.total_input_tokens,
            output: visible.total_output_tokens,
            cached: visible.cached_input_tokens,
            created: visible.cache_creation_tokens,
            reasoning: visible.reasoning_tokens,
            embeddings: visible.embeddings,
            embeddingTokens: visible.embedding_input_tokens,
            sessions: visible.session_attribute === null ? [] : sessions.toSorted(),
            dropped: {},
            behind: 0,
          },
        );
        // Whoever adds up the spans comes to the same sums, as every repetition names the span that counts.
        const spans = await jsonLines<Span>('spans', '--db', db);
        const ids = new Set(spans.map(({ spanId }) => spanId));
        let input = 0;
        let output = 0;
        for (const { kind, usage, countedOnce, countedIn } of spans) {
          assert.equal(countedIn === undefined || ids.has(countedIn), true, countedIn);
          if (!countedOnce || kind === 'embedding') continue;
          input += usage?.inputTokens ?? 0;
          output += usage?.outputTokens ?? 0;
        }
        assert.deepEqual([input, output], [stats.usage.inputTokens, stats.usage.outputTokens]);
      } finally {
        folder.remove();
      }
    });
  }
});
