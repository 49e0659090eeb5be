import { fileURLToPath } from 'node:url';
import { defaultSettings } from '../../../src/engine/defaultSettings.ts';
import { Interpreter } from '../../../src/engine/interpreter.ts';
import { Pipeline } from '../../../src/engine/pipeline.ts';
import { LostWrites, SharedIndex } from '../../../src/engine/sharedIndex.ts';
import { journalDir } from '../../../src/engine/storePaths.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import type { Signal } from '../../../src/otlp/types.ts';
import { loadPriceTable } from '../../../src/pricing/priceTable.ts';
import type { IndexedSpan } from '../../../src/store/api.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { JournalReader } from '../../../src/store/journalReader.ts';
import { JournalWriter } from '../../../src/store/journalWriter.ts';
import { TemporaryFolder } from '../store/temporary.ts';

/** A journal, an index and what lies between them, in a folder of a test's own. */
export class TestEngine {
  readonly folder: TemporaryFolder;
  readonly dbPath: string;
  readonly writer: JournalWriter;
  readonly journal: JournalReader;
  readonly index: IndexWriter;
  readonly interpreter: Interpreter;
  readonly problems: string[] = [];
  pipeline: Pipeline;
  readonly #isShared: boolean;
  #shared: SharedIndex | undefined;

  /** `isShared`: another thread writes the index, as in the engine. */
  static async create(isShared = false): Promise<TestEngine> {
    const folder = new TemporaryFolder();
    const dbPath = folder.file('traces.db');
    const writer = await JournalWriter.open(journalDir(dbPath));
    return new TestEngine(folder, dbPath, writer, await loadPriceTable(), isShared);
  }

  private constructor(
    folder: TemporaryFolder,
    dbPath: string,
    writer: JournalWriter,
    prices: Awaited<ReturnType<typeof loadPriceTable>>,
    isShared: boolean,
  ) {
    this.#isShared = isShared;
    this.folder = folder;
    this.dbPath = dbPath;
    this.writer = writer;
    this.journal = new JournalReader(journalDir(dbPath), { settleMs: 0 });
    this.index = IndexWriter.open(dbPath);
    this.interpreter = new Interpreter(this.journal, prices, defaultSettings, (error) =>
      this.problems.push(String(error)),
    );
    this.pipeline = this.restarted();
  }

  /** A pipeline that knows only what is in the index. */
  restarted(): Pipeline {
    this.#shared?.close();
    this.#shared = this.#isShared ? this.#share() : undefined;
    this.pipeline = new Pipeline(this.journal, this.#shared ?? this.index, this.interpreter);
    return this.pipeline;
  }

  async append(...requests: readonly Sent[]): Promise<void> {
    for (const { signal, payload } of requests) await this.writer.append(signal, payload);
  }

  /** Indexes what was appended. */
  readAll(): void {
    for (;;) {
      while (!this.pipeline.step().atEnd);
      try {
        this.#shared?.flush();
        return;
      } catch (error) {
        // As the indexer does: the next step deals with it.
        if (!(error instanceof LostWrites)) throw error;
      }
    }
  }

  #share(): SharedIndex {
    return new SharedIndex(this.index, {
      threadPath: fileURLToPath(new URL('./threads/writerThread.ts', import.meta.url)),
      onWritten: () => undefined,
      onReady: () => undefined,
      onExit: (reason) => this.problems.push(reason),
    });
  }

  /** Each request appended and indexed before the next. */
  async receive(...requests: readonly Sent[]): Promise<void> {
    for (const request of requests) {
      await this.append(request);
      this.readAll();
    }
  }

  /** Every row by span id. */
  rows(): Map<string, IndexedSpan> {
    const reader = IndexReader.open(this.dbPath);
    const rows = new Map<string, IndexedSpan>();
    for (const row of reader?.treeSpans({ order: 'oldest' }) ?? []) rows.set(row.spanId, row);
    reader?.close();
    return rows;
  }

  row(spanId: string): IndexedSpan {
    const row = this.rows().get(spanId);
    if (!row) throw new Error(`There is no span ${spanId}`);
    return row;
  }

  stats(): ReturnType<IndexReader['stats']> {
    const reader = IndexReader.open(this.dbPath);
    if (!reader) throw new Error('There is no index');
    try {
      return reader.stats(undefined);
    } finally {
      reader.close();
    }
  }

  async dispose(): Promise<void> {
    await this.writer.close();
    this.journal.close();
    this.#shared?.close();
    this.index.close();
    this.folder.dispose();
  }
}

export interface Sent {
  readonly signal: Signal;
  readonly payload: Uint8Array;
}

export interface SentSpan {
  readonly trace?: number;
  readonly id: number;
  readonly parent?: number | undefined;
  readonly name?: string;
  readonly scope?: string;
  readonly service?: string;
  /** Milliseconds after a fixed time. */
  readonly from?: number;
  readonly to?: number | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly failed?: boolean;
}

const epoch = 1_790_000_000_000n;

export const traceIdOf = (trace: number): string => trace.toString(16).padStart(32, '0');
export const spanIdOf = (id: number): string => id.toString(16).padStart(16, '0');
const nanos = (millis: number): string => String((epoch + BigInt(millis)) * 1_000_000n);

/** One request; spans of one service and scope. */
export function spans(...list: readonly SentSpan[]): Sent {
  const json = {
    resourceSpans: list.map((span) => ({
      resource: { attributes: keyValues({ 'service.name': span.service ?? 'agent' }) },
      scopeSpans: [{ scope: { name: span.scope ?? 'test' }, spans: [spanJson(span)] }],
    })),
  };
  return { signal: 'traces', payload: jsonToProtobuf('traces', JSON.stringify(json)) };
}

function spanJson(span: SentSpan): unknown {
  const from = span.from ?? span.id * 10;
  return {
    traceId: traceIdOf(span.trace ?? 1),
    spanId: spanIdOf(span.id),
    ...(span.parent === undefined ? {} : { parentSpanId: spanIdOf(span.parent) }),
    name: span.name ?? `span ${span.id}`,
    startTimeUnixNano: nanos(from),
    endTimeUnixNano: nanos(span.to ?? from + 5),
    attributes: keyValues(span.attributes ?? {}),
    ...(span.failed ? { status: { code: 2, message: 'broken' } } : {}),
  };
}

/** A log record of a span. */
export function log(span: { trace?: number; id: number; at?: number }, name: string, body: string): Sent {
  const json = {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              {
                traceId: traceIdOf(span.trace ?? 1),
                spanId: spanIdOf(span.id),
                timeUnixNano: nanos(span.at ?? span.id * 10 + 1),
                eventName: name,
                body: { stringValue: body },
              },
            ],
          },
        ],
      },
    ],
  };
  return { signal: 'logs', payload: jsonToProtobuf('logs', JSON.stringify(json)) };
}

function keyValues(attributes: Readonly<Record<string, string | number | boolean>>): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }));
}

/** A model call in OpenTelemetry's vocabulary. */
export function call(span: SentSpan & { readonly usage?: readonly [number, number] }): SentSpan {
  const { usage, ...rest } = span;
  return {
    ...rest,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      ...(usage ? { 'gen_ai.usage.input_tokens': usage[0], 'gen_ai.usage.output_tokens': usage[1] } : {}),
      ...rest.attributes,
    },
  };
}

/** An agent that reports the usage of everything below it. */
export function agent(span: SentSpan & { readonly usage?: readonly [number, number] }): SentSpan {
  return call({ ...span, attributes: { 'gen_ai.operation.name': 'invoke_agent', ...span.attributes } });
}
