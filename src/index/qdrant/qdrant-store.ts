/**
 * The Qdrant version store: one collection a version, one alias a corpus, and a record of leases and of what was active before.
 * Any number of processes may have it open at once. Knows nothing of what the artifacts mean, nor of who may call.
 */
import { FaqError } from '../../errors.ts';
import { isCorpusName, noVersion, requireCorpusName, requireNames } from '../../names.ts';
import { checkContents } from '../check-contents.ts';
import type { ActivePointer, OpenVersion, StoreWatcher, VersionContents, VersionStore, WriteProgress } from '../contract.ts';
import { addActivated } from '../once-active.ts';
import { type Aliases, openAliases } from './aliases.ts';
import { connectQdrant, type QdrantConnection } from './connection.ts';
import { type Leases, openLeases } from './lease.ts';
import { type QdrantNames, qdrantNames, type VersionCollection } from './names.ts';
import { openCollection } from './read-version.ts';
import { checkServerVersion } from './server-version.ts';
import type { QdrantSettings } from './settings.ts';
import { openSharedVectors } from './shared-vectors.ts';
import { openStateRecords, type StateRecords } from './state-record.ts';
import { type FoundVersion, openCatalogue, type VersionCatalogue } from './version-catalogue.ts';
import { dropCollection } from './version-collection.ts';
import { RECORD_ID } from './version-record.ts';
import { startWatch, type Watch } from './watch.ts';
import { writeVersionCollection } from './write-version.ts';

interface Store {
  readonly settings: QdrantSettings;
  readonly connection: QdrantConnection;
  readonly names: QdrantNames;
  readonly aliases: Aliases;
  readonly records: StateRecords;
  readonly leases: Leases;
  readonly catalogue: VersionCatalogue;
  /** Collections that this process is writing just now. */
  readonly writing: Set<string>;
}

async function found({ catalogue }: Store, corpus: string, version: string): Promise<FoundVersion> {
  requireNames(corpus, version);
  const there = await catalogue.find(corpus, version);
  if (there === undefined) throw noVersion(corpus, version);
  return there;
}

/**
 * What is active, by the alias; the record beside it tells what was active before. A record that names another version than the alias is of
 * the switch before: an operator moved the alias, or a process died between the two writes.
 */
async function pointerOf({ records }: Store, corpus: string, active: VersionCollection | undefined): Promise<ActivePointer | undefined> {
  if (active === undefined) return undefined;
  const record = await records.read(corpus);
  const previous = record?.version === active.version ? record.previous : record?.version;
  const activatedAt = record?.version === active.version ? record.activatedAt : null;
  return {
    version: active.version,
    previous: previous ?? undefined,
    activatedAt: activatedAt === null ? undefined : new Date(activatedAt),
    build: active.name,
  };
}

async function active(store: Store, corpus: string): Promise<ActivePointer | undefined> {
  requireCorpusName(corpus);
  return pointerOf(store, corpus, (await store.aliases.read()).active.get(corpus));
}

/** By the record alone: the alias may name a version that cannot be used, and that is when this is asked. */
async function onceActive({ records }: Store, corpus: string): Promise<readonly string[]> {
  requireCorpusName(corpus);
  const record = await records.read(corpus);
  return record === undefined ? [] : addActivated([record.version, record.previous], record.activated);
}

interface Activation {
  readonly corpus: string;
  readonly version: string;
  readonly before: Pick<ActivePointer, 'previous'> | undefined;
}

async function activate(
  store: Store,
  { corpus, version, before }: Activation,
  onActive: (collection: VersionCollection) => void,
): Promise<ActivePointer> {
  const { leases, aliases } = store;
  requireNames(corpus, version);
  return leases.hold(corpus, new AbortController().signal, async (lease) => {
    const { collection } = await found(store, corpus, version);
    const pointers = await aliases.read();
    const current = await pointerOf(store, corpus, pointers.active.get(corpus));
    const asNow = current?.version === version ? current.previous : current?.version;
    const previous = before === undefined ? asNow : before.previous;
    const inPlace = current?.version === version && current.previous === previous;
    if (inPlace && pointers.active.get(corpus)?.name === collection.name) return current;
    const activated = addActivated([version, previous, current?.version], await onceActive(store, corpus));
    const pointer = { version, previous, activatedAt: new Date(), build: collection.name };
    // Aliases know no conditions: the lease is made sure of at the last moment before, and checked again by the write after.
    await lease.renew();
    await aliases.point(collection);
    onActive(collection);
    await lease.record({ version, previous: previous ?? null, activatedAt: pointer.activatedAt.toISOString(), activated });
    // What stays by mistake is announced anew with the next version; it makes nobody switch.
    if (pointers.next.has(corpus)) await aliases.withdraw(corpus).catch(() => undefined);
    return pointer;
  });
}

async function announce(
  store: Store,
  { corpus, version }: Pick<Activation, 'corpus' | 'version'>,
  watch: Watch | undefined,
): Promise<void> {
  const { collection } = await found(store, corpus, version);
  watch?.noteNext(collection);
  await store.aliases.announce(collection);
}

/** Drops what the write has begun. What cannot be dropped now is swept by the corpus's next operation. */
async function undo({ connection }: Store, collection: string): Promise<void> {
  await dropCollection({ connection, collection }).catch(() => undefined);
}

/** undefined for what is damaged: it is to be written anew. */
async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof FaqError && error.code === 'data_loss') return undefined;
    throw error;
  }
}

async function write(
  store: Store,
  contents: VersionContents,
  run: { readonly signal: AbortSignal | undefined; readonly onProgress: WriteProgress },
): Promise<void> {
  const { connection, settings, catalogue } = store;
  checkContents(contents);
  const { corpus, version } = contents.manifest;
  const there = await unlessDamaged(catalogue.find(corpus, version));
  if (there !== undefined) {
    const quietly = { connection, settings: { ...settings, serveFromMemory: false }, onProblem: () => undefined };
    if ((await unlessDamaged(openCollection(quietly, there.collection, there.record))) !== undefined) return;
    await markSetAside(store, there.collection, 'Damaged; replaced when the same version was written again.');
  }
  const { name: collection } = await catalogue.placeFor(corpus, version);
  const place = { connection, settings, collection, signal: run.signal, patienceMs: settings.writePatienceMs };
  store.writing.add(collection);
  try {
    await writeVersionCollection(place, contents, run.onProgress);
  } catch (error) {
    // While Qdrant is away nothing can be dropped, and the next try goes on from here; whoever took the lease may be writing it already.
    const { code, reason } = FaqError.from(error);
    if (code !== 'unavailable' && reason !== 'LEASE_LOST') await undo(store, collection);
    throw error;
  } finally {
    store.writing.delete(collection);
  }
}

async function remove(store: Store, corpus: string, version: string): Promise<void> {
  const { collection } = await found(store, corpus, version);
  if ((await active(store, corpus))?.version === version) {
    const message = `Version ${version} of corpus ${corpus} is active and cannot be removed. Activate another version first.`;
    throw new FaqError('failed_precondition', message, { reason: 'VERSION_ACTIVE' });
  }
  await dropCollection({ connection: store.connection, collection: collection.name });
}

/** A collection cannot be renamed: it is marked, stays as it is, and the version is built anew under the next generation. */
async function markSetAside({ connection }: Store, { name }: VersionCollection, problem: string): Promise<void> {
  await connection.call({
    what: 'set a version aside',
    run: (api, init) =>
      api.setPayload(
        { collection_name: name, wait: true, payload: { setAside: `${new Date().toISOString()} ${problem}` }, points: [RECORD_ID] },
        init,
      ),
  });
}

async function setAside(store: Store, { corpus, version, problem }: { corpus: string; version: string; problem: string }): Promise<string> {
  requireNames(corpus, version);
  const all = (await store.catalogue.collections(corpus)).filter((each) => each.version === version);
  const latest = all.toSorted((left, right) => right.generation - left.generation)[0];
  if (latest === undefined) throw noVersion(corpus, version);
  await markSetAside(store, latest, problem);
  return `collection ${latest.name}`;
}

/** Drops what killed writers left of a corpus. Only under its lease: nobody else writes it then. */
async function sweep(store: Store, corpus: string): Promise<void> {
  for (const collection of await store.catalogue.collections(corpus)) {
    // One whose record is damaged stays for a person to look at; another write of this process is under the same lease.
    const stays = await store.catalogue.recordOf(collection).then(
      (record) => record !== undefined,
      () => true,
    );
    if (!stays && !store.writing.has(collection.name)) await undo(store, collection.name);
  }
}

async function corpora({ catalogue, aliases }: Store): Promise<readonly string[]> {
  const active = new Set((await aliases.read()).active.keys());
  return [...new Set([...active, ...(await catalogue.wholeCorpora(active))])].filter(isCorpusName).sort();
}

function createStore(settings: QdrantSettings, onProblem: (problem: string) => void): Store {
  const connection = connectQdrant(settings);
  const names = qdrantNames(settings.prefix);
  const records = openStateRecords({ connection, settings, collection: names.state });
  return {
    settings,
    connection,
    names,
    records,
    aliases: openAliases(connection, names),
    leases: openLeases({ records }),
    catalogue: openCatalogue({ connection, settings, onProblem }, names),
    writing: new Set(),
  };
}

/** Others may use the store as well: an operation that changes a corpus holds its lease to the end. */
function exclusively<T>(
  store: Store,
  { corpus, signal }: { readonly corpus: string; readonly signal: AbortSignal },
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return store.leases.hold(corpus, signal, async (lease) => {
    const result = await operation(lease.signal);
    // The operation is done whether or not old leftovers can be dropped now. Without the lease they may be another's work.
    await lease
      .renew()
      .then(
        () => sweep(store, corpus),
        () => undefined,
      )
      .catch(() => undefined);
    return result;
  });
}

function follow(store: Store, watcher: StoreWatcher): Watch {
  const { connection, aliases } = store;
  const pointer = (corpus: string, target: VersionCollection | undefined) => pointerOf(store, corpus, target);
  return startWatch({ connection, aliases, pointerOf: pointer, checkServer: (signal) => checkServerVersion(connection, signal) }, watcher);
}

/** Opens the store without asking Qdrant anything: a server that is away now may be there later. */
export function openQdrantStore(settings: QdrantSettings, onProblem: (problem: string) => void = () => undefined): VersionStore {
  const store = createStore(settings, onProblem);
  const { connection, names } = store;
  let watch: Watch | undefined;
  return {
    kind: 'qdrant',
    shared: true,
    corpora: () => corpora(store),
    async list(corpus) {
      requireCorpusName(corpus);
      return store.catalogue.list(corpus);
    },
    write: (contents, signal, onProgress = () => undefined) => write(store, contents, { signal, onProgress }),
    async open(corpus, version): Promise<OpenVersion> {
      const { collection, record } = await found(store, corpus, version);
      return openCollection({ connection, settings, onProblem }, collection, record);
    },
    active: (corpus) => active(store, corpus),
    onceActive: (corpus) => onceActive(store, corpus),
    announce: (corpus, version) => announce(store, { corpus, version }, watch),
    activate: (corpus, version, before) => activate(store, { corpus, version, before }, (collection) => watch?.note(collection)),
    remove: (corpus, version) => remove(store, corpus, version),
    setAside: (corpus, version, problem) => setAside(store, { corpus, version, problem }),
    exclusively: (corpus, signal, operation) => exclusively(store, { corpus, signal }, operation),
    watch(watcher) {
      watch ??= follow(store, watcher);
    },
    sharedVectors: ({ dimension }) => openSharedVectors({ connection, settings, collection: names.embeddings }, dimension),
    async close() {
      connection.close();
      await watch?.stop();
    },
  };
}
