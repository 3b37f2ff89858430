/** A replica as far as its versions go: a Qdrant store of its own, an empty data folder, a fake encoder. Disposing closes it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Match, MatchAnswer } from '../../src/answering/match-answer.ts';
import { createMatch } from '../../src/composition.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { VersionStore } from '../../src/index/contract.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { openQdrantStore } from '../../src/index/qdrant/qdrant-store.ts';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import type { Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';
import { shareEmbeddings } from '../../src/versions/shared-embedding-cache.ts';
import { createFakeEncoder } from './fake-encoder.ts';

export interface Replica extends AsyncDisposable {
  readonly versions: Versions;
  readonly store: VersionStore;
  readonly encoder: Encoder;
  /** What was reported, in order. */
  readonly problems: readonly string[];
  /** Settles when the stored versions are back. */
  readonly restored: Promise<unknown>;
  readonly ask: Match;
  /** Answers an utterance of corpus `delivery`. */
  match(utterance: string): Promise<MatchAnswer>;
}

export interface ReplicaOptions {
  readonly encoder?: Encoder;
  /** Whether to wait until the stored versions are back; true by default. */
  readonly wait?: boolean;
  /** Newest versions kept; the server's own number by default. */
  readonly keep?: number;
}

/** A replica on Qdrant. */
export function openReplica(settings: QdrantSettings, options: ReplicaOptions = {}): Promise<Replica> {
  return openReplicaOn(async (onProblem) => openQdrantStore(settings, onProblem), options);
}

/** A server on a data directory, which is not locked: tests have one at a time. */
export function openEmbeddedReplica(folder: string, options: ReplicaOptions = {}): Promise<Replica> {
  return openReplicaOn(() => openEmbeddedStore({ dataDir: folder }), options);
}

async function openReplicaOn(
  openStore: (onProblem: (problem: string) => void) => Promise<VersionStore>,
  options: ReplicaOptions,
): Promise<Replica> {
  const dataDir = await mkdtemp(join(tmpdir(), 'faqmatch-replica-'));
  const encoder = options.encoder ?? createFakeEncoder();
  const problems: string[] = [];
  const onProblem = (problem: string): void => void problems.push(problem);
  const store = await openStore(onProblem);
  const model = encoder.info;
  const local = openEmbeddingCache({ dataDir, model, onProblem });
  const shared = store.sharedVectors?.(model);
  const cache = shared === undefined ? local : shareEmbeddings({ local, shared, model, onProblem });
  const versions = createVersions({
    store,
    encoder,
    cache,
    settings: DEFAULT_MATCH_SETTINGS,
    onProblem,
    ...(options.keep === undefined ? {} : { keep: options.keep }),
  });
  const restored = versions.restore();
  // A test that never waits must not leave an unheard rejection when it closes the replica.
  restored.catch(() => undefined);
  if (options.wait !== false) await restored;
  const ask = createMatch({ encoder, versions, settings: DEFAULT_MATCH_SETTINGS });
  return {
    versions,
    store,
    encoder,
    problems,
    restored,
    ask,
    match: (utterance) =>
      ask({ corpus: 'delivery', utterance, topK: 5, minConfidence: undefined, filter: undefined, explain: false, version: undefined }),
    async [Symbol.asyncDispose]() {
      await versions.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until something holds, and fails with `what` after `withinMs`. @returns milliseconds waited. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`Waited ${withinMs} ms in vain: ${what}.`);
    await sleep(10);
  }
  return performance.now() - start;
}
