/**
 * The embedded version store: immutable version folders and one pointer a corpus, on the local disk.
 * Everything is written aside and renamed into place; whatever the moment of a crash, the next opening finds whole versions only.
 * Knows nothing of what the artifacts mean, nor of who may call.
 */
import pLimit from 'p-limit';
import { FaqError } from '../../errors.ts';
import { noVersion, requireCorpusName, requireNames } from '../../names.ts';
import { systemCode } from '../../system-code.ts';
import type { ActivePointer, OpenVersion, VersionStore } from '../contract.ts';
import { catchUpActivated, noteActivated, readActivated } from './activated-versions.ts';
import { readPointer, writePointer } from './active-pointer.ts';
import { ANN_FROM_ROWS } from './ann-threshold.ts';
import { type Disk, nodeDisk, writeError } from './disk.ts';
import { openEmbeddedIndex } from './embedded-index.ts';
import { unusable } from './make-data-dir.ts';
import { storePaths } from './store-paths.ts';
import { discard, moveAside, type SetAside, type Store, sweep } from './store-state.ts';
import { listCorpora, listVersions } from './version-listing.ts';
import { writeVersion } from './version-publishing.ts';
import { artifactNames, openStoredGraph, readArtifact, readManifestAndSizes, readVersionFolder } from './version-reader.ts';

/** Where the store is. */
export interface EmbeddedStoreOptions {
  /** Made where it does not exist. */
  readonly dataDir: string;
  /** The machine's disk where not given. */
  readonly disk?: Disk;
  /** Only reads, and so needs no lock: nothing is swept or made. A version that its owner removes meanwhile is not found. */
  readonly readOnly?: boolean;
  /** Questions from which a version gets a graph and is searched through it; ANN_FROM_ROWS where not given, at least 1. */
  readonly annFromRows?: number;
  /** Called where a version is searched exactly because its graph is not good enough. Default: nothing. */
  readonly onProblem?: (problem: string) => void;
}

async function checkExists({ disk, paths }: Store, corpus: string, version: string): Promise<string> {
  requireNames(corpus, version);
  const folder = paths.version(corpus, version);
  if ((await disk.facts(folder))?.isFolder !== true) throw noVersion(corpus, version);
  return folder;
}

async function openVersion(store: Store, corpus: string, version: string): Promise<OpenVersion> {
  const folder = await checkExists(store, corpus, version);
  const stored = await readVersionFolder(store.disk, folder);
  const { manifest, rows, vectors } = stored;
  if (manifest.corpus !== corpus || manifest.version !== version) {
    const message = `The folder of version ${version} of corpus ${corpus} holds another version: it was renamed by hand. Reload the corpus.`;
    throw new FaqError('data_loss', message);
  }
  const used = rows.length < store.annFromRows ? undefined : stored.graph;
  const graph = used === undefined ? {} : { graph: await openStoredGraph(folder, stored, used) };
  const contents = { rows, vectors, dimension: manifest.dimension, ...graph };
  const index = await openEmbeddedIndex(contents, { annFromRows: store.annFromRows });
  return {
    manifest,
    rows,
    index,
    artifactNames: artifactNames(stored),
    artifact: (name) => readArtifact(store.disk, folder, { stored, name }),
    vectors: async () => vectors,
  };
}

/** What cannot be read just now is not known: a list that helps where something is lost must fail nothing itself. */
async function onceActive({ disk, paths }: Store, corpus: string): Promise<readonly string[]> {
  requireCorpusName(corpus);
  return readActivated(disk, paths.activated(corpus)).catch(() => []);
}

interface Activation {
  readonly corpus: string;
  readonly version: string;
  readonly before: Pick<ActivePointer, 'previous'> | undefined;
}

async function activate(store: Store, { corpus, version, before }: Activation): Promise<ActivePointer> {
  const folder = await checkExists(store, corpus, version);
  await readManifestAndSizes(store.disk, folder);
  // An unreadable pointer must not keep a good version from being activated: what was active last is known without it.
  const current = await readPointer(store.disk, store.paths.pointer(corpus)).catch(() => undefined);
  const until = current?.version ?? (await onceActive(store, corpus)).find((other) => other !== version);
  const previous = before === undefined ? until : before.previous;
  if (current?.version === version && (before === undefined || previous === current.previous)) return current;
  const pointer = { version, previous, activatedAt: new Date() };
  try {
    await writePointer(store.disk, store.paths.pointer(corpus), pointer);
  } catch (error) {
    throw writeError(error, `the pointer to version ${version} of corpus ${corpus}`);
  }
  await noteActivated(store, { corpus, pointer, until });
  return pointer;
}

async function remove(store: Store, corpus: string, version: string): Promise<void> {
  const folder = await checkExists(store, corpus, version);
  if ((await readPointer(store.disk, store.paths.pointer(corpus)))?.version === version) {
    const message = `Version ${version} of corpus ${corpus} is active and cannot be removed. Activate another version first.`;
    throw new FaqError('failed_precondition', message, { reason: 'VERSION_ACTIVE' });
  }
  await discard(store, store.paths.versions(corpus), folder).catch((error: unknown) => {
    throw FaqError.from(error);
  });
}

async function setAside(store: Store, damaged: SetAside): Promise<string> {
  await checkExists(store, damaged.corpus, damaged.version);
  return moveAside(store, damaged);
}

/**
 * Opens the store and sweeps what an interrupted write or removal left. Only the holder of the data directory's lock
 * (data-dir-lock.ts) may open it: the sweep would take another process's half-written version for a leftover.
 * setAside returns a path relative to the data directory. A failed write is `resource_exhausted` on a full disk, else `internal`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<VersionStore> {
  const { dataDir, disk = nodeDisk, annFromRows = ANN_FROM_ROWS, readOnly = false, onProblem = () => undefined } = options;
  const store: Store = { disk, dataDir, paths: storePaths(dataDir), annFromRows, onProblem, inTurn: pLimit(1) };
  if (!readOnly) {
    await disk.makeFolder(store.paths.corpora).catch((error: unknown) => {
      throw unusable(`Expected a folder, or none, at ${store.paths.corpora} (${systemCode(error) ?? 'unknown error'})`, error);
    });
    await sweep(store);
    await catchUpActivated(store, await listCorpora(store));
  }
  return {
    kind: 'embedded',
    shared: false,
    corpora: () => listCorpora(store),
    list: (corpus) => listVersions(store, corpus),
    write: (contents, signal) => writeVersion(store, contents, signal),
    open: (corpus, version) => openVersion(store, corpus, version),
    async active(corpus) {
      requireCorpusName(corpus);
      return readPointer(disk, store.paths.pointer(corpus));
    },
    onceActive: (corpus) => onceActive(store, corpus),
    announce: async () => undefined,
    activate: (corpus, version, before) => store.inTurn(() => activate(store, { corpus, version, before })),
    remove: (corpus, version) => store.inTurn(() => remove(store, corpus, version)),
    setAside: (corpus, version, problem) => store.inTurn(() => setAside(store, { corpus, version, problem })),
    // The data directory's lock keeps every other process out.
    exclusively: (_corpus, signal, operation) => operation(signal),
    watch: () => undefined,
    // Nothing is held open between calls.
    close: async () => undefined,
  };
}
