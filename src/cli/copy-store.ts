/** Copies between the configured store and a folder: what backup and restore share. Needs no server and no encoder. */
import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import { type CopiedCorpus, copyVersions } from '../versions/copy-versions.ts';
import { type HeldStore, openFolderToRead, openFolderToWrite, openQdrantToCopy } from './held-store.ts';
import { interruptible } from './interruption.ts';
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
  /** Restore only: whether what was active in the folder becomes so. */
  readonly activate: boolean;
  readonly json: boolean;
}

interface Ends {
  readonly from: HeldStore;
  readonly to: HeldStore;
}

function show(copied: readonly CopiedCorpus[], { json }: CopyJob, terminal: Terminal): void {
  for (const { corpus, damaged } of copied)
    for (const problem of damaged) terminal.err(`warning: left out, since it is damaged: ${corpus} ${problem}`);
  if (json) {
    for (const corpus of copied) terminal.out(JSON.stringify({ ...corpus, active: corpus.active ?? '', replaced: corpus.replaced ?? '' }));
    return;
  }
  const rows = copied.map(({ corpus, versions, copied: fresh, active, replaced }) => [
    corpus,
    versions.length,
    fresh,
    active ?? '(none active)',
    replaced ?? '-',
  ]);
  for (const line of tableLines(['CORPUS', 'VERSIONS', 'NEW HERE', 'ACTIVE VERSION', 'ACTIVE BEFORE'], rows)) terminal.out(line);
}

/** The source first: where there is nothing to copy from, nothing is made. */
async function openEnds(
  config: Config,
  { direction, folder }: CopyJob,
  run: { readonly terminal: Terminal; readonly onLost: (cause: Error) => void },
): Promise<Ends> {
  const { terminal, onLost } = run;
  if (config.index === 'embedded' && resolve(config.dataDir) === resolve(folder)) {
    const message = `Expected two places, got ${resolve(folder)} for both. Name another folder, or the store with --index and --data-dir.`;
    throw new FaqError('invalid_argument', message, { field: 'folder' });
  }
  const qdrant = (): Promise<HeldStore> => openQdrantToCopy(config, (problem) => terminal.err(`warning: ${problem}`));
  const store = { read: () => openFolderToRead(config.dataDir), write: () => openFolderToWrite(config.dataDir, onLost) };
  const configured = config.index === 'embedded' ? store : { read: qdrant, write: qdrant };
  const target = { read: () => openFolderToRead(folder), write: () => openFolderToWrite(folder, onLost) };
  const [source, sink] = direction === 'backup' ? [configured, target] : [target, configured];
  const from = await source.read();
  try {
    return { from, to: await sink.write() };
  } catch (error) {
    await from.release();
    throw error;
  }
}

function refuseDamaged(copied: readonly CopiedCorpus[]): void {
  const damaged = copied.reduce((sum, corpus) => sum + corpus.damaged.length, 0);
  if (damaged === 0) return;
  const message = `All was copied but ${damaged === 1 ? 'one damaged version' : `${damaged} damaged versions`}, named above. Reload such a corpus to build it again.`;
  throw new FaqError('data_loss', message, { reason: 'VERSION_DAMAGED' });
}

/** Runs a copy with a progress bar. @throws FaqError as stores and locks do; data_loss where damaged versions were left out. */
export async function copyStore(config: Config, job: CopyJob, terminal: Terminal): Promise<void> {
  const lost = new AbortController();
  const onLost = (cause: Error): void => {
    lost.abort(new FaqError('failed_precondition', 'The folder was taken by another process; what was copied whole is in it.', { cause }));
  };
  await interruptible(async (interrupted) => {
    const signal = AbortSignal.any([interrupted, lost.signal]);
    const { from, to } = await openEnds(config, job, { terminal, onLost });
    const progress = startProgress(terminal, job.direction === 'backup' ? 'Backing up' : 'Restoring');
    try {
      const { corpora, everyVersion } = job;
      const restored = job.activate ? 'activate' : 'leave';
      const copied = await copyVersions({
        from: from.store,
        to: to.store,
        corpora,
        everyVersion,
        pointers: job.direction === 'backup' ? 'mirror' : restored,
        signal,
        onProgress: (done, total, what) => progress.update(done, total, what),
      });
      progress.stop();
      show(copied, job, terminal);
      refuseDamaged(copied);
    } finally {
      progress.stop();
      await to.release();
      await from.release();
    }
  });
}
