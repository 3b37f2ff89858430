/** Copies between the configured store and a folder: what backup and restore share. Needs no server and no encoder. */
import type { Config } from '../config/schema.ts';
import type { VersionStore } from '../index/contract.ts';
import { lockDataDir } from '../index/embedded/data-dir-lock.ts';
import { openEmbeddedStore } from '../index/embedded/embedded-store.ts';
import { type CopiedCorpus, copyVersions } from '../versions/copy-versions.ts';
import { interruptible } from './interruption.ts';
import { openStore } from './open-versions.ts';
import { startProgress } from './progress.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What is copied, and which way. */
export interface CopyJob {
  readonly direction: 'backup' | 'restore';
  /** The folder, laid out as a data directory. */
  readonly folder: string;
  readonly corpora: readonly string[];
  readonly everyVersion: boolean;
  readonly json: boolean;
}

/** A store that is open for one job, and how to let it go. */
interface HeldStore {
  readonly store: VersionStore;
  readonly release: () => Promise<void>;
}

/** Versions are immutable, so a running server need not be stopped to read beside it. */
async function openToRead(folder: string): Promise<HeldStore> {
  const store = await openEmbeddedStore({ dataDir: folder, readOnly: true });
  return { store, release: () => store.close() };
}

async function openToWrite(folder: string): Promise<HeldStore> {
  const lock = await lockDataDir(folder);
  const store = await openEmbeddedStore({ dataDir: folder });
  return {
    store,
    async release() {
      await store.close();
      await lock.release();
    },
  };
}

async function openConfigured(config: Config, terminal: Terminal, use: 'read' | 'write'): Promise<HeldStore> {
  if (config.index === 'embedded') return use === 'read' ? openToRead(config.dataDir) : openToWrite(config.dataDir);
  const store = await openStore(config, { storeDir: config.dataDir, onProblem: (problem) => terminal.err(`warning: ${problem}`) });
  return { store, release: () => store.close() };
}

function show(copied: readonly CopiedCorpus[], { json }: CopyJob, terminal: Terminal): void {
  if (json) {
    for (const corpus of copied) terminal.out(JSON.stringify({ ...corpus, active: corpus.active ?? '' }));
    return;
  }
  const rows = copied.map(({ corpus, versions, active }) => [corpus, versions.length, active ?? '(none active)']);
  for (const line of tableLines(['CORPUS', 'VERSIONS', 'ACTIVE VERSION'], rows)) terminal.out(line);
}

/** Runs a copy with a progress bar. @throws FaqError as stores and locks do. */
export async function copyStore(config: Config, job: CopyJob, terminal: Terminal): Promise<void> {
  await interruptible(async (signal) => {
    const configured = await openConfigured(config, terminal, job.direction === 'backup' ? 'read' : 'write');
    const folder = await (job.direction === 'backup' ? openToWrite(job.folder) : openToRead(job.folder)).catch(async (error: unknown) => {
      await configured.release();
      throw error;
    });
    const [from, to] = job.direction === 'backup' ? [configured, folder] : [folder, configured];
    const progress = startProgress(terminal, job.direction === 'backup' ? 'Backing up' : 'Restoring');
    try {
      const { corpora, everyVersion } = job;
      const onProgress = (done: number, total: number, what: string): void => progress.update(done, total, what);
      const copied = await copyVersions({ from: from.store, to: to.store, corpora, everyVersion, signal, onProgress });
      progress.stop();
      show(copied, job, terminal);
    } finally {
      progress.stop();
      await folder.release();
      await configured.release();
    }
  });
}
