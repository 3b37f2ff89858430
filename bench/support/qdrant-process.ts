/**
 * A Qdrant server of the benchmark's own: the `qdrant` program from PATH on free loopback ports, its data in a given folder.
 * Knows nothing of collections.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorMs } from './processor-time.ts';

/** What the process holds of the machine. */
export interface QdrantFootprint {
  /** Resident memory in MB, mapped files included. */
  readonly residentMb: number;
  /** Resident memory in MB that no file backs: what is lost to other programs. */
  readonly anonymousMb: number;
  readonly openFiles: number;
  /** Mapped regions; Linux allows vm.max_map_count of them, 65,530 by default. */
  readonly maps: number;
  readonly threads: number;
}

/** What a start may take before it is called off. */
export interface StartBounds {
  readonly ms: number;
  readonly residentMb: number;
}

/** A server that answers. */
export interface QdrantProcess {
  readonly url: string;
  /** Milliseconds from the start of the process until /readyz said yes. */
  readonly readyMs: number;
  footprint(): QdrantFootprint;
  /** Resident memory in MB; quick, where the whole footprint reads thousands of lines. */
  residentMb(): number;
  /** Processor milliseconds of all its threads so far. */
  cpuMs(): number;
  /** Why it ended by itself; undefined while it runs. */
  ended(): string | undefined;
  /** Asks it to end and waits. @returns milliseconds it took. */
  stop(): Promise<number>;
}

/** Where `qdrant` is, or undefined where PATH has none. */
export function qdrantProgram(): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'qdrant'));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** A figure of /proc/<pid>/status that is given in kB, in MB; 0 for a process that has ended. */
function statusMb(pid: number, name: 'VmRSS' | 'RssAnon'): number {
  const path = `/proc/${pid}/status`;
  const status = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(status)?.[1] ?? '0') / 1024;
}

function footprintOf(pid: number): QdrantFootprint {
  return {
    residentMb: statusMb(pid, 'VmRSS'),
    anonymousMb: statusMb(pid, 'RssAnon'),
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    maps: readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').length - 1,
    threads: readdirSync(`/proc/${pid}/task`).length,
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

function settings(folder: string, ports: { readonly http: number; readonly grpc: number }): NodeJS.ProcessEnv {
  return {
    ...process.env,
    QDRANT__LOG_LEVEL: 'WARN',
    QDRANT__TELEMETRY_DISABLED: 'true',
    QDRANT__SERVICE__HOST: '127.0.0.1',
    QDRANT__SERVICE__HTTP_PORT: String(ports.http),
    QDRANT__SERVICE__GRPC_PORT: String(ports.grpc),
    QDRANT__STORAGE__STORAGE_PATH: join(folder, 'storage'),
    QDRANT__STORAGE__SNAPSHOTS_PATH: join(folder, 'snapshots'),
  };
}

async function stopped(child: ChildProcess): Promise<number> {
  const begun = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 120_000);
    await exit;
    clearTimeout(patience);
  }
  return performance.now() - begun;
}

/**
 * Starts the program and waits until it is ready. The soft limit of open files is raised to the hard one, since a collection keeps files open.
 * @param folder keeps its data and log; a second start in it finds what the first left.
 * @throws Error where it ends, or a bound is reached before it is ready; it is stopped then.
 */
export async function startQdrant(program: string, folder: string, bounds: StartBounds): Promise<QdrantProcess> {
  const ports = { http: await freePort(), grpc: await freePort() };
  const url = `http://127.0.0.1:${ports.http}`;
  const log = openSync(join(folder, 'qdrant.log'), 'a');
  const begun = performance.now();
  const child = spawn('/bin/sh', ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$0"', program], {
    cwd: folder,
    env: settings(folder, ports),
    stdio: ['ignore', log, log],
  });
  const pid = child.pid ?? 0;
  const ended = () =>
    (child.exitCode ?? child.signalCode) === null ? undefined : `qdrant ended with ${child.exitCode ?? child.signalCode}`;
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  child.once('exit', () => process.removeListener('exit', killed));
  while (!(await isReady(url))) {
    if (ended() !== undefined) throw new Error(`${ended()} before it was ready`);
    const residentMb = statusMb(pid, 'VmRSS');
    const elapsedMs = performance.now() - begun;
    if (elapsedMs > bounds.ms || residentMb > bounds.residentMb) {
      await stopped(child);
      throw new Error(`not ready after ${Math.round(elapsedMs / 1000)} s with ${Math.round(residentMb)} MB resident`);
    }
    await sleep(20);
  }
  return {
    url,
    readyMs: performance.now() - begun,
    footprint: () => footprintOf(pid),
    residentMb: () => statusMb(pid, 'VmRSS'),
    cpuMs: () => processorMs(pid),
    ended,
    stop: () => stopped(child),
  };
}
