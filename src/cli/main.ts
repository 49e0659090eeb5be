import { minimumNode } from '../base/version.ts';
import { UsageError } from './arguments.ts';

const help = `llm-trace-inspector: receive, store and question LLM traces without the editor

  serve    --db PATH [--grpc-port N] [--http-port N] [--host H]   receive until SIGTERM or SIGINT
  stats    --db PATH [--since T]                                  totals, each call counted once
  traces   --db PATH [--limit N] [--since T] [--query Q]          trace summaries, newest first
  spans    --db PATH [--trace ID] [--kind K] [--workspace DIR]    one span a line, in tree order
  explain  SPAN_ID --db PATH [--estimate]                         where each value of a span came from
  reindex  --db PATH                                              read the journal again
  env      [--workspace DIR] [--endpoint URL] [--shell S]         the environment that makes programs send here

PATH names the index; the journal lies beside it. Answers are JSON on standard output.
S is sh (unless told), fish, pwsh or json; for sh: eval "$(llm-trace-inspector env)".
T is an ISO 8601 time, epoch milliseconds, or how long ago: 30m, 2h, 7d.
Readers wait for an engine that is behind: --wait SECONDS, 30 unless told.
`;

type Command = (args: readonly string[]) => Promise<number>;

/** Loaded when asked for, so that help and mistakes answer at once. */
const commands = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./serve.ts')).serve],
  ['stats', async () => (await import('./stats.ts')).stats],
  ['traces', async () => (await import('./traces.ts')).traces],
  ['spans', async () => (await import('./spans.ts')).spans],
  ['explain', async () => (await import('./explain.ts')).explain],
  ['env', async () => (await import('./env.ts')).env],
  ['reindex', async () => (await import('./reindex.ts')).reindex],
]);

/** Exit codes: 0 done, 1 failed, 2 the call's words are off. */
async function main(argv: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < minimumNode.major || (major === minimumNode.major && minor < minimumNode.minor)) {
    process.stderr.write(
      `llm-trace-inspector needs Node.js ${minimumNode.major}.${minimumNode.minor} or newer (for its built-in SQLite); this is ${process.versions.node}.\n`,
    );
    return 1;
  }
  const [name, ...args] = argv;
  if (
    name === undefined ||
    name === 'help' ||
    name === '--help' ||
    name === '-h' ||
    args.includes('--help')
  ) {
    process.stdout.write(help);
    return name === undefined ? 2 : 0;
  }
  const load = commands.get(name);
  if (!load)
    throw new UsageError(`there is no command ${JSON.stringify(name)}; see llm-trace-inspector --help`);
  return (await load())(args);
}

// A reader such as `head` that goes away early is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`llm-trace-inspector: ${message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
