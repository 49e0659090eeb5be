import { decodeTraces } from '../../src/otlp/decodeTraces.ts';
import { jsonToProtobuf } from '../../src/otlp/json.ts';
import { requestToJson } from '../../src/otlp/protobufToJson.ts';
import { validateRequest } from '../../src/otlp/validate.ts';
import { requestOracles } from '../unit/otlp/support/protobufOracle.ts';
import { type PayloadShape, buildSpanRequests } from './payloads.ts';
import type { BenchRow } from './row.ts';

interface Measured {
  readonly perSecond: number;
  readonly cpuSeconds: number;
}

const rounds = 5;

/** Runs `work` over all requests some times, after a warm-up; the best round counts, as the machine is shared. */
function measure(
  requests: readonly Uint8Array[],
  spans: number,
  work: (request: Uint8Array) => void,
): Measured {
  for (const request of requests) work(request);
  let best: Measured = { perSecond: 0, cpuSeconds: 0 };
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    for (const request of requests) work(request);
    const perSecond = (spans / (performance.now() - started)) * 1000;
    const used = process.cpuUsage(cpu);
    if (perSecond > best.perSecond) best = { perSecond, cpuSeconds: (used.user + used.system) / 1e6 };
  }
  return best;
}

/** Lets other work of the process in between two measurements. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Own decoder, validator and JSON reader against protobufjs and `JSON.parse`, on one thread; spans per second. */
export async function benchDecode(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [shape, label, spans] of [
    ['small', '0.6 kB', 51_200],
    ['llm', 'LLM 3.8 kB', 10_240],
  ] as const satisfies readonly (readonly [PayloadShape, string, number])[]) {
    const requests = buildSpanRequests({ spans, bytesPerSpan: shape });
    const add = (name: string, own: Measured, baseline?: Measured): void => {
      rows.push({
        name: `${name}, spans of ${label}`,
        value: Math.round(own.perSecond),
        unit: 'spans/s',
        cpuSeconds: own.cpuSeconds,
        baseline: baseline && Math.round(baseline.perSecond),
      });
    };
    let visited = 0;
    const decode = measure(requests, spans, (request) => decodeTraces(request, () => visited++));
    if (visited !== spans * (rounds + 1)) throw new Error(`visited ${visited} spans`);
    await pause();
    const protobufjs = measure(requests, spans, (request) => void requestOracles.traces.decode(request));
    add('decode (baseline protobufjs)', decode, protobufjs);
    await pause();
    const validate = measure(requests, spans, (request) => {
      if (validateRequest('traces', request).rejected > 0) throw new Error('rejected spans');
    });
    add('validate (baseline protobufjs decode)', validate, protobufjs);
    await pause();
    const some = requests.slice(0, Math.ceil(requests.length / 4));
    const texts = some.map((request) => Buffer.from(requestToJson('traces', request)));
    const inTexts = some.length * 512;
    const json = measure(texts, inTexts, (text) => void jsonToProtobuf('traces', text));
    await pause();
    const parse = measure(texts, inTexts, (text) => void JSON.parse(Buffer.from(text).toString()));
    add('JSON to protobuf (baseline JSON.parse)', json, parse);
    await pause();
  }
  return rows;
}
