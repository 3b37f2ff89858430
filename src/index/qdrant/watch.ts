/**
 * Follows what others do to the store: asks for the aliases a few times a second, which tells of switches and, by failing, of outages.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FaqError } from '../../errors.ts';
import type { ActivePointer, StoreWatcher } from '../contract.ts';
import type { Aliases, AliasTable } from './aliases.ts';
import type { QdrantConnection } from './connection.ts';
import type { VersionCollection } from './names.ts';
import { mayPass } from './qdrant-errors.ts';

/** Quarter of a second: a switch is seen, fetched and served within one. */
const ASK_EVERY_MS = 250;
/** What is followed. */
export interface WatchParts {
  readonly connection: QdrantConnection;
  readonly aliases: Aliases;
  readonly pointerOf: (corpus: string, active: VersionCollection | undefined) => Promise<ActivePointer | undefined>;
  /** @throws FaqError failed_precondition for a server that is too old. */
  readonly checkServer: (signal: AbortSignal) => Promise<unknown>;
}

/** Following, until stopped. */
export interface Watch {
  /** This process made a version active itself: that it goes away is told even where it does so before the next look. */
  note(active: VersionCollection): void;
  /** This process announced a version itself, which it has no need to be told of. */
  noteNext(next: VersionCollection): void;
  stop(): Promise<void>;
}

type Seen = ReadonlyMap<string, string>;

function seenOf(aliases: ReadonlyMap<string, VersionCollection | undefined>): Seen {
  return new Map([...aliases].map(([corpus, collection]) => [corpus, collection?.name ?? '']));
}

/** Corpora whose alias is new, gone or points elsewhere. */
function changed(before: Seen, after: Seen): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((corpus) => before.get(corpus) !== after.get(corpus));
}

/** Tells of versions announced since the watch began. One from before may have been given up: it is opened when it becomes active. */
function createNextTeller(watcher: StoreWatcher) {
  let seen: Seen | undefined;
  const own = new Map<string, string>();
  const note = ({ corpus, name }: VersionCollection): void => void own.set(corpus, name);
  const tell = ({ active, next }: AliasTable): void => {
    const before = seen;
    seen = seenOf(next);
    for (const [corpus, collection] of next) {
      if (collection === undefined || before === undefined) continue;
      const known = [before.get(corpus), own.get(corpus), active.get(corpus)?.name];
      if (!known.includes(collection.name)) watcher.onNext({ corpus, version: collection.version });
    }
  };
  return { note, tell };
}

/** Tells of what changed since it last did. What cannot be read is told of at a later look: the store as a whole is there, its aliases were. */
function createTeller(pointerOf: WatchParts['pointerOf'], watcher: StoreWatcher, stopping: AbortSignal) {
  const seen = new Map<string, string>();
  const note = ({ corpus, name }: VersionCollection): void => void seen.set(corpus, name);
  const tell = async (found: ReadonlyMap<string, VersionCollection | undefined>): Promise<void> => {
    const now = seenOf(found);
    for (const corpus of changed(seen, now)) {
      let pointer: ActivePointer | undefined;
      try {
        pointer = await pointerOf(corpus, found.get(corpus));
      } catch (error) {
        if (stopping.aborted || mayPass(FaqError.from(error))) return;
        continue;
      }
      const name = now.get(corpus);
      if (name === undefined) seen.delete(corpus);
      else seen.set(corpus, name);
      watcher.onPointer({ corpus, pointer });
    }
  };
  return { note, tell };
}

/** Begins to follow. The first look tells of every corpus, so that nothing between opening and watching is missed. */
export function startWatch({ connection, aliases, pointerOf, checkServer }: WatchParts, watcher: StoreWatcher): Watch {
  const stopping = new AbortController();
  const { note, tell } = createTeller(pointerOf, watcher, stopping.signal);
  const next = createNextTeller(watcher);
  let problem: string | undefined;
  let checked = false;

  async function look(): Promise<void> {
    const { signal } = stopping;
    // The probe itself must get through while everyone else is told at once that the server is away.
    if (!checked) await checkServer(signal);
    const found = await aliases.read(signal);
    checked = true;
    connection.block(undefined);
    if (problem !== undefined) watcher.onReach(undefined);
    problem = undefined;
    next.tell(found);
    await tell(found.active);
  }

  function outOfReach(error: FaqError): void {
    // A server that comes back may be another one.
    checked = false;
    connection.block(error);
    if (problem === error.message) return;
    problem = error.message;
    watcher.onReach(error.message);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        if (!stopping.signal.aborted) outOfReach(FaqError.from(error));
      }
      await sleep(ASK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    note,
    noteNext: next.note,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
