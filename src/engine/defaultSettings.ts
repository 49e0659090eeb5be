import type { EngineSettings } from '../protocol/engine.ts';

/** What holds when nobody has set anything; the extension's settings have the same defaults. */
export const defaultSettings: EngineSettings = {
  receiver: {
    enabled: true,
    hosts: ['127.0.0.1', '::1'],
    grpcPort: 4317,
    httpPort: 4318,
    maxRequestBytes: 64 * 1024 * 1024,
    allowedOrigins: [],
  },
  store: { maxAgeDays: 7, maxBytes: 1_000_000_000, maxTraces: 1_000_000 },
  disabledFlags: [],
  workspaceFolders: [],
};
