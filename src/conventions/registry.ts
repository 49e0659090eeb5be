import type { Dialect } from './dialect.ts';
import { ag2 } from './dialects/ag2.ts';
import { agentFramework } from './dialects/agentFramework.ts';
import { agentops } from './dialects/agentops.ts';
import { anthropicSdk } from './dialects/anthropicSdk.ts';
import { autogen } from './dialects/autogen.ts';
import { claudeCode } from './dialects/claudeCode.ts';
import { codex } from './dialects/codex.ts';
import { copilotChat } from './dialects/copilotChat.ts';
import { geminiCli } from './dialects/geminiCli.ts';
import { generic } from './dialects/generic.ts';
import { genkit } from './dialects/genkit.ts';
import { googleAdk } from './dialects/googleAdk.ts';
import { haystack } from './dialects/haystack.ts';
import { http } from './dialects/http.ts';
import { laminar } from './dialects/laminar.ts';
import { langchain4j } from './dialects/langchain4j.ts';
import { langfuse } from './dialects/langfuse.ts';
import { langsmith } from './dialects/langsmith.ts';
import { litellm } from './dialects/litellm.ts';
import { llamaIndex } from './dialects/llamaIndex.ts';
import { logfire } from './dialects/logfire.ts';
import { mastra } from './dialects/mastra.ts';
import { mcp } from './dialects/mcp.ts';
import { mlflow } from './dialects/mlflow.ts';
import { openinference } from './dialects/openinference.ts';
import { openlit } from './dialects/openlit.ts';
import { openllmetry } from './dialects/openllmetry.ts';
import { otelGenai } from './dialects/otelGenai.ts';
import { pydanticAi } from './dialects/pydanticAi.ts';
import { seed } from './dialects/seed.ts';
import { semanticKernel } from './dialects/semanticKernel.ts';
import { sentry } from './dialects/sentry.ts';
import { springAi } from './dialects/springAi.ts';
import { strands } from './dialects/strands.ts';
import { vectorStore } from './dialects/vectorStore.ts';
import { vercelAi7 } from './dialects/vercelAi7.ts';
import { vercelAiLegacy } from './dialects/vercelAiLegacy.ts';

/**
 * All dialects in the order in which they are asked for a span's kind; the first that knows decides. Vendors' own
 * keys come before `gen_ai.operation.name`, which some exporters fill wrongly. The same order says who fills gaps.
 */
export const dialects: readonly Dialect[] = [
  seed,
  langfuse,
  openinference,
  langsmith,
  mlflow,
  laminar,
  agentops,
  ag2,
  mastra,
  mcp,
  claudeCode,
  googleAdk,
  springAi,
  langchain4j,
  anthropicSdk,
  litellm,
  pydanticAi,
  logfire,
  strands,
  copilotChat,
  geminiCli,
  codex,
  semanticKernel,
  agentFramework,
  autogen,
  openlit,
  vercelAiLegacy,
  vercelAi7,
  genkit,
  haystack,
  openllmetry,
  otelGenai,
  sentry,
  llamaIndex,
  generic,
  vectorStore,
  http,
];

/** One dialect as the documentation shows it. */
export interface DialectDescription {
  readonly id: string;
  readonly title: string;
  readonly recognisedBy: {
    readonly keys: readonly string[];
    readonly scopes: readonly string[];
    readonly names: readonly string[];
  };
  readonly kindFrom: string;
  /** Attribute keys per fact, the first usable one wins. */
  readonly fields: readonly {
    readonly field: string;
    readonly keys: readonly string[];
    readonly only: boolean;
  }[];
  readonly alsoReads: readonly string[];
}

/** The registry as data, in the order in which dialects are asked; `only`: read only where this dialect decided. */
export function describe(): readonly DialectDescription[] {
  return dialects.map((dialect) => ({
    id: dialect.id,
    title: dialect.title,
    recognisedBy: {
      keys: dialect.signs.keys ?? [],
      scopes: dialect.signs.scopes ?? [],
      names: dialect.signs.names ?? [],
    },
    kindFrom: dialect.kindFrom,
    fields: [
      ...rows(dialect.fields, false),
      ...rows(dialect.ownFields, true),
      ...rows(dialect.usage, false, 'usage.'),
      ...rows(dialect.ownUsage, true, 'usage.'),
    ],
    alsoReads: dialect.alsoReads ?? [],
  }));
}

function rows(
  table: Readonly<Record<string, readonly string[]>> | undefined,
  only: boolean,
  prefix = '',
): DialectDescription['fields'] {
  return Object.entries(table ?? {})
    .filter(([, keys]) => keys.length > 0)
    .map(([field, keys]) => ({ field: prefix + field, keys, only }));
}
