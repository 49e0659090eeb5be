import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { post, type Serving } from './serve.ts';

const folder = path.resolve(import.meta.dirname, '../../fixtures/captures');

export interface CaptureInfo {
  readonly expected: {
    readonly tool_errors: number;
    readonly sessions: readonly string[];
    readonly models: readonly string[];
    readonly response_models: readonly string[];
    readonly visible: {
      readonly llm_calls_ok: number;
      readonly errors: number;
      readonly calls_with_usage: number;
      readonly total_input_tokens: number;
      readonly total_output_tokens: number;
      readonly cached_input_tokens: number;
      readonly cache_creation_tokens: number;
      readonly reasoning_tokens: number;
      readonly embeddings: number;
      readonly embedding_input_tokens: number;
      readonly tool_calls: number;
      readonly session_attribute: string | null;
    };
  };
}

export interface CaptureRequest {
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export function captureNames(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function captureInfo(name: string): CaptureInfo {
  return JSON.parse(readFileSync(path.join(folder, name, 'info.json'), 'utf8')) as CaptureInfo;
}

export function captureRequests(name: string): CaptureRequest[] {
  return readFileSync(path.join(folder, name, 'index.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { file, signal } = JSON.parse(line) as { file: string; signal: string };
      return {
        path: `/v1/${signal}`,
        contentType: file.endsWith('.json') ? 'application/json' : 'application/x-protobuf',
        body: readFileSync(path.join(folder, name, file)),
      };
    });
}

/** Posts every request of a capture, in the order given. */
export async function replay(serving: Serving, requests: readonly CaptureRequest[]): Promise<void> {
  for (const request of requests) {
    const response = await post(serving.url, request.path, request.body, request.contentType);
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}
