/** From a workload to machines and money. */
import { fullBatchMs } from './encoder-cost.ts';
import type { Inputs } from './inputs.ts';
import { type Latency, latencyOf } from './latency.ts';
import { type Groups, groupsOf } from './replica-memory.ts';
import { databaseGb, diskGb, type Layout, layoutOf, type Search, searchOf } from './search-cost.ts';
import type { Workload } from './workload.ts';

/** What it takes. */
export interface Plan {
  readonly workload: Workload;
  readonly layout: Layout;
  readonly search: Search;
  readonly groups: Groups;
  readonly replicas: number;
  readonly encoderCores: number;
  readonly nodes: number;
  readonly nodeCores: number;
  readonly nodeGb: number;
  /** What decides the number of nodes. */
  readonly nodesBy: 'memory' | 'searches' | 'copies';
  readonly shards: number;
  readonly databaseGb: number;
  readonly diskGb: number;
  readonly cores: number;
  readonly memoryGb: number;
  readonly perHour: number;
  readonly perMillion: number;
  /** Nothing lost. */
  readonly latency: Latency | undefined;
  /** One replica of the busiest group and one node lost. */
  readonly lossy: Latency | undefined;
}

/** Most that a stage may be used with one of its kind lost. */
const MOST_AFTER_LOSS = 0.9;

/** Machines of a plan. */
interface Size {
  /** Replicas of one group. */
  readonly replicas: number;
  readonly nodes: number;
  readonly nodeCores: number;
}

/** Matches a millisecond of the busiest group. */
function busiestRate(inputs: Inputs, workload: Workload): number {
  const { count } = groupsOf(inputs, workload);
  const rate = workload.matchesPerSecond / 1000;
  return count === 1 ? rate : (rate / count) * inputs.groupImbalance;
}

function latencyWith(inputs: Inputs, workload: Workload, { replicas, nodes, nodeCores }: Size): Latency | undefined {
  const search = searchOf(inputs, workload.questions);
  const nodeRate = ((workload.matchesPerSecond / 1000) * search.fanOut) / nodes;
  return latencyOf(inputs, { replicaRate: busiestRate(inputs, workload) / replicas, nodeRate, nodeCores, search, batching: true });
}

function good(latency: Latency | undefined, goal: { readonly p99Ms: number; readonly most: number }): boolean {
  if (latency === undefined || latency.p99Ms > goal.p99Ms) return false;
  return Math.max(latency.loop, latency.encoder, latency.database) <= goal.most;
}

type Database = Pick<Plan, 'nodes' | 'nodeCores' | 'nodeGb' | 'nodesBy' | 'databaseGb' | 'layout'>;

/** Nodes of full size, or three smaller ones where these do. */
function databaseFor(inputs: Inputs, workload: Workload): Database {
  const layout = layoutOf(inputs, workload);
  const gb = databaseGb(inputs, workload, layout);
  const search = searchOf(inputs, workload.questions);
  const work = (workload.matchesPerSecond / 1000) * search.fanOut * search.shardMs;
  // A cluster that goes on when a node dies needs a majority: three nodes at least. The two left have to carry the load.
  const least = workload.copies > 1 ? 3 : 1;
  const lost = workload.copies > 1 ? 1 : 0;
  const sized = (part: number): Database => {
    const nodeCores = inputs.nodeCores * part;
    const nodeGb = inputs.nodeGb * part;
    const byMemory = Math.ceil(gb / (nodeGb * inputs.nodeFill));
    const bySearches = Math.max(Math.ceil(work / (nodeCores * inputs.utilisation)), Math.ceil(work / (nodeCores * MOST_AFTER_LOSS)) + lost);
    const nodes = Math.max(byMemory, bySearches, least);
    const other = byMemory >= bySearches ? 'memory' : 'searches';
    return { nodes, nodeCores, nodeGb, nodesBy: nodes === least ? 'copies' : other, databaseGb: gb, layout };
  };
  return [1 / 8, 1 / 4, 1 / 2].map(sized).find(({ nodes }) => nodes === least) ?? sized(1);
}

/** Replicas a group: as few as meet the goal, and still do with one of them and one node lost. */
function replicasFor(inputs: Inputs, workload: Workload, database: Database): number {
  const { p99Ms, copies } = workload;
  const { nodes, nodeCores } = database;
  const enough = (replicas: number): boolean => {
    if (!good(latencyWith(inputs, workload, { replicas, nodes, nodeCores }), { p99Ms, most: inputs.utilisation })) return false;
    const left = { replicas: replicas - 1, nodes: nodes - 1, nodeCores };
    return copies === 1 || good(latencyWith(inputs, workload, left), { p99Ms, most: MOST_AFTER_LOSS });
  };
  const rate = busiestRate(inputs, workload);
  let low = Math.max(copies, Math.floor((rate * fullBatchMs(inputs)) / inputs.encoderWorkers)) - 1;
  let high = 4 * low + 20;
  // Where the database or a long text alone breaks the goal, more replicas do not mend it: then the most that was tried.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Shards of all collections, one copy counted once. */
function shardsFor(plan: { readonly layout: Layout; readonly search: Search; readonly nodes: number }, { corpora }: Workload): number {
  if (plan.layout === 'one shared collection') return Math.max(plan.nodes, plan.search.fanOut);
  return corpora * plan.search.fanOut;
}

/** Plans a workload. */
export function planOf(inputs: Inputs, workload: Workload): Plan {
  const groups = groupsOf(inputs, workload);
  const search = searchOf(inputs, workload.questions);
  const database = databaseFor(inputs, workload);
  const { nodes, layout, nodeCores, nodeGb } = database;
  const perGroup = replicasFor(inputs, workload, database);
  const replicas = perGroup * groups.count;
  const encoderCores = replicas * inputs.encoderWorkers;
  const cores = replicas + encoderCores + nodes * nodeCores;
  const memoryGb = replicas * Math.max(1, groups.replicaGb) + nodes * nodeGb;
  const perHour = cores * inputs.coreHour + memoryGb * inputs.gbHour;
  return {
    workload,
    ...database,
    search,
    groups,
    replicas,
    encoderCores,
    shards: shardsFor({ layout, search, nodes }, workload),
    diskGb: diskGb(inputs, workload),
    cores,
    memoryGb,
    perHour,
    perMillion: perHour / ((workload.matchesPerSecond * 3600) / 1e6),
    latency: latencyWith(inputs, workload, { replicas: perGroup, nodes, nodeCores }),
    lossy: latencyWith(inputs, workload, { replicas: Math.max(1, perGroup - 1), nodes: Math.max(1, nodes - 1), nodeCores }),
  };
}

/** The same load with the texts encoded on GPUs: replicas then are as many event loops as it takes. */
export interface GpuPlan {
  readonly gpus: number;
  readonly replicas: number;
  readonly perHour: number;
}

/** One GPU more than the load takes, for the one that fails. Beyond one machine it needs an encoder that answers over the network. */
export function gpuPlanOf(inputs: Inputs, plan: Plan): GpuPlan {
  const { matchesPerSecond, copies } = plan.workload;
  const gpus = Math.ceil(matchesPerSecond / (inputs.gpuTextsPerSecond * inputs.utilisation)) + (copies > 1 ? 1 : 0);
  const loops = ((matchesPerSecond / 1000) * (inputs.loopMs + inputs.databaseClientMs)) / inputs.utilisation;
  const replicas = Math.max(copies * plan.groups.count, Math.ceil(loops) + (copies > 1 ? 1 : 0));
  const cores = replicas + plan.nodes * plan.nodeCores;
  const memoryGb = replicas * Math.max(1, plan.groups.replicaGb) + plan.nodes * plan.nodeGb;
  return { gpus, replicas, perHour: gpus * inputs.gpuHour + cores * inputs.coreHour + memoryGb * inputs.gbHour };
}
