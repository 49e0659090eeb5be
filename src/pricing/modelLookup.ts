import { visibleLabel } from '../base/visibleText.ts';
import type { CostSource } from '../model/cost.ts';
import type { CompiledAlias } from './aliases.ts';
import { hostOf, localReason } from './localModels.ts';
import { fineTuneBase, nameCandidates, type NameOrigin } from './modelNames.ts';
import type { PriceTable, TableModel } from './priceTable.ts';
import { tableSource } from './priceTable.ts';
import { tableProvider } from './providerNames.ts';
import type { PriceSchedule } from './schedule.ts';
import { isPriceOf, type CompiledUserPrice } from './userPrices.ts';

/** What names and addresses tell about the model that answered. */
export interface CallIdentity {
  readonly provider?: string | undefined;
  readonly requestModel?: string | undefined;
  readonly responseModel?: string | undefined;
  /** As reported; a URL is understood, too. */
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
}

/** What is known of a call's price before its tokens are. */
export interface ResolvedModel {
  /** The table's provider that the call went to. */
  readonly home: string | undefined;
  /** The user's prices that fit, in the user's order. */
  readonly userPrices: readonly CompiledUserPrice[];
  readonly contextWindow: number | undefined;
  readonly price:
    | { readonly kind: 'table'; readonly schedule: PriceSchedule }
    | { readonly kind: 'free'; readonly source: CostSource }
    | { readonly kind: 'local'; readonly source: CostSource }
    | { readonly kind: 'unknown'; readonly unknown: 'model' | 'price'; readonly reason: string };
}

export interface LookupSettings {
  readonly table: PriceTable;
  readonly userPrices: readonly CompiledUserPrice[];
  readonly aliases: readonly CompiledAlias[];
}

/** Names come from outside: the cache must not grow with them. */
const mostRemembered = 2000;
const lastOnes = 8;

/** Finds models and remembers what it found: the names of a program's calls are few, and looking one up is slow. */
export class ModelLookup {
  readonly #settings: LookupSettings;
  #remembered = new Map<string, ResolvedModel>();
  /** The last few, in a ring: looking at these needs no key. */
  readonly #last: (CallIdentity & { readonly resolved: ResolvedModel })[] = [];
  #nextLast = 0;

  constructor(settings: LookupSettings) {
    this.#settings = settings;
  }

  resolve(call: CallIdentity): ResolvedModel {
    for (const last of this.#last) if (isSameIdentity(last, call)) return last.resolved;
    const resolved = this.#resolve(call);
    this.#last[this.#nextLast] = { ...identity(call), resolved };
    this.#nextLast = (this.#nextLast + 1) % lastOnes;
    return resolved;
  }

  #resolve(call: CallIdentity): ResolvedModel {
    const key = `${call.responseModel ?? ''}\n${call.requestModel ?? ''}\n${call.provider ?? ''}\n${
      call.serverAddress ?? ''
    }\n${call.serverPort ?? ''}`;
    let resolved = this.#remembered.get(key);
    if (resolved === undefined) {
      resolved = this.#find(call);
      if (this.#remembered.size >= mostRemembered) this.#remembered = new Map<string, ResolvedModel>();
      // A key with more line ends than its own could stand for two calls.
      if (key.length < 2000 && key.split('\n').length === 5) this.#remembered.set(key, resolved);
    }
    return resolved;
  }

  #find(call: CallIdentity): ResolvedModel {
    const { table, userPrices } = this.#settings;
    const address = hostOf(call.serverAddress);
    const byHost = address === undefined ? undefined : table.providerAt(address.host);
    const origin: NameOrigin = {
      provider: byHost ?? tableProvider(call.provider),
      certain: byHost !== undefined,
    };
    const names = this.#names(call, origin);
    const fitting = userPrices.filter(
      (price) =>
        isPriceOf(price, call.provider, origin.provider) &&
        names.some((name) => price.matchesModel(name.model)),
    );
    const base = { home: origin.provider, userPrices: fitting };
    const local = names
      .map(({ model }) =>
        localReason({
          provider: call.provider,
          model,
          host: address?.host,
          port: call.serverPort ?? address?.port,
        }),
      )
      .find((reason) => reason !== undefined);
    if (local !== undefined) {
      return {
        ...base,
        contextWindow: undefined,
        price: { kind: 'local', source: { kind: 'local', name: 'local model', detail: local } },
      };
    }
    for (const name of names) {
      const found = this.#lookUp(name);
      if (found)
        return { ...base, contextWindow: found.model.contextWindow, price: priceOf(found.model, found.note) };
    }
    return { ...base, contextWindow: undefined, price: this.#unknown(names, call, origin) };
  }

  /** The names to try: the user's aliases, then what answered, then what was asked for. */
  #names(call: CallIdentity, origin: NameOrigin): readonly AskedName[] {
    const plain = [call.responseModel, call.requestModel].filter(
      (name) => name !== undefined && name.trim() !== '',
    );
    if (
      plain.length === 2 &&
      requestSaysMore(call.requestModel ?? '', call.responseModel ?? '', origin.provider)
    ) {
      plain.reverse();
    }
    const named = plain.map((model) => ({ model: model ?? '', origin }));
    const aliased = named.flatMap(({ model }) => {
      const alias = this.#settings.aliases.find(({ matches }) => matches(model));
      if (!alias) return [];
      const { provider } = alias;
      return [
        {
          model: alias.model,
          origin: provider === undefined ? origin : { provider, certain: true },
          alias: model,
        },
      ];
    });
    return [...aliased, ...named];
  }

  #lookUp(name: AskedName): { model: TableModel; note: string | undefined } | undefined {
    for (const candidate of nameCandidates(name.model, name.origin)) {
      const model = this.#settings.table.find(candidate.provider, candidate.model);
      const notes = [name.alias === undefined ? undefined : `your alias of ${name.alias}`, candidate.note];
      if (model) return { model, note: notes.filter((note) => note !== undefined).join(', ') || undefined };
    }
    return undefined;
  }

  #unknown(names: readonly AskedName[], call: CallIdentity, origin: NameOrigin): ResolvedModel['price'] {
    const first = names[0]?.model;
    if (first === undefined) return { kind: 'unknown', unknown: 'model', reason: 'the span names no model' };
    const base = fineTuneBase(first);
    if (
      base !== undefined &&
      nameCandidates(base, origin).some(({ provider, model }) => this.#settings.table.find(provider, model))
    ) {
      return {
        kind: 'unknown',
        unknown: 'price',
        reason: `the price table has no price for fine-tunes of ${base}`,
      };
    }
    const at = origin.provider ?? call.provider;
    const where = at === undefined ? '' : ` at ${shorten(at)}`;
    return {
      kind: 'unknown',
      unknown: 'model',
      reason: `the price table does not know ${shorten(first)}${where}`,
    };
  }
}

function identity(call: CallIdentity): CallIdentity {
  const { provider, requestModel, responseModel, serverAddress, serverPort } = call;
  return { provider, requestModel, responseModel, serverAddress, serverPort };
}

function isSameIdentity(a: CallIdentity, b: CallIdentity): boolean {
  return (
    a.responseModel === b.responseModel &&
    a.requestModel === b.requestModel &&
    a.provider === b.provider &&
    a.serverAddress === b.serverAddress &&
    a.serverPort === b.serverPort
  );
}

interface AskedName {
  readonly model: string;
  readonly origin: NameOrigin;
  /** The name that the user's alias stands for. */
  readonly alias?: string | undefined;
}

/** Bedrock ids tell the region and OpenRouter's variants the terms; the answer's name often drops both. */
function requestSaysMore(request: string, response: string, home: string | undefined): boolean {
  if (home === 'aws') return request.includes('.') && !response.includes('.');
  return home === 'openrouter' && request.includes(':') && !response.includes(':');
}

function priceOf(found: TableModel, note: string | undefined): ResolvedModel['price'] {
  const name = `${found.provider} / ${found.model}`;
  if (found.free)
    return { kind: 'free', source: tableSource(`${name}, free of charge${note ? ` (${note})` : ''}`) };
  if (found.schedule) {
    return { kind: 'table', schedule: note === undefined ? found.schedule : annotated(found.schedule, note) };
  }
  const instead = found.unit === undefined ? '' : `; it is paid for by ${found.unit}`;
  return {
    kind: 'unknown',
    unknown: 'price',
    reason: `the price table has no price per token for ${name}${instead}`,
  };
}

/** The same prices, with how the name was read in their source. */
function annotated(schedule: PriceSchedule, note: string): PriceSchedule {
  return {
    periods: schedule.periods.map((period) => ({
      ...period,
      levels: period.levels.map((level) => ({
        ...level,
        source: { ...level.source, detail: `${level.source.detail ?? ''} (${shorten(note)})` },
      })),
    })),
  };
}

function shorten(text: string): string {
  return visibleLabel(text, 120);
}
