/** What `faqmatch doctor` looks at. Each check says ok, warn or fail, and what to do next. */
import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { LEAST_NODE } from '../config/least-node.ts';
import type { Config } from '../config/schema.ts';
import { parseCorpus } from '../corpus/parse-corpus.ts';
import { readSource } from '../corpus/read-source.ts';
import { FaqError } from '../errors.ts';
import { lockDataDir } from '../index/embedded/data-dir-lock.ts';
import { workersOf } from './encoder-workers.ts';

/** How a check came out. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do; empty where nothing. */
  readonly next: string;
}

/** One check. It never throws. */
export type Check = (config: Config) => Promise<Finding>;

const GIGABYTE = 1024 ** 3;
/** A model of 23 MB unpacks to about 150 MB a worker; the rest of the process takes about as much again. */
const MEMORY_PER_WORKER = 150 * 1024 ** 2;

/** Fine. */
export function ok(name: string, detail: string): Finding {
  return { name, state: 'ok', detail, next: '' };
}

/** Works, with a drawback. */
export function warn(name: string, detail: string, next = ''): Finding {
  return { name, state: 'warn', detail, next };
}

/** Keeps the service from running. */
export function fail(name: string, detail: string, next: string): Finding {
  return { name, state: 'fail', detail, next };
}

/** The Node that runs this program. */
export const checkNode: Check = async () => {
  const version = process.versions.node;
  const fits = Number(version.split('.')[0]) >= LEAST_NODE;
  return fits
    ? ok('node', version)
    : fail(
        'node',
        `${version}; ${LEAST_NODE} or later is needed`,
        'Run it as "npm run -s faqmatch -- <command>", which brings its own Node.',
      );
};

/** The folder itself, or the nearest one above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  const facts = await stat(path).catch(() => undefined);
  const parent = dirname(resolve(path));
  return facts !== undefined || parent === resolve(path) ? resolve(path) : nearestFolder(parent);
}

/** Whether the data directory can be written, or made, and no other server has it. */
export const checkDataDir: Check = async ({ dataDir }) => {
  try {
    const found = await nearestFolder(dataDir);
    await access(found, constants.R_OK | constants.W_OK);
    if (found !== resolve(dataDir)) return ok('data directory', `${dataDir} can be made`);
    const lock = await lockDataDir(dataDir);
    await lock.release();
    return ok('data directory', dataDir);
  } catch (error) {
    if (error instanceof FaqError && error.reason === 'DATA_DIR_LOCKED')
      return warn('data directory', `${dataDir} is in use by a running server`);
    return fail('data directory', `${dataDir} cannot be written`, 'Make it writable or set FAQMATCH_DATA_DIR.');
  }
};

/** Room for versions and embeddings: 1.6 KB a question, several versions kept. */
export const checkDisk: Check = async ({ dataDir }) => {
  const facts = await statfs(await nearestFolder(dataDir)).catch(() => undefined);
  if (facts === undefined) return warn('disk', 'free space is unknown');
  const free = (facts.bavail * facts.bsize) / GIGABYTE;
  const detail = `${free.toFixed(1)} GB free`;
  return free < 1 ? warn('disk', detail, 'A corpus of 10,000 questions takes about 100 MB with its kept versions.') : ok('disk', detail);
};

/** Room for the inference workers. */
export const checkMemory: Check = async (config) => {
  const workers = workersOf(config);
  const needed = (workers + 1) * MEMORY_PER_WORKER;
  const detail = `${(freemem() / GIGABYTE).toFixed(1)} GB free, about ${(needed / GIGABYTE).toFixed(1)} GB needed for ${workers} workers`;
  return freemem() < needed ? warn('memory', detail, 'Set FAQMATCH_ENCODER_WORKERS lower.') : ok('memory', detail);
};

async function canListen(address: string): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/gu, '');
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen(Number(address.slice(at + 1)), host, () => resolve(true));
  const free = await promise;
  if (free) await new Promise((done) => server.close(done));
  return free;
}

function portCheck(name: string, pick: (config: Config) => string, variable: string): Check {
  return async (config) => {
    const address = pick(config);
    if (address.startsWith('unix:')) return ok(name, address);
    if (await canListen(address)) return ok(name, `${address} is free`);
    return warn(name, `${address} is taken or not of this machine`, `Fine while a server runs; else set ${variable}.`);
  };
}

/** Whether the server could listen for gRPC. */
export const checkGrpcPort: Check = portCheck('grpc port', (config) => config.grpcAddress, 'FAQMATCH_GRPC_ADDRESS');

/** Whether the server could listen for HTTP. */
export const checkHttpPort: Check = portCheck('http port', (config) => config.httpAddress, 'FAQMATCH_HTTP_ADDRESS');

async function faultsOf(root: string, corpus: string): Promise<string | undefined> {
  const { faults } = parseCorpus(await readSource({ root, path: corpus }));
  const first = faults[0];
  return first === undefined
    ? undefined
    : `${corpus}/${first.file}:${first.line} ${first.message}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`;
}

/** Whether every folder under the corpus root parses. */
export const checkCorpora: Check = async ({ corpusRoot }) => {
  const entries = await readdir(corpusRoot, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined)
    return warn('corpora', `${corpusRoot} cannot be read`, 'Set FAQMATCH_CORPUS_ROOT to the folder of your FAQ files.');
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
  const faults: string[] = [];
  for (const name of names) {
    const fault = await faultsOf(corpusRoot, name).catch((error: unknown) => `${name}: ${FaqError.from(error).message}`);
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) return fail('corpora', faults.join('; '), 'Mend the files; a reload refuses them as they are.');
  return names.length === 0 ? warn('corpora', `no corpus folders under ${corpusRoot}`) : ok('corpora', names.join(', '));
};
