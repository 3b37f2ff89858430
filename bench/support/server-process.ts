/** The real server as a child process: started, asked for its processor time, stopped. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { processorMs } from './processor-time.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A server that answers. */
export interface ServerProcess {
  readonly pid: number;
  readonly address: string;
  /** Milliseconds from the start of the process until stored versions were back and it served. */
  readonly readyMs: number;
  /** Processor milliseconds of all its threads so far. */
  cpuMs(): number;
  /** Resident memory in MB. */
  memoryMb(): number;
  /** SIGTERM: it answers what it has begun. */
  stop(): Promise<void>;
  /** SIGKILL: it finishes nothing. */
  kill(): Promise<void>;
}

/** How a server is started. */
export interface ServerProcessOptions {
  readonly dataDir: string;
  readonly workers: number;
  /** Loopback port for calls; a free one by default. */
  readonly port?: number;
  /** Settings beside the flags, such as `{ FAQMATCH_INDEX: 'qdrant' }`. */
  readonly environment?: Readonly<Record<string, string>>;
}

function memoryMbOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0') / 1024;
}

async function readyAddress(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the server was started without a standard output');
  const failed = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
  });
  const first = new Promise<string>((resolve) => {
    createInterface({ input: stdout }).once('line', resolve);
  });
  return JSON.parse(await Promise.race([first, failed])).grpcAddress;
}

function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** Starts `serve` and waits until it is ready. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const started = performance.now();
  const flags = [
    '--grpc-address',
    `127.0.0.1:${options.port ?? 0}`,
    '--http-address',
    '127.0.0.1:0',
    '--data-dir',
    options.dataDir,
    '--log-level',
    'error',
  ];
  const child = spawn(process.execPath, [MAIN, 'serve', '--json', '--encoder-workers', String(options.workers), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...options.environment },
  });
  const address = await readyAddress(child);
  const readyMs = performance.now() - started;
  const pid = child.pid ?? 0;
  return {
    pid,
    address,
    readyMs,
    cpuMs: () => processorMs(pid),
    memoryMb: () => memoryMbOf(pid),
    stop: () => ended(child, 'SIGTERM'),
    kill: () => ended(child, 'SIGKILL'),
  };
}
