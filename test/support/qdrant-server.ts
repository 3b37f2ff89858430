/** A real Qdrant server for tests and benchmarks, on free loopback ports and in a temporary folder of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { freePorts } from './free-ports.ts';
import type { QdrantEndpoint } from './qdrant-http.ts';
import { PortTakenError, type QdrantProcess, runQdrant } from './qdrant-process.ts';
import { makeCertificate } from './self-signed-certificate.ts';

/** Where tests get a server from: one that runs already, or a program to start. */
export type QdrantSource =
  | { readonly kind: 'url'; readonly url: string; readonly apiKey?: string }
  | { readonly kind: 'program'; readonly path: string };

/** Why tests of Qdrant are skipped: the one line for all of them. */
export const NO_QDRANT = 'no Qdrant server: set QDRANT_URL or put a qdrant program on PATH';

/** QDRANT_URL (with QDRANT_API_KEY) if it is set, else the `qdrant` program on PATH, else undefined. */
export function findQdrant(): QdrantSource | undefined {
  const url = process.env.QDRANT_URL ?? '';
  const apiKey = process.env.QDRANT_API_KEY ?? '';
  if (url !== '') return { kind: 'url', url: url.replace(/\/+$/u, ''), ...(apiKey === '' ? {} : { apiKey }) };
  const path = findProgram('qdrant');
  return path === undefined ? undefined : { kind: 'program', path };
}

export interface QdrantOptions {
  /** Asked of every call, and carried by the server's own endpoint. */
  readonly apiKey?: string;
  /** Serve https with a certificate made for this run. */
  readonly tls?: boolean;
  /** Where the data goes instead of the server's own folder; the caller removes it. For a small disk. */
  readonly storageFolder?: string;
  /** More settings, such as `{ QDRANT__STORAGE__COLLECTION__STRICT_MODE__ENABLED: 'true' }`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Cluster mode: 'first' begins a cluster, an address of a node's `peerUrl` joins that one. */
  readonly cluster?: 'first' | { readonly join: string };
}

/** A server that was started here. */
export interface QdrantServer extends QdrantEndpoint, AsyncDisposable {
  readonly grpcUrl: string;
  /** Where the other nodes of a cluster reach it. */
  readonly peerUrl: string;
  /** Its working folder; storage and snapshots lie in it unless `storageFolder` says otherwise. */
  readonly folder: string;
  /** Of the last run. */
  readonly pid: number;
  running(): boolean;
  /** SIGTERM: it finishes what it writes. */
  stop(): Promise<void>;
  /** SIGKILL: it finishes nothing. */
  kill(): Promise<void>;
  /** Stops its clock, on Linux: connections are accepted by the system and nothing is answered, until `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Stops it if it runs, and starts it on the same ports and folder. `environment` replaces single settings from then on. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** What it has logged. */
  log(): Promise<string>;
  /** Kills it and removes its folder; the same as disposing. */
  dispose(): Promise<void>;
}

interface Ports {
  readonly http: number;
  readonly grpc: number;
  readonly peer: number;
}

/** Settings that every test server has. The write-ahead log is small: 32 MB a collection is for servers that stay. */
function settingsOf(options: QdrantOptions, folder: string, ports: Ports): Readonly<Record<string, string>> {
  const data = options.storageFolder ?? folder;
  return {
    PATH: process.env.PATH ?? '',
    QDRANT__SERVICE__HOST: '127.0.0.1',
    QDRANT__SERVICE__HTTP_PORT: String(ports.http),
    QDRANT__SERVICE__GRPC_PORT: String(ports.grpc),
    QDRANT__SERVICE__ENABLE_STATIC_CONTENT: 'false',
    QDRANT__STORAGE__STORAGE_PATH: join(data, 'storage'),
    QDRANT__STORAGE__SNAPSHOTS_PATH: join(data, 'snapshots'),
    QDRANT__STORAGE__WAL__WAL_CAPACITY_MB: '1',
    QDRANT__TELEMETRY_DISABLED: 'true',
    ...(options.apiKey === undefined ? {} : { QDRANT__SERVICE__API_KEY: options.apiKey }),
    ...(options.cluster === undefined ? {} : { QDRANT__CLUSTER__ENABLED: 'true', QDRANT__CLUSTER__P2P__PORT: String(ports.peer) }),
    ...options.environment,
  };
}

function argsOf({ cluster }: QdrantOptions, peerUrl: string): readonly string[] {
  const join = typeof cluster === 'object' ? ['--bootstrap', cluster.join] : [];
  return ['--disable-telemetry', ...(cluster === undefined ? [] : ['--uri', peerUrl, ...join])];
}

async function startIn(folder: string, program: string, options: QdrantOptions): Promise<QdrantServer> {
  const [http = 0, grpc = 0, peer = 0] = await freePorts(3);
  const certificate = options.tls === true ? await makeCertificate(folder) : undefined;
  const scheme = certificate === undefined ? 'http' : 'https';
  const peerUrl = `http://127.0.0.1:${peer}`;
  const endpoint: QdrantEndpoint = {
    url: `${scheme}://127.0.0.1:${http}`,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(certificate === undefined ? {} : { caPath: certificate.certificate }),
  };
  let environment: Readonly<Record<string, string>> = {
    ...settingsOf(options, folder, { http, grpc, peer }),
    ...(certificate === undefined
      ? {}
      : { QDRANT__SERVICE__ENABLE_TLS: 'true', QDRANT__TLS__CERT: certificate.certificate, QDRANT__TLS__KEY: certificate.key }),
  };
  const logPath = join(folder, 'qdrant.log');
  const run = (): Promise<QdrantProcess> => runQdrant({ program, args: argsOf(options, peerUrl), environment, folder, logPath, endpoint });
  let process = await run();
  const dispose = async (): Promise<void> => {
    await process.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  return {
    ...endpoint,
    grpcUrl: `${scheme}://127.0.0.1:${grpc}`,
    peerUrl,
    folder,
    get pid() {
      return process.pid;
    },
    running: () => process.running(),
    stop: () => process.end('SIGTERM'),
    kill: () => process.end('SIGKILL'),
    pause: () => process.pause(),
    resume: () => process.resume(),
    async restart(changes = {}) {
      await process.end('SIGTERM');
      environment = { ...environment, ...changes };
      process = await run();
    },
    log: () => readFile(logPath, 'utf8'),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Starts the `qdrant` program found on PATH, and waits until it is ready. Rejects where there is none, or when it does not come up. */
export async function startQdrant(options: QdrantOptions = {}): Promise<QdrantServer> {
  const program = findProgram('qdrant');
  if (program === undefined) throw new Error('Starting a Qdrant server takes a qdrant program on PATH; there is none. Put one there.');
  for (let attempt = 1; ; attempt += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'faqmatch-qdrant-'));
    try {
      return await startIn(folder, program, options);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (!(error instanceof PortTakenError) || attempt === 5) throw error;
    }
  }
}
