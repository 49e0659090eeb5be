import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/**
 * The Anthropic SDK's own spans (since 2026): sent whenever a tracer provider is set, beside those of any
 * instrumentation, so that calls are there twice.
 */
export const anthropicSdk: Dialect = {
  id: 'anthropicSdk',
  title: "Anthropic SDK's and platform's own spans",
  signs: { scopes: ['com.anthropic.sdk', 'com.anthropic.claude-platform'] },
  kindFrom: '`gen_ai.operation.name`, the span name `anthropic.*`',
  kind(view) {
    const kind = kindByOperation(view);
    if (kind) return kind;
    if (/^anthropic\.(?:beta\.)?(?:messages|completions)/.test(view.name)) return 'llm';
    if (view.name.startsWith('anthropic.tool_use')) return 'tool';
    return 'other';
  },
  fields: {
    serviceTier: ['anthropic.response.service_tier'],
    finish: ['anthropic.message.stop_reason'],
  },
  usage: { cacheWrite1h: ['anthropic.usage.cache_creation.ephemeral_1h_input_tokens'] },
  facts(view) {
    if (!view.name.startsWith('anthropic.tool_use ')) return { provider: 'anthropic', from: [] };
    return { toolName: view.name.slice(19).trim(), from: [] };
  },
};
