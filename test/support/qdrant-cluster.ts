/** A Qdrant cluster of several nodes on this machine, for tests and benchmarks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type QdrantEndpoint, qdrantResult } from './qdrant-http.ts';
import { type QdrantServer, startQdrant } from './qdrant-server.ts';

export interface QdrantCluster extends AsyncDisposable {
  /** Each can be killed, paused and restarted by itself. The first was the one the others joined, which matters no more once they have. */
  readonly nodes: readonly QdrantServer[];
  /** Resolves when every running node sees `count` peers (all by default), agrees on a leader and has nothing left to apply. */
  settled(count?: number): Promise<void>;
  /** Resolves when every copy of every shard is active, as every running node sees it: nothing is left to recover. */
  recovered(): Promise<void>;
  /** The same as disposing. */
  dispose(): Promise<void>;
}

export interface QdrantClusterOptions {
  /** 3 by default, the least that outlives the loss of one. */
  readonly nodes?: number;
  /** Settings of every node. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly apiKey?: string;
}

interface ClusterState {
  readonly peers?: Readonly<Record<string, unknown>>;
  readonly raft_info?: { readonly leader?: number | null; readonly pending_operations?: number };
}

/** Elections take a second or two; a busy machine takes longer. */
const SETTLED_WITHIN_MS = 60_000;

async function seesAll(node: QdrantEndpoint, count: number): Promise<boolean> {
  try {
    const state = await qdrantResult<ClusterState>(node, { method: 'GET', path: '/cluster', timeoutMs: 2000 });
    const leader = state.raft_info?.leader ?? 0;
    return Object.keys(state.peers ?? {}).length === count && leader !== 0 && state.raft_info?.pending_operations === 0;
  } catch {
    return false;
  }
}

async function waitUntilSettled(nodes: readonly QdrantServer[], count: number): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (const node of nodes.filter((each) => each.running())) {
    while (!(await seesAll(node, count))) {
      if (performance.now() > deadline)
        throw new Error(`${node.url} did not see ${count} peers and a leader within ${SETTLED_WITHIN_MS} ms.`);
      await sleep(50);
    }
  }
}

interface ShardStates {
  readonly local_shards: readonly { readonly state: string }[];
  readonly remote_shards: readonly { readonly state: string }[];
}

async function allActive(node: QdrantEndpoint): Promise<boolean> {
  const get = <T>(path: string): Promise<T> => qdrantResult<T>(node, { method: 'GET', path, timeoutMs: 5000 });
  try {
    const { collections } = await get<{ readonly collections: readonly { readonly name: string }[] }>('/collections');
    const states = await Promise.all(collections.map(({ name }) => get<ShardStates>(`/collections/${name}/cluster`)));
    return states.every(({ local_shards, remote_shards }) => [...local_shards, ...remote_shards].every(({ state }) => state === 'Active'));
  } catch {
    return false;
  }
}

async function waitUntilRecovered(nodes: readonly QdrantServer[]): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (const node of nodes.filter((each) => each.running())) {
    while (!(await allActive(node))) {
      if (performance.now() > deadline)
        throw new Error(`${node.url} still sees copies of shards that are not active after ${SETTLED_WITHIN_MS} ms.`);
      await sleep(100);
    }
  }
}

/** Starts the nodes one after another and waits until each sees them all. Rejects, with all of them ended, when that does not come about. */
export async function startQdrantCluster(options: QdrantClusterOptions = {}): Promise<QdrantCluster> {
  const count = options.nodes ?? 3;
  const shared = {
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  };
  const nodes: QdrantServer[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.dispose()));
  };
  try {
    const first = await startQdrant({ ...shared, cluster: 'first' });
    nodes.push(first);
    while (nodes.length < count) nodes.push(await startQdrant({ ...shared, cluster: { join: first.peerUrl } }));
    await waitUntilSettled(nodes, count);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    nodes,
    settled: (seen = count) => waitUntilSettled(nodes, seen),
    recovered: () => waitUntilRecovered(nodes),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
