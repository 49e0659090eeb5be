import type { EngineStatus, PortConflict } from '../../protocol/status.ts';

/**
 * What the window knows of its receiver. `unsupported`: this Node.js has no SQLite; `crashed`: the engine died too
 * often; otherwise what the engine says.
 */
export type EngineState =
  | { readonly kind: 'unsupported'; readonly nodeVersion: string }
  | { readonly kind: 'crashed'; readonly reason: string }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly status: EngineStatus };

/** The value of the context key `state`. */
export function stateName(state: EngineState): EngineStatus['state'] | 'unsupported' {
  if (state.kind === 'running') return state.status.state;
  if (state.kind === 'crashed') return 'problem';
  return state.kind;
}

export function endpointUrl(endpoint: { readonly host: string; readonly port: number }): string {
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `http://${host}:${endpoint.port}`;
}

/** `Port 4317 (gRPC) is taken by Jaeger.` */
export function describeConflict(conflict: PortConflict): string {
  const port = `Port ${conflict.port} (${conflict.protocol === 'grpc' ? 'gRPC' : 'HTTP'})`;
  if (conflict.code === 'EACCES') return `${port} may not be opened by this user.`;
  if (conflict.code === 'EADDRINUSE') return `${port} is taken by ${conflict.heldBy ?? 'another program'}.`;
  return `${port} could not be opened (${conflict.code}).`;
}

/** What is wrong, as sentences; empty when nothing is. */
export function describeProblems(state: EngineState): string[] {
  switch (state.kind) {
    case 'unsupported':
      return [
        `Traces are stored with Node.js's SQLite module, which this editor's Node.js ${state.nodeVersion} lacks; it is part of VS Code 1.101 and later.`,
      ];
    case 'crashed':
      return ['The engine that receives traces stopped several times and is not started again by itself.'];
    case 'starting':
      return [];
    case 'running': {
      const { conflicts, storeProblem } = state.status;
      // A port that is taken on both loopback addresses is one problem.
      return [
        ...new Set([...conflicts.map(describeConflict), ...(storeProblem ? [storeProblem.message] : [])]),
      ];
    }
  }
}

/** The state in a sentence, for the log. */
export function describeState(state: EngineState): string {
  if (state.kind !== 'running') return [`The engine is ${state.kind}.`, ...describeProblems(state)].join(' ');
  const { status } = state;
  const endpoints = [
    ...(status.grpc ? [`gRPC ${endpointUrl(status.grpc)}`] : []),
    ...(status.http ? [`HTTP ${endpointUrl(status.http)}`] : []),
  ];
  const where = endpoints.length > 0 ? ` on ${endpoints.join(', ')}` : '';
  return [`The receiver is ${receiverStates[status.state]}${where}.`, ...describeProblems(state)].join(' ');
}

const receiverStates: Readonly<Record<EngineStatus['state'], string>> = {
  starting: 'starting',
  listening: 'listening',
  following: 'following another window',
  off: 'off',
  problem: 'in trouble',
};
