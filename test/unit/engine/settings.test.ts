import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { defaultSettings } from '../../../src/engine/defaultSettings.ts';
import { Indexer } from '../../../src/engine/indexer.ts';
import { journalDir } from '../../../src/engine/storePaths.ts';
import { isKnownCost } from '../../../src/model/cost.ts';
import type { EngineSettings } from '../../../src/protocol/engine.ts';
import { loadPriceTable } from '../../../src/pricing/priceTable.ts';
import type { IndexedSpan } from '../../../src/store/api.ts';
import { JournalWriter } from '../../../src/store/journalWriter.ts';
import { TemporaryFolder } from '../store/temporary.ts';
import { call, spanIdOf, spans, traceIdOf, type SentSpan } from './support.ts';

const ownPrices: EngineSettings = {
  ...defaultSettings,
  userPrices: [{ model: 'gpt-4o', input: 1000, output: 1000 }],
};

describe('settings that go into stored rows', function () {
  this.timeout(30_000);
  let folder: TemporaryFolder;
  let journal: JournalWriter;
  let indexer: Indexer;
  let logged: string[];
  /** Progress of reading again. */
  let rereads: string[];

  const open = async (settings: EngineSettings): Promise<void> => {
    indexer = new Indexer({
      dbPath: folder.file('traces.db'),
      settings,
      prices: await loadPriceTable(),
      emit: (event, body) => {
        if (event === 'engine/log') logged.push((body as { message: string }).message);
        if (event === 'store/progress') rereads.push(event);
      },
    });
    indexer.own(settings);
  };

  beforeEach(async () => {
    folder = new TemporaryFolder();
    logged = [];
    rereads = [];
    journal = await JournalWriter.open(journalDir(folder.file('traces.db')));
    await open(defaultSettings);
  });
  afterEach(async () => {
    indexer.close();
    await journal.close();
    folder.dispose();
  });

  const row = (id: number): IndexedSpan | undefined =>
    indexer.reader?.span({ traceId: traceIdOf(1), spanId: spanIdOf(id) });
  const amount = (id: number): number | undefined => {
    const cost = row(id)?.cost;
    return cost && isKnownCost(cost) ? cost.amount : undefined;
  };
  /** Fails by the test's time limit. */
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await sleep(10);
  };
  const store = async (...sent: readonly SentSpan[]): Promise<void> => {
    await journal.append('traces', spans(...sent).payload);
    indexer.wake();
  };

  it('change the cost of stored calls when a price of the user’s changes, and change it back', async () => {
    await store(call({ id: 1, usage: [1000, 1000] }));
    await until(() => amount(1) !== undefined);
    const before = amount(1);
    indexer.configure(ownPrices);
    await until(() => amount(1) === 2);
    const cost = row(1)?.cost;
    assert.equal(cost && isKnownCost(cost) ? cost.source.kind : undefined, 'user');
    assert.equal(indexer.reader?.totalsSince(0).cost.known, 2);
    indexer.configure(defaultSettings);
    await until(() => amount(1) === before);
  });

  it('measure calls anew: one that costs like the others is not expensive after prices rose', async () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      call({ id: index + 1, name: 'ask', usage: [1000, 1000] }),
    );
    await store(...many, call({ id: 13, name: 'ask', usage: [100_000, 100_000] }));
    const flagsOf = (id: number): readonly string[] => row(id)?.flags.map((flag) => flag.id) ?? [];
    await until(() => amount(13) !== undefined);
    assert.ok(flagsOf(13).includes('expensive'));
    indexer.configure(ownPrices);
    await until(() => amount(13) === 200);
    assert.ok(flagsOf(13).includes('expensive'));
    for (const { id } of many) assert.ok(!flagsOf(id).includes('expensive'), `call ${id}`);
  });

  it('are applied to what was stored while other settings held, when the store is opened again', async () => {
    await store(call({ id: 1, usage: [1000, 1000] }));
    await until(() => amount(1) !== undefined);
    indexer.close();
    await open(ownPrices);
    await until(() => amount(1) === 2);
  });

  it('say what attributes of an unknown convention mean', async () => {
    await store({ id: 1, name: 'ask', attributes: { 'acme.m': 'gpt-4o', 'acme.in': 10, 'acme.out': 5 } });
    await until(() => row(1) !== undefined);
    assert.equal(row(1)?.kind, 'other');
    indexer.configure({
      ...defaultSettings,
      attributeMappings: [
        { attribute: 'acme.m', field: 'requestModel' },
        { attribute: 'acme.in', field: 'input' },
        { attribute: 'acme.out', field: 'output' },
        { attribute: 'acme.out', field: 'outcome' },
      ],
    });
    await until(() => row(1)?.kind === 'llm');
    assert.deepEqual({ ...row(1)?.usage }, { input: 10, output: 5 });
    assert.deepEqual([row(1)?.requestModel, row(1)?.dialect, row(1)?.guessed], ['gpt-4o', 'user', false]);
    assert.ok(logged.some((message) => message.includes('there is no field “outcome”')));
  });

  it('are no reason to read anything again when what goes into rows is the same', async () => {
    await store(call({ id: 1, usage: [1000, 1000] }));
    await until(() => amount(1) !== undefined);
    indexer.configure({ ...defaultSettings, userPrices: [], workspaceFolders: ['/elsewhere'] });
    await store(call({ id: 2, usage: [1000, 1000] }));
    await until(() => amount(2) !== undefined);
    assert.deepEqual(rereads, []);
    indexer.configure(ownPrices);
    await until(() => amount(1) === 2 && amount(2) === 2);
    assert.notDeepEqual(rereads, []);
  });
});
