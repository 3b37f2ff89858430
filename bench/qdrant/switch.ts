/**
 * `qdrant-switch`: a corpus switched to and fro between two versions while two replicas answer, one of which makes the switches: matches that
 * fail, answers that mix versions, and how long the other takes to follow. Then reloads of versions that nobody has seen, small and large,
 * followed by a server process of its own: opening a large version takes as long as it does, and a thread shared with the leader would double it.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Match } from '../../src/answering/match-answer.ts';
import { createClient, type FaqmatchClient } from '../../src/client/client.ts';
import { createMatch } from '../../src/composition.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { openQdrantStore } from '../../src/index/qdrant/qdrant-store.ts';
import { DEFAULT_QDRANT_SETTINGS } from '../../src/index/qdrant/settings.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import { summariseLatency } from '../../src/quality/latency.ts';
import type { Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';
import { openEncoder } from '../../src/wiring/open-encoder.ts';
import { startQdrant } from '../../test/support/qdrant-server.ts';
import type { BenchContext } from '../support/context.ts';
import { atMost, type Findings, short } from '../support/report.ts';
import { startServerProcess } from '../support/server-process.ts';
import { spreadEncoder, spreadQuestions } from '../support/spread-encoder.ts';
import { faqFile, type LabelledText } from '../support/workload.ts';
import { CORPUS, callOf } from './two-stores.ts';

const QUESTIONS = 10_000;
const SWITCHES = 20;
/** New versions, by questions. */
const RELOADED = [1_000, 10_000, 100_000];
const RELOADS = 3;
const CALLERS_EACH = 4;
/** Only the second version has it, so an answer that names it must come from there. */
const MARKER = 'does the marker of the second version answer';

interface Replica {
  readonly versions: Versions;
  readonly match: Match;
}

async function openReplica(url: string, encoder: Encoder, dataDir: string): Promise<Replica> {
  const store = openQdrantStore({ ...DEFAULT_QDRANT_SETTINGS, urls: [url] });
  const versions = createVersions({
    store,
    encoder,
    cache: openEmbeddingCache({ dataDir, model: encoder.info }),
    settings: DEFAULT_MATCH_SETTINGS,
  });
  await versions.restore();
  return { versions, match: createMatch({ encoder, versions, settings: DEFAULT_MATCH_SETTINGS }) };
}

interface Traffic {
  matches: number;
  failed: number;
  mixed: number;
  /** What the first failed match was told. */
  failure?: string;
}

/** Calls until told to stop, and looks at every answer. */
async function call(
  { match }: Replica,
  traffic: Traffic,
  { second, going }: { readonly second: string; readonly going: () => boolean },
): Promise<void> {
  while (going()) {
    try {
      const answer = await match(callOf(MARKER));
      const marked = answer.candidates[0]?.matchedQuestion === MARKER;
      if (marked !== (answer.versions.corpus === second)) traffic.mixed += 1;
      traffic.matches += 1;
    } catch (error) {
      traffic.failed += 1;
      traffic.failure ??= error instanceof Error ? error.message : String(error);
    }
  }
}

/** @returns milliseconds until the follower answers from the version. */
async function followed(follower: Replica, version: string, start: number): Promise<number> {
  while (follower.versions.active(CORPUS)?.version !== version) {
    if (performance.now() - start > 30_000) return Number.POSITIVE_INFINITY;
    await sleep(2);
  }
  return performance.now() - start;
}

/** Milliseconds from the leader's switch to versions that it has just built until a server process says that it answers from them. */
async function followsReloads(leader: Replica, client: FaqmatchClient, questions: readonly LabelledText[]): Promise<readonly number[]> {
  const following: number[] = [];
  for (let number = 0; number < RELOADS; number += 1) {
    let switchedAt = Number.NaN;
    const end = leader.versions.onActivated(() => {
      switchedAt = performance.now();
    });
    const rows = [...questions, { text: `${MARKER} ${number}`, intent: 'marker' }];
    const before = await activeVersion(client);
    const reloaded = leader.versions.reload(CORPUS, [{ name: 'faq.jsonl', data: faqFile(rows) }]);
    let now = before;
    while (now === before) {
      await sleep(5);
      now = await activeVersion(client);
    }
    const followedAt = performance.now();
    if ((await reloaded).version !== now) throw new Error(`${now} was followed, which is not what was reloaded`);
    following.push(followedAt - switchedAt);
    end();
  }
  return following;
}

async function activeVersion(client: FaqmatchClient): Promise<string> {
  return (await client.listCorpora()).find(({ corpus }) => corpus === CORPUS)?.activeVersion ?? '';
}

/** Both versions are loaded once, then only switched. */
export async function qdrantSwitch(context: BenchContext): Promise<Findings> {
  const { config } = loadConfig({ flags: { encoderWorkers: context.workers } });
  const real = await openEncoder(config, { onProblem: context.log });
  const encoder = spreadEncoder(real);
  await using server = await startQdrant();
  const leader = await openReplica(server.url, encoder, join(context.dataDir, 'leader'));
  const follower = await openReplica(server.url, encoder, join(context.dataDir, 'follower'));
  const questions = spreadQuestions(context.workload.questions, QUESTIONS);
  const load = (rows: typeof questions) => leader.versions.reload(CORPUS, [{ name: 'faq.jsonl', data: faqFile(rows) }]);
  context.log('two versions');
  const first = (await load(questions)).version;
  const second = (await load([...questions, { text: MARKER, intent: 'marker' }])).version;
  await followed(follower, second, performance.now());
  let running = true;
  const traffic: Traffic = { matches: 0, failed: 0, mixed: 0 };
  const callers = [leader, follower].flatMap((replica) =>
    Array.from({ length: CALLERS_EACH }, () => call(replica, traffic, { second, going: () => running })),
  );
  const following: number[] = [];
  for (let number = 0; number < SWITCHES; number += 1) {
    const version = number % 2 === 0 ? first : second;
    await leader.versions.activate(CORPUS, version);
    following.push(await followed(follower, version, performance.now()));
    await sleep(500);
  }
  running = false;
  if (traffic.failure !== undefined) context.log(`the first failed match: ${traffic.failure}`);
  await Promise.all(callers);
  await follower.versions.close();
  const process = await startServerProcess({
    dataDir: join(context.dataDir, 'process'),
    workers: context.workers,
    environment: { FAQMATCH_INDEX: 'qdrant', QDRANT_URL: server.url },
  });
  const client = createClient({ address: process.address });
  const reloaded: (readonly string[])[] = [];
  let longest = 0;
  for (const size of context.quick ? RELOADED.slice(0, 2) : RELOADED) {
    context.log(`${RELOADS} reloads of ${size} questions`);
    const { p50: middle, max: most } = summariseLatency(
      await followsReloads(leader, client, spreadQuestions(context.workload.questions, size)),
    );
    reloaded.push([String(size), short(middle), short(most)]);
    longest = Math.max(longest, most);
  }
  client.close();
  await process.stop();
  await leader.versions.close();
  await real.close();
  const { p50, max } = summariseLatency(following);
  return {
    tables: [
      {
        title: `${SWITCHES} switches under load, ${QUESTIONS} questions, ${2 * CALLERS_EACH} callers on two replicas`,
        heading: ['matches', 'failed', 'mixed', 'followed after ms, median', 'longest'],
        rows: [[traffic.matches, traffic.failed, traffic.mixed, short(p50), short(max)]],
      },
      { title: 'Reloads followed', heading: ['questions', 'followed after ms, median', 'longest'], rows: reloaded },
    ],
    figures: [
      atMost('failed matches', traffic.failed, 0),
      atMost('answers that mix versions', traffic.mixed, 0),
      atMost('longest time until a replica follows, ms', max, 1000),
      atMost('longest time until a replica follows a version that is new, ms', longest, 1000),
    ],
  };
}
