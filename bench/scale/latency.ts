/**
 * How long a match takes in a cluster of given size: event loop → encoder → network → database → event loop, each a queue of its own.
 * Arrivals are taken as Poisson everywhere and the stages as independent; simulate-service.ts checks both.
 */
import { type BatchService, batchService } from './batch-queue.ts';
import { type Distribution, longestOf, mixed, ofOutcomes, ofWaiting, plus, quantileOf } from './distribution.ts';
import { aloneOutcomes, moments, paddedPieces, runMs } from './encoder-cost.ts';
import type { Inputs } from './inputs.ts';
import { type Queue, waiting } from './queueing.ts';
import type { Search } from './search-cost.ts';

/** A cluster under load, every replica and node alike. */
export interface Cluster {
  /** Matches a millisecond of one replica. */
  readonly replicaRate: number;
  /** Searches of shards a millisecond of one node. */
  readonly nodeRate: number;
  /** Cores of a node. */
  readonly nodeCores: number;
  readonly search: Search;
  readonly batching: boolean;
}

/** What comes of it; undefined stages cannot keep up. */
export interface Latency {
  readonly loop: number;
  readonly encoder: number;
  readonly database: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Milliseconds of the event loop before the text goes to the encoder; the rest comes after the search. */
export function loopParts(inputs: Inputs): readonly [number, number] {
  const whole = inputs.loopMs + inputs.databaseClientMs;
  return [0.4 * whole, 0.6 * whole];
}

/** How much database searches vary: between constant and exponential, in this many equal shares of their mean. */
export const SEARCH_SPREAD = [0.6, 0.8, 1, 1.2, 1.4] as const;

interface Stage {
  readonly utilisation: number;
  readonly response: Distribution;
}

function stage(queue: Queue, service: Distribution): Stage | undefined {
  const waits = waiting(queue);
  if (waits.utilisation >= 0.98) return undefined;
  return { utilisation: waits.utilisation, response: plus(service, ofWaiting(waits)) };
}

/** Milliseconds that a long text takes more than a short one, for the few that are long. */
function extraOfLong(inputs: Inputs): Distribution {
  const { longShare, longPieces } = inputs;
  const more = runMs(inputs, 1, longPieces) - runMs(inputs, 1, paddedPieces(1));
  return ofOutcomes([
    { ms: 0, share: 1 - longShare },
    { ms: more, share: longShare },
  ]);
}

/** Short texts alone, and how much of a worker's time all texts take. */
interface Batches {
  readonly all: BatchService;
  readonly longMs: number;
  readonly longUse: number;
  readonly utilisation: number;
  readonly timeOf: (texts: number) => number;
}

function batchesOf(inputs: Inputs, rate: number): Batches | undefined {
  const { longShare, encoderWorkers: workers, maxBatchItems: maxBatch } = inputs;
  const timeOf = (texts: number) => runMs(inputs, texts, paddedPieces(texts));
  const longMs = runMs(inputs, 1, inputs.longPieces);
  const longUse = (rate * longShare * longMs) / workers;
  if (longUse + (rate * timeOf(maxBatch)) / (workers * maxBatch) >= 0.98) return undefined;
  const all = batchService({ rate: rate * (1 - longShare), workers, maxBatch, runMs: timeOf });
  // Long texts leave less time for the others, which then come in greater batches.
  const squeezed = batchService({ rate: (rate * (1 - longShare)) / (1 - longUse), workers, maxBatch, runMs: timeOf });
  if (all === undefined || squeezed === undefined) return undefined;
  return { all, longMs, longUse, utilisation: squeezed.utilisation * (1 - longUse) + longUse, timeOf };
}

/** One worker: M/G/1 with short texts at their share of a run, since every text waits for whatever runs. */
function batchedByOne(inputs: Inputs, rate: number, { all, longMs, longUse, utilisation, timeOf }: Batches): Stage {
  const { longShare } = inputs;
  if (longShare === 0) return { utilisation, response: all.response };
  const shortMs = (utilisation - longUse) / (rate * (1 - longShare));
  const mix = moments([
    { ms: shortMs, share: 1 - longShare },
    { ms: longMs, share: longShare },
  ]);
  const waits = ofWaiting(waiting({ rate, ...mix, servers: 1 }));
  const run = ofOutcomes([{ ms: timeOf(all.meanBatch), share: 1 }]);
  return { utilisation, response: plus(plus(run, waits), extraOfLong(inputs)) };
}

/**
 * The encoder with batches. A long text goes alone and holds one worker; what comes meanwhile is served by the others. Where these cannot
 * keep up they are taken at nine tenths of what they can: the long text ends before long.
 */
function batchedStage(inputs: Inputs, rate: number): Stage | undefined {
  const batches = batchesOf(inputs, rate);
  if (batches === undefined) return undefined;
  const { all, longUse, utilisation, timeOf } = batches;
  const { encoderWorkers: workers, maxBatchItems: maxBatch } = inputs;
  if (workers === 1) return batchedByOne(inputs, rate, batches);
  const most = (0.9 * (workers - 1) * maxBatch) / timeOf(maxBatch);
  const fewer = batchService({ rate: Math.min(rate, most), workers: workers - 1, maxBatch, runMs: timeOf }) ?? all;
  const short = mixed(all.response, fewer.response, Math.min(1, workers * longUse));
  return { utilisation, response: plus(short, extraOfLong(inputs)) };
}

function encoderStage(inputs: Inputs, rate: number, batching: boolean): Stage | undefined {
  if (batching) return batchedStage(inputs, rate);
  const alone = aloneOutcomes(inputs);
  return stage({ rate, ...moments(alone), servers: inputs.encoderWorkers }, ofOutcomes(alone));
}

/** Utilisations and times; undefined where some stage cannot keep up. */
export function latencyOf(inputs: Inputs, { replicaRate, nodeRate, nodeCores, search, batching }: Cluster): Latency | undefined {
  const [before, after] = loopParts(inputs);
  const loopVisits: readonly { ms: number; share: number }[] = [
    { ms: before, share: 0.5 },
    { ms: after, share: 0.5 },
  ];
  const loopQueue = { rate: 2 * replicaRate, ...moments(loopVisits), servers: 1 };
  const loop = waiting(loopQueue);
  if (loop.utilisation >= 0.98) return undefined;
  const encoder = encoderStage(inputs, replicaRate, batching);
  const spread = SEARCH_SPREAD.map((factor) => ({ ms: factor * search.shardMs, share: 1 / SEARCH_SPREAD.length }));
  const database = stage({ rate: nodeRate, ...moments(spread), servers: nodeCores }, ofOutcomes(spread));
  if (encoder === undefined || database === undefined) return undefined;
  const visits = plus(ofWaiting(loop), ofWaiting(loop));
  const fixed = ofOutcomes([{ ms: before + after + inputs.networkMs, share: 1 }]);
  const whole = plus(plus(plus(encoder.response, longestOf(database.response, search.fanOut)), visits), fixed);
  return {
    loop: loop.utilisation,
    encoder: encoder.utilisation,
    database: database.utilisation,
    p50Ms: quantileOf(whole, 0.5),
    p95Ms: quantileOf(whole, 0.95),
    p99Ms: quantileOf(whole, 0.99),
  };
}
