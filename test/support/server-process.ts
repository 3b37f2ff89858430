/** `faqmatch serve` as a process of its own: the built program, a tiny model, free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type FaqmatchClient } from '../../src/client/client.ts';
import { afterDeath } from './after-death.ts';
import { CHATTER, DELIVERY, faqFile } from './faq-source.ts';
import { freePorts } from './free-ports.ts';
import { eventually } from './replica.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const TINY = fileURLToPath(new URL('../fixtures/models/tiny-mean', import.meta.url));
/** Loading the program on a busy machine takes seconds. */
const START_MS = 25_000;

export interface ServerProcess extends AsyncDisposable {
  readonly client: FaqmatchClient;
  /** Log lines, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** Lines on standard output. */
  readonly out: readonly string[];
  /** Of the answer of /readyz: status and body. */
  ready(): Promise<{ readonly status: number; readonly reasons: string }>;
  /** SIGTERM. @returns the exit code. */
  stop(): Promise<number | null>;
}

export interface ServerProcessOptions {
  /** Beside the model, the ports and the folders. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** Corpus `delivery`, and one of the demo's names for servers that start with --demo. */
async function putCorpora(root: string): Promise<void> {
  for (const corpus of ['delivery', 'shop']) {
    await mkdir(join(root, corpus), { recursive: true });
    for (const { name, data } of faqFile(DELIVERY, CHATTER)) await writeFile(join(root, corpus, name), data);
  }
}

function linesInto(stream: NodeJS.ReadableStream | null, add: (line: string) => void): void {
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') add(line);
  });
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line };
  }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Starts one and waits until it listens; nothing need be served yet. Disposing kills it and removes its folder. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'faqmatch-process-'));
  const [grpcPort = 0, httpPort = 0] = await freePorts(2);
  await putCorpora(join(folder, 'faq'));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('FAQMATCH_') && !name.startsWith('QDRANT_'));
  const child = spawn(process.execPath, [MAIN, 'serve', ...(options.flags ?? [])], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      FAQMATCH_MODEL: TINY,
      FAQMATCH_ENCODER_WORKERS: '1',
      FAQMATCH_DATA_DIR: join(folder, 'data'),
      FAQMATCH_CORPUS_ROOT: join(folder, 'faq'),
      FAQMATCH_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
      FAQMATCH_HTTP_ADDRESS: `127.0.0.1:${httpPort}`,
      ...options.environment,
    },
  });
  const log: Record<string, unknown>[] = [];
  const out: string[] = [];
  linesInto(child.stderr, (line) => void log.push(parsed(line)));
  linesInto(child.stdout, (line) => void out.push(line));
  const order = afterDeath('kill -9 "$1"; rm -rf "$2"', [String(child.pid), folder]);
  child.once('exit', () => order.cancel());
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  // By HTTP: a gRPC channel that was refused waits longer and longer before it tries again.
  const listens = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${JSON.stringify(log)}`);
    return fetch(`http://127.0.0.1:${httpPort}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await eventually('the server listens', listens, START_MS).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  const client = createClient({ address: `127.0.0.1:${grpcPort}`, waitForServer: false, retry: { attempts: 1 } });
  return {
    client,
    log,
    out,
    async ready() {
      const response = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
      return { status: response.status, reasons: await response.text() };
    },
    stop() {
      child.kill('SIGTERM');
      return ended(child);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await dispose();
    },
  };
}
