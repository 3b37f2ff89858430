/** A replica: event loop → encoder → database → event loop. */

import { type Chance, seeded } from '../support/random.ts';
import { drawn } from './draws.ts';
import { runMs, textLengths } from './encoder-cost.ts';
import type { EventQueue } from './event-queue.ts';
import type { Inputs } from './inputs.ts';
import { loopParts } from './latency.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { EncoderStation, type Settle, Station } from './station.ts';

/** What a replica is made of. */
export interface ReplicaOptions {
  readonly inputs: Inputs;
  readonly nodes: readonly SimulatedNode[];
  readonly fanOut: number;
  readonly batching: boolean;
  readonly seed: number;
}

const COPIES = 2;
/** Until a balancer's health check takes a replica that does not answer out of turn. */
export const HEALTH_CHECK_MS = 5000;
const MAX_WAITING = 512;

/** One replica. */
export class SimulatedReplica {
  readonly loop: Station;
  readonly encoder: EncoderStation;
  /** Whether callers send matches here. */
  known = true;
  alive = true;
  silent = false;
  readonly #events: EventQueue;
  readonly #options: ReplicaOptions;
  readonly #chance: Chance;
  readonly #parts: readonly [number, number];
  readonly #lengths: readonly { readonly ms: number; readonly share: number }[];

  constructor(events: EventQueue, options: ReplicaOptions) {
    const { inputs, batching } = options;
    this.#events = events;
    this.#options = options;
    this.#chance = seeded(options.seed);
    this.#parts = loopParts(inputs);
    this.#lengths = textLengths(inputs).map(({ pieces, share }) => ({ ms: pieces, share }));
    this.loop = new Station(events, 1);
    this.encoder = new EncoderStation(events, {
      workers: inputs.encoderWorkers,
      maxItems: batching ? inputs.maxBatchItems : 1,
      maxTokens: inputs.maxBatchPieces,
      maxWaiting: MAX_WAITING,
      runMs: (texts, longest) => runMs(inputs, texts, longest),
    });
  }

  match(settle: Settle): void {
    const [before, after] = this.#parts;
    const onward =
      (next: () => void): Settle =>
      (served) =>
        served ? next() : settle(false);
    this.loop.submit(
      before,
      onward(() =>
        this.encoder.submit(
          drawn(this.#chance, this.#lengths),
          onward(() => this.#searchAll(onward(() => this.loop.submit(after, settle)))),
        ),
      ),
    );
  }

  die(how: 'killed' | 'vanished'): void {
    this.alive = false;
    this.silent = how === 'vanished';
    if (how === 'killed') this.known = false;
    else this.#events.after(HEALTH_CHECK_MS, () => (this.known = this.alive));
    this.loop.crash();
    this.encoder.crash();
  }

  comeBack(): void {
    this.alive = true;
    this.silent = false;
    this.known = true;
  }

  /** Every shard once; the answer waits for the slowest. */
  #searchAll(settle: Settle): void {
    let left = this.#options.fanOut;
    let served = true;
    const first = Math.floor(this.#chance() * this.#options.nodes.length);
    this.#events.after(this.#options.inputs.networkMs, () => {
      for (let shard = 0; shard < this.#options.fanOut; shard += 1) {
        this.#searchShard(first + shard, (found) => {
          left -= 1;
          served = served && found;
          if (left === 0) settle(served && this.alive);
        });
      }
    });
  }

  /** One of the shard's copies, then the other. */
  #searchShard(shard: number, settle: Settle): void {
    const { nodes } = this.#options;
    const copies = Array.from({ length: Math.min(COPIES, nodes.length) }, (_, i) => nodes[(shard + i) % nodes.length]);
    const known = copies.filter((node) => node?.known === true);
    const choice = known[Math.floor(this.#chance() * known.length)];
    if (choice === undefined) {
      settle(false);
      return;
    }
    choice.search((served) => {
      const other = copies.find((node) => node !== choice && node?.known === true);
      if (served || other === undefined) settle(served);
      else other.search(settle);
    });
  }
}
