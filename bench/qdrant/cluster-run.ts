/**
 * `qdrant-cluster`: three stateless replicas on a Qdrant cluster of three nodes, two copies of each shard, under a constant load while nodes and
 * replicas are killed, reload and are restarted one after another: matches that fail, before and after a chatbot's one retry.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../src/client/client.ts';
import { summariseLatency } from '../../src/quality/latency.ts';
import { freePorts } from '../../test/support/free-ports.ts';
import { type QdrantCluster, startQdrantCluster } from '../../test/support/qdrant-cluster.ts';
import type { BenchContext } from '../support/context.ts';
import { loadCorpus } from '../support/load-corpus.ts';
import { atMost, type Findings, short } from '../support/report.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import type { LabelledText } from '../support/workload.ts';
import { type ChatbotLoad, MARKER, type PhaseCount, startChatbots } from './chatbot-load.ts';

const CORPUS = 'bench';
const QUESTIONS = 2_000;
const REPLICAS = 3;
const SHARDS = 3;
const QUIET_MS = 15_000;
const REPLICA_AWAY_MS = 10_000;
/** Between a replica that is ready and the next one's stop: a client that lost it tries to reconnect every 2 s at the latest. */
const READY_FOR_MS = 3_000;

/** A replica that can be ended and started again on the same port. */
interface RunningReplica {
  readonly address: string;
  process: ServerProcess;
  restart(): Promise<void>;
}

async function startReplica(cluster: QdrantCluster, place: number, dataDir: string): Promise<RunningReplica> {
  const urls = cluster.nodes.map((_, step) => cluster.nodes[(place + step) % cluster.nodes.length]?.url ?? '');
  const environment = {
    FAQMATCH_INDEX: 'qdrant',
    QDRANT_URL: urls.join(','),
    FAQMATCH_QDRANT_REPLICATION_FACTOR: '2',
    FAQMATCH_QDRANT_SHARDS: String(SHARDS),
  };
  const [port = 0] = await freePorts(1);
  const start = (): Promise<ServerProcess> =>
    startServerProcess({ dataDir: join(dataDir, `replica-${place}`), workers: 1, port, environment });
  const replica: RunningReplica = {
    address: `127.0.0.1:${port}`,
    process: await start(),
    async restart() {
      await replica.process.stop();
      replica.process = await start();
    },
  };
  return replica;
}

interface Setup {
  readonly context: BenchContext;
  readonly cluster: QdrantCluster;
  readonly replicas: readonly RunningReplica[];
  readonly load: ChatbotLoad;
  /** Loads the grown corpus. */
  readonly grow: () => Promise<void>;
}

/** Kills a node, reloads without it, and waits until it is whole again. */
async function loseNode({ cluster, load, grow }: Setup): Promise<void> {
  const [node] = cluster.nodes;
  load.phase('a node is killed');
  await node?.kill();
  await sleep(QUIET_MS);
  load.phase('reload, a node down');
  await grow();
  await sleep(QUIET_MS / 3);
  load.phase('the node comes back');
  await node?.restart();
  await Promise.all([sleep(QUIET_MS), cluster.settled()]);
  await cluster.recovered();
}

async function loseReplica({ load, replicas }: Setup): Promise<void> {
  const [, replica] = replicas;
  load.phase('a replica is killed');
  await replica?.process.kill();
  await sleep(REPLICA_AWAY_MS);
  load.phase('the replica comes back');
  await replica?.restart();
  await sleep(QUIET_MS / 3);
}

async function rollOver({ context, cluster, load, replicas }: Setup): Promise<void> {
  load.phase('rolling restart of the replicas');
  for (const replica of replicas) {
    await replica.restart();
    await sleep(READY_FOR_MS);
  }
  load.phase('rolling restart of the nodes');
  for (const node of cluster.nodes) {
    context.log(`restart of ${node.url}`);
    await node.restart();
    await cluster.settled();
    await cluster.recovered();
  }
  load.phase('quiet again');
  await sleep(QUIET_MS);
}

function rowOf({ name, ms, latencies, matches, failedOnce, failedTwice, mixed }: PhaseCount): readonly (string | number)[] {
  const { p50, p95, p99, max } = summariseLatency(latencies);
  const seconds = ms / 1000;
  return [name, short(seconds), matches, short(matches / seconds), failedOnce, failedTwice, mixed, ...[p50, p95, p99, max].map(short)];
}

function report(phases: readonly PhaseCount[], { workload, matchesPerSecond }: BenchContext): Findings {
  const sum = (count: (phase: PhaseCount) => number): number => phases.reduce((total, phase) => total + count(phase), 0);
  const title = `${REPLICAS} replicas on 3 nodes, 2 copies of ${SHARDS} shards, ${QUESTIONS} questions (${workload.source}), ${matchesPerSecond} matches/s`;
  const heading = ['phase', 's', 'matches', 'matches/s', 'failed at first', 'failed after one retry', 'mixed'];
  return {
    tables: [{ title, heading: [...heading, 'p50 ms', 'p95 ms', 'p99 ms', 'longest ms'], rows: phases.map(rowOf) }],
    figures: [
      atMost(
        'matches that failed after one retry',
        sum(({ failedTwice }) => failedTwice),
        0,
      ),
      atMost(
        'answers that mix versions',
        sum(({ mixed }) => mixed),
        0,
      ),
    ],
  };
}

async function reload(address: string, questions: readonly LabelledText[]): Promise<string> {
  const client = createClient({ address });
  try {
    return (await loadCorpus(client, CORPUS, questions)).result.version;
  } finally {
    client.close();
  }
}

async function run(context: BenchContext, cluster: QdrantCluster, replicas: readonly RunningReplica[]): Promise<readonly PhaseCount[]> {
  const questions = context.workload.questions.slice(0, QUESTIONS);
  const loader = replicas[0]?.address ?? '';
  context.log('the corpus is loaded');
  await reload(loader, questions);
  await sleep(2_000);
  let grown: string | undefined;
  const load = startChatbots({
    addresses: replicas.map(({ address }) => address),
    corpus: CORPUS,
    utterances: context.workload.utterances,
    perSecond: context.matchesPerSecond,
    grown: () => grown,
  });
  const grow = async (): Promise<void> => {
    const start = performance.now();
    grown = await reload(loader, [...questions, { text: MARKER, intent: 'marker' }]);
    context.log(`reloaded in ${short((performance.now() - start) / 1000)} s`);
  };
  const setup: Setup = {
    context,
    cluster,
    replicas,
    load: {
      stop: load.stop,
      phase(name) {
        context.log(name);
        load.phase(name);
      },
    },
    grow,
  };
  setup.load.phase('quiet');
  try {
    await sleep(QUIET_MS);
    await loseNode(setup);
    await loseReplica(setup);
    await rollOver(setup);
  } catch (error) {
    await load.stop();
    throw error;
  }
  const phases = await load.stop();
  for (const { name, reasons } of phases) for (const [reason, count] of reasons) context.log(`${name}: ${count} × ${reason}`);
  return phases;
}

/** Kills, reload and restarts in one run of some three minutes. */
export async function qdrantCluster(context: BenchContext): Promise<Findings> {
  await using cluster = await startQdrantCluster();
  const replicas: RunningReplica[] = [];
  try {
    for (let place = 0; place < REPLICAS; place += 1) replicas.push(await startReplica(cluster, place, context.dataDir));
    return report(await run(context, cluster, replicas), context);
  } finally {
    for (const { process } of replicas) await process.stop();
  }
}
