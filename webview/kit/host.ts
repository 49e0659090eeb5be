import type { RequestMap } from '../../src/base/channel.ts';
import { Channel } from '../../src/base/channel.ts';

/** The editor's side of a webview, as the editor hands it out, once a page. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

type Nothing = Record<never, never>;

/** The page's only way to the outside: a channel to the host, and a little state that survives a reload. */
export interface Host<Requests extends RequestMap<Requests>, Events> {
  readonly channel: Channel<Requests, Nothing, Nothing, Events>;
  readonly savedState: unknown;
  save(state: unknown): void;
}

export function connectHost<Requests extends RequestMap<Requests>, Events>(): Host<Requests, Events> {
  const api = acquireVsCodeApi();
  const channel = new Channel<Requests, Nothing, Nothing, Events>(
    {
      post: (message) => api.postMessage(message),
      onMessage: (listener) => window.addEventListener('message', (event) => listener(event.data)),
    },
    {},
  );
  return { channel, savedState: api.getState(), save: (state) => api.setState(state) };
}
