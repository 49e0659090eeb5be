import type { ProcessIdentity } from '../../annotations/runs.ts';
import { decodeResource } from '../../otlp/decodeOne.ts';
import type { AttributeMap } from '../../otlp/types.ts';
import type { JournalReader } from '../../store/journalReader.ts';
import type { CodeSpan } from '../../store/queries/code.ts';

interface ResourceFacts {
  readonly instance: string | undefined;
  /** Process id and host. */
  readonly pid: string | undefined;
  /** `vcs.ref.head.revision`: the git commit the program ran at. */
  readonly revision: string | undefined;
}

const nothing: ResourceFacts = { instance: undefined, pid: undefined, revision: undefined };
const remembered = 5_000;
const longest = 65_536;
const longestValue = 256;

/** What the resources of spans say of their processes, read from the journal; each resource once. */
export class Resources {
  readonly #journal: JournalReader;
  /** By place in the journal, and by content: every request repeats the resource. */
  readonly #byPlace = new Map<string, ResourceFacts>();
  readonly #byBytes = new Map<string, ResourceFacts>();

  constructor(journal: JournalReader) {
    this.#journal = journal;
  }

  processOf(span: Pick<CodeSpan, 'service' | 'serviceInstance' | keyof ResourcePlace>): ProcessIdentity {
    const { service, serviceInstance } = span;
    if (serviceInstance !== undefined) return { service, instance: serviceInstance };
    const { instance, pid } = this.#of(span);
    return { service, instance, pid };
  }

  revisionOf(place: ResourcePlace): string | undefined {
    return this.#of(place).revision;
  }

  #of({ segment, resourceOffset, resourceLength }: ResourcePlace): ResourceFacts {
    if (resourceLength === 0 || resourceLength > longest) return nothing;
    const key = `${segment}:${resourceOffset}`;
    let facts = this.#byPlace.get(key);
    if (facts) return facts;
    const bytes = this.#journal.readRange(segment, resourceOffset, resourceLength);
    facts = bytes ? this.#decoded(bytes) : nothing;
    if (this.#byPlace.size >= remembered) this.#byPlace.clear();
    this.#byPlace.set(key, facts);
    return facts;
  }

  #decoded(bytes: Uint8Array): ResourceFacts {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let facts = this.#byBytes.get(text);
    if (facts) return facts;
    facts = factsOf(bytes);
    if (this.#byBytes.size >= remembered / 10) this.#byBytes.clear();
    this.#byBytes.set(text, facts);
    return facts;
  }
}

interface ResourcePlace {
  readonly segment: number;
  readonly resourceOffset: number;
  readonly resourceLength: number;
}

function factsOf(bytes: Uint8Array): ResourceFacts {
  let attributes: AttributeMap;
  try {
    ({ attributes } = decodeResource(bytes));
  } catch {
    return nothing;
  }
  const pid = textOf(attributes, 'process.pid');
  const host = textOf(attributes, 'host.name') ?? textOf(attributes, 'host.id') ?? '';
  return {
    // The hooks tell what few SDKs do.
    instance: textOf(attributes, 'service.instance.id') ?? textOf(attributes, 'llm_trace_inspector.process'),
    pid: pid === undefined ? undefined : `${pid}@${host}`,
    revision: textOf(attributes, 'vcs.ref.head.revision'),
  };
}

function textOf(attributes: AttributeMap, key: string): string | undefined {
  const value = attributes.get(key);
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  return typeof value === 'string' && value !== '' ? value.slice(0, longestValue) : undefined;
}
