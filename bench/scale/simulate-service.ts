/**
 * The whole service in simulated time: callers with one retry, replicas (event loop and encoder), database nodes with shards in copies,
 * and what dies and comes back. Seeded: the same run gives the same figures.
 */

import { seeded } from '../support/random.ts';
import { exponential } from './draws.ts';
import { EventQueue } from './event-queue.ts';
import type { Inputs } from './inputs.ts';
import { type Summary, summarise } from './sample.ts';
import type { Search } from './search-cost.ts';
import { SimulatedCaller } from './simulated-caller.ts';
import { SimulatedNode } from './simulated-node.ts';
import { SimulatedReplica } from './simulated-replica.ts';

/** Something that dies. */
export interface Loss {
  readonly of: 'replica' | 'node';
  readonly atMs: number;
  readonly backMs: number;
  /** `killed`: connections break at once. `vanished`: nothing answers until somebody's patience ends. */
  readonly how: 'killed' | 'vanished';
}

/** What to simulate. */
export interface ServiceRun {
  readonly inputs: Inputs;
  readonly replicas: number;
  readonly nodes: number;
  /** Cores of a node. */
  readonly nodeCores: number;
  /** Matches a second, all replicas together. */
  readonly matchesPerSecond: number;
  /** `bursty`: a fifth of the time at two and a half times the mean, in bursts of 200 ms. */
  readonly arrivals: 'poisson' | 'bursty';
  readonly search: Search;
  readonly batching: boolean;
  /** Searches a millisecond that other replicas send to each node. */
  readonly otherSearches?: number;
  readonly loss?: Loss;
  readonly matches: number;
  readonly seed: number;
}

/** What was seen, the first tenth left out. */
export interface ServiceResult {
  /** Of matches that were answered, retries included. */
  readonly latency: Summary;
  /** Matches asked. */
  readonly asked: number;
  readonly retriedShare: number;
  readonly failedShare: number;
  readonly loop: number;
  readonly encoder: number;
  readonly database: number;
  readonly meanBatch: number;
}

/** Mean time of a burst and its rate against the mean. */
const BURST = { ms: 200, share: 0.2, factor: 2.5 } as const;

/** A function that says when the next match comes. */
function arrivalGaps({ arrivals, matchesPerSecond }: ServiceRun, seed: number): () => number {
  const chance = seeded(seed);
  const rate = matchesPerSecond / 1000;
  if (arrivals === 'poisson') return () => exponential(chance, 1 / rate);
  const calm = (1 - BURST.share * BURST.factor) / (1 - BURST.share);
  let bursting = false;
  let left = 0;
  return () => {
    for (let gap = 0; ; ) {
      const next = exponential(chance, 1 / (rate * (bursting ? BURST.factor : calm)));
      if (next <= left) {
        left -= next;
        return gap + next;
      }
      gap += left;
      bursting = !bursting;
      left = exponential(chance, bursting ? BURST.ms : (BURST.ms * (1 - BURST.share)) / BURST.share);
    }
  };
}

/** Searches of replicas outside the slice, until the last match came. */
function planOtherSearches(run: ServiceRun, parts: { readonly events: EventQueue; readonly nodes: readonly SimulatedNode[] }): void {
  const { otherSearches = 0, matches, matchesPerSecond, seed } = run;
  if (otherSearches <= 0) return;
  const endMs = (matches / matchesPerSecond) * 1000;
  for (const [i, node] of parts.nodes.entries()) {
    const chance = seeded(seed + 1000 + i);
    const come = (): void => {
      node.search(() => undefined);
      if (parts.events.now < endMs) parts.events.after(exponential(chance, 1 / otherSearches), come);
    };
    parts.events.after(exponential(chance, 1 / otherSearches), come);
  }
}

function planLoss(
  loss: Loss | undefined,
  parts: Record<'events', EventQueue> & Record<'victims', Record<Loss['of'], SimulatedReplica | SimulatedNode | undefined>>,
): void {
  if (loss === undefined) return;
  const victim = parts.victims[loss.of];
  parts.events.after(loss.atMs, () => victim?.die(loss.how));
  parts.events.after(loss.backMs, () => victim?.comeBack());
}

/** Runs it. */
export function simulateService(run: ServiceRun): ServiceResult {
  const { inputs, seed, matches } = run;
  const events = new EventQueue();
  const nodes = Array.from(
    { length: run.nodes },
    (_, i) => new SimulatedNode(events, { cores: run.nodeCores, search: run.search, seed: seed + 10 + i }),
  );
  const replicas = Array.from(
    { length: run.replicas },
    (_, i) => new SimulatedReplica(events, { inputs, nodes, fanOut: run.search.fanOut, batching: run.batching, seed: seed + 100 + i }),
  );
  const caller = new SimulatedCaller(events, { replicas, seed: seed + 1 });
  const gap = arrivalGaps(run, seed);
  const arrive = (number: number): void => {
    caller.match(number >= matches / 10);
    if (number + 1 < matches) events.after(gap(), () => arrive(number + 1));
  };
  planOtherSearches(run, { events, nodes });
  planLoss(run.loss, { events, victims: { replica: replicas[0], node: nodes[0] } });
  arrive(0);
  events.run();
  const ms = (matches / run.matchesPerSecond) * 1000;
  const share = (busy: readonly number[], servers: number) => busy.reduce((sum, one) => sum + one, 0) / (ms * busy.length * servers);
  const texts = replicas.reduce((sum, { encoder }) => sum + encoder.texts, 0);
  return {
    latency: summarise(caller.answered),
    asked: caller.asked,
    retriedShare: caller.retried / caller.asked,
    failedShare: caller.failed / caller.asked,
    loop: share(
      replicas.map(({ loop }) => loop.busyMs),
      1,
    ),
    encoder: share(
      replicas.map(({ encoder }) => encoder.busyMs),
      inputs.encoderWorkers,
    ),
    database: share(
      nodes.map(({ cores }) => cores.busyMs),
      run.nodeCores,
    ),
    meanBatch: texts / replicas.reduce((sum, { encoder }) => sum + encoder.runs, 0),
  };
}
