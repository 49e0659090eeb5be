import { annotateFile, pathsOfLine, sumFiles, type AnnotationParts } from '../../annotations/annotate.ts';
import { CallTable } from '../../annotations/callTable.ts';
import { findProblems } from '../../annotations/problems.ts';
import { Sites, type Site } from '../../annotations/sites.ts';
import { ChannelError, type Handlers } from '../../base/channel.ts';
import type { SourceFrame, SourceLocation } from '../../model/source.ts';
import type { SpanKey } from '../../model/span.ts';
import type { CodeProblem, CodeRequests, CodeSettings } from '../../protocol/code.ts';
import type { EngineEvents } from '../../protocol/engine.ts';
import type { SpanRow } from '../../protocol/rows.ts';
import type { IndexedSpan } from '../../store/api.ts';
import { JournalReader } from '../../store/journalReader.ts';
import { codeSpan, traceIdOf } from '../../store/queries/code.ts';
import type { CodeSpan } from '../../store/queries/code.ts';
import { journalDir } from '../storePaths.ts';
import { CallRecords, isSure } from './callRecords.ts';
import { Choices, lookOf } from './choices.ts';
import { CodeChanges } from './codeChanges.ts';
import { readCodeMemory, writeCodeMemory } from './codeMemory.ts';
import { Resources } from './resources.ts';
import type { OpenSources } from './sourceTools.ts';
import { StaticPlaces } from './staticPlaces.ts';
import { StoreFollower, type StoreSink } from './storeFollower.ts';
import { modifiedMicros } from './workspaceFiles.ts';
import { keyOfPath, pathOfKey, WorkspacePaths } from './workspacePaths.ts';
import { WorkspaceSources } from './workspaceSources.ts';

export interface CodeThreadOptions {
  readonly dbPath: string;
  /** When the window's engine began, milliseconds since the epoch. */
  readonly openedAt: number;
  readonly openSources: OpenSources | undefined;
  emit<E extends keyof EngineEvents & string>(event: E, body: EngineEvents[E]): void;
}

const mostCalls = 500;
const saveMs = 2_000;
const lookedAtAgain = 50;

/** The calls beside the code of one window: follows the store and the workspace's files, and answers `code/*`. */
export class CodeThread {
  readonly #options: CodeThreadOptions;
  readonly #journal: JournalReader;
  readonly #resources: Resources;
  readonly #follower: StoreFollower;
  readonly #sources: WorkspaceSources | undefined;
  readonly #static: StaticPlaces;
  readonly #changes: CodeChanges;
  readonly #choices = new Choices();
  readonly #sites: Sites;
  #table = new CallTable();
  #records: CallRecords;
  #paths = new WorkspacePaths({ folders: [], pathMappings: [] });
  #settings: CodeSettings | undefined;
  /** The workspace's files as they were listed. */
  #knownFiles: readonly string[] = [];
  #isFollowing = false;
  #hasReadTwice = false;
  #savedRevision = 0;
  #saving: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CodeThreadOptions) {
    this.#options = options;
    this.#journal = new JournalReader(journalDir(options.dbPath));
    this.#resources = new Resources(this.#journal);
    this.#changes = new CodeChanges((change) => options.emit('code/changed', change));
    const index = () => this.#sources?.index;
    this.#sites = new Sites({
      has: (file) => index()?.has(file) ?? false,
      anchor: (file, line, column) => index()?.anchor(file, line, column),
      findAnchor: (file, anchor) =>
        index()?.findAnchor(file, anchor) ?? { line: anchor.line, endLine: undefined, state: 'same' },
      functionsOf: (file) => index()?.functionsOf(file) ?? [],
      modifiedMicros: (file) => (this.#paths.isInside(file) ? modifiedMicros(pathOfKey(file)) : undefined),
    });
    this.#records = this.#newRecords();
    this.#follower = new StoreFollower({
      dbPath: options.dbPath,
      sink: this.#sink,
      onError: (error) => this.#log(error),
    });
    this.#sources =
      options.openSources &&
      new WorkspaceSources(options.openSources, (told) => this.#paths.map(told), {
        listed: (keys) => this.#listed(keys),
        fileRead: (key, micros) => this.#moved(this.#sites.fileRead(key, micros) ? [key] : []),
        fileRemoved: (key) => this.#removed(key),
        renamed: (from, to) => this.#moved(this.#sites.renamed(from, to, Date.now() * 1000)),
        settled: (isFirst) => this.#sourcesSettled(isFirst),
        failed: (error) => {
          this.#log(error);
          this.#follow();
        },
      });
    this.#static = new StaticPlaces({
      journal: this.#journal,
      reader: () => this.#follower.reader,
      resolver: () => this.#sources?.resolver,
      isPlaced: (t, spanId) => (this.#table.placeOf(t, spanId)?.sites.length ?? 0) > 0,
      chosen: (span) => this.#chosen(span),
      record: (row, found) => this.#records.of(row, found),
      apply: (records) => {
        this.#table.apply(records);
        this.#tell();
      },
      onError: (error) => this.#log(error),
    });
  }

  readonly handlers: Required<Handlers<CodeRequests>> = {
    'code/configure': (settings) => this.#configure(settings),
    'code/annotations': ({ file }) => {
      const found = annotateFile(this.#parts, keyOfPath(file));
      return found ? { ...found, file: pathOfKey(found.file) } : null;
    },
    'code/files': ({ sort }) =>
      sumFiles(this.#parts, sort).map(({ file, sums }) => ({ file: pathOfKey(file), sums })),
    'code/calls': ({ file, line, through, limit }) => {
      const paths = pathsOfLine(this.#parts, keyOfPath(file), line, through);
      const most = Math.min(mostCalls, Math.max(0, Math.trunc(limit) || 0));
      return this.#table.newestOf(paths, most).flatMap((slot) => this.#rowOf(slot) ?? []);
    },
    'code/locate': (key) => this.#locate(key),
    'code/choose': (choice) => this.#choose(choice),
    'code/problems': () => this.#problems(),
    'code/filesChanged': (change) => {
      this.#sources?.filesChanged(change);
      return null;
    },
  };

  storeChanged(): void {
    if (this.#isFollowing) this.#follower.wake();
  }

  /** Resolves when nothing is left to be read for now, for tests. */
  async idle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await this.#sources?.idle();
      await this.#follower.idle();
      await this.#static.idle();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#saving);
    this.#save();
    this.#sources?.close();
    this.#static.close();
    this.#follower.close();
    this.#changes.dispose();
    this.#journal.close();
  }

  get #parts(): AnnotationParts {
    return {
      table: this.#table,
      sites: this.#sites,
      sources: {
        has: (file) => this.#sources?.index?.has(file) ?? false,
        functionsOf: (file) => this.#sources?.index?.functionsOf(file) ?? [],
      },
      revisionOf: (slot) => {
        const row = this.#codeSpanOf(slot);
        return row && this.#resources.revisionOf(row);
      },
    };
  }

  readonly #sink: StoreSink = {
    spans: (rows) => {
      this.#table.apply(rows.map((row) => this.#records.of(row, undefined)));
      for (const row of rows) {
        if (this.#canBePlaced && !isSure(this.#records.toldBy(row)))
          this.#static.spansCame(row.t, this.#follower.isReading);
      }
      this.#tell();
    },
    wholeTrace: (t, spanIds) => {
      this.#table.retain(t, spanIds);
      this.#tell();
    },
    spansOf: (t) => this.#table.spansOf(t),
    traces: () => this.#table.traceIds(),
    cleared: () => {
      this.#table = this.#newTable();
      this.#records = this.#newRecords();
      this.#changes.addAll();
    },
    settled: () => this.#storeSettled(),
  };

  get #canBePlaced(): boolean {
    return this.#sources?.hasRead === true || this.#choices.size > 0;
  }

  #configure(settings: CodeSettings): null {
    const before = this.#settings;
    this.#settings = settings;
    this.#table.setScope(settings.scope, this.#options.openedAt * 1000);
    const isNew = (key: 'folders' | 'pathMappings' | 'excludedFolders'): boolean =>
      JSON.stringify(before?.[key]) !== JSON.stringify(settings[key]);
    if (!before) this.#recall(settings.storagePath);
    if (isNew('folders') || isNew('pathMappings') || isNew('excludedFolders')) {
      const files = this.#knownFiles;
      this.#paths = new WorkspacePaths(settings);
      this.#paths.setFiles(() => files);
      // The stored calls are read once it is known which files they can be about.
      if (isNew('folders') || isNew('excludedFolders') || !before)
        this.#sources?.configure(settings, [...this.#sites.files()].map(pathOfKey));
      else this.#follower.reread();
      if (!this.#sources) this.#follow();
    }
    if (before?.scope !== settings.scope) this.#changes.addAll();
    return null;
  }

  #listed(keys: readonly string[]): void {
    this.#knownFiles = keys;
    this.#paths.setFiles(() => keys);
    if (this.#isFollowing) this.#follower.reread();
    this.#follow();
  }

  #follow(): void {
    this.#isFollowing = true;
    this.#follower.wake();
  }

  #newTable(): CallTable {
    const table = new CallTable();
    if (this.#settings) table.setScope(this.#settings.scope, this.#options.openedAt * 1000);
    return table;
  }

  #newRecords(): CallRecords {
    return new CallRecords({
      table: this.#table,
      sites: this.#sites,
      resources: this.#resources,
      mapFile: (file) => this.#paths.map(file),
      keepsPlaces: () => this.#canBePlaced,
    });
  }

  /** Tells which files' annotations changed since the last time. */
  #tell(): void {
    const files = new Set<string>();
    for (const path of this.#table.takeTouched()) {
      for (const id of this.#table.paths.at(path).through) {
        const site = this.#sites.at(id);
        if (site) files.add(pathOfKey(site.file));
      }
    }
    this.#changes.add(files);
  }

  #moved(files: readonly string[]): void {
    if (files.length === 0) return;
    this.#changes.add(files.map(pathOfKey));
    this.#saveLater();
  }

  #removed(key: string): void {
    const files = [...this.#sites.files()].filter((file) => file === key || file.startsWith(`${key}/`));
    this.#moved(files.filter((file) => this.#sites.fileRemoved(file)));
  }

  /**
   * The store is read newest first: that a process began before an edit is known only at the end. Then its places are
   * looked at once more.
   */
  #storeSettled(): void {
    this.#saveLater();
    if (this.#follower.isReading || this.#hasReadTwice) return;
    this.#hasReadTwice = true;
    if (this.#table.runs.isAnyAcross(this.#sites.edits())) this.#follower.reread();
  }

  #sourcesSettled(isFirst: boolean): void {
    // Files were added or taken away since they were listed.
    const index = this.#sources?.index;
    if (index) this.#paths.setFiles(() => index.files());
    // Places that were found move with their code: after an edit, only the newest traces are looked at again.
    const traces = [...this.#table.traceIds()].sort((a, b) => a - b);
    this.#static.lookAgain(isFirst ? traces : traces.slice(-lookedAtAgain));
    this.#saveLater();
  }

  #locate(key: SpanKey): SourceLocation | null {
    const span = this.#follower.reader?.span(key);
    if (!span) return null;
    const found = isSure(span.source) ? undefined : this.#static.locate(span);
    const place = found ?? (span.source && this.#current(span));
    if (!place) return null;
    const frame = <F extends SourceFrame>(one: F): F => ({ ...one, file: pathOfKey(one.file) });
    return { ...frame(place), frames: place.frames.map(frame), candidates: place.candidates.map(frame) };
  }

  /** What the span told, in the files as they are now. */
  #current(span: IndexedSpan): SourceLocation | undefined {
    const { source } = span;
    if (!source) return undefined;
    const moved = <F extends SourceFrame>(frame: F): F => {
      const told = this.#records.told(frame);
      const id = this.#sites.of(told, span.startMicros);
      const site: Site | undefined = id === undefined ? undefined : this.#sites.at(id);
      if (!site || site.state === 'gone') return { ...frame, file: site?.file ?? told.file };
      if (site.line === frame.line) return { ...frame, file: site.file };
      const { column: _, endLine: __, ...rest } = frame;
      return { ...(rest as F), file: site.file, line: site.line };
    };
    return { ...moved(source), frames: source.frames.map(moved), candidates: source.candidates.map(moved) };
  }

  #chosen(span: IndexedSpan): SourceLocation | undefined {
    const choice = this.#choices.of(span);
    const id = choice && this.#sites.of({ file: choice.file, line: choice.line }, choice.micros);
    const site = id === undefined ? undefined : this.#sites.at(id);
    if (!site || site.state === 'gone') return undefined;
    const frame = { file: site.file, line: site.line };
    return {
      ...frame,
      confidence: 'certain',
      resolver: 'choice',
      reason: 'you chose this line',
      frames: [],
      candidates: [],
    };
  }

  #choose({ traceId, spanId, file, line }: CodeRequests['code/choose']['params']): null {
    const span = this.#follower.reader?.span({ traceId, spanId });
    if (!span) throw new ChannelError('not-found', 'The span is no longer stored');
    const micros = Date.now() * 1000;
    this.#choices.set({ look: lookOf(span), file: keyOfPath(file), line, micros });
    this.#sites.of({ file: keyOfPath(file), line }, micros);
    this.#static.lookAgain([...this.#table.traceIds()].sort((a, b) => a - b));
    this.#saveLater();
    return null;
  }

  #problems(): CodeProblem[] {
    const problems: CodeProblem[] = [];
    for (const { slot, file, ...rest } of findProblems(this.#parts)) {
      const row = this.#rowOf(slot);
      if (!row) continue;
      const flag = row.flags.find(({ id }) => id === rest.flag);
      const message = flag?.reason ?? row.statusMessage;
      problems.push({ ...rest, file: pathOfKey(file), message, traceId: row.traceId, spanId: row.spanId });
    }
    return problems;
  }

  #codeSpanOf(slot: number): CodeSpan | undefined {
    const t = this.#table.columns.traces[slot] as number;
    return this.#follower.reader?.code((context) => codeSpan(context, t, this.#table.spanIdAt(slot)));
  }

  #rowOf(slot: number): SpanRow | undefined {
    const t = this.#table.columns.traces[slot] as number;
    const traceId = this.#follower.reader?.code((context) => traceIdOf(context, t));
    if (traceId === undefined) return undefined;
    return this.#follower.reader?.spanRow({ traceId, spanId: this.#table.spanIdAt(slot) });
  }

  #recall(folder: string | undefined): void {
    if (folder === undefined) return;
    const memory = readCodeMemory(folder);
    this.#sites.recall(memory);
    for (const choice of memory.choices) this.#choices.set(choice);
    this.#savedRevision = this.#sites.revision;
  }

  #saveLater(): void {
    if (this.#closed) return;
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      this.#save();
    }, saveMs);
  }

  #save(): void {
    const folder = this.#settings?.storagePath;
    const revision = this.#sites.revision;
    if (folder === undefined || revision === this.#savedRevision) return;
    this.#savedRevision = revision;
    try {
      writeCodeMemory(folder, { ...this.#sites.remember(), choices: this.#choices.all() });
    } catch (error) {
      this.#log(error);
    }
  }

  #log(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.emit('engine/log', { level: 'warn', message: `Calls in code: ${message}` });
  }
}
