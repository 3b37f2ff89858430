/** A database node: cores that search shards. */

import { type Chance, seeded } from '../support/random.ts';
import type { EventQueue } from './event-queue.ts';
import { SEARCH_SPREAD } from './latency.ts';
import type { Search } from './search-cost.ts';
import { type Settle, Station } from './station.ts';

/** Milliseconds that a replica waits for a search before it asks another copy. */
export const SEARCH_TIMEOUT_MS = 500;

/** One node. */
export class SimulatedNode {
  readonly cores: Station;
  /** Whether replicas send searches here. A killed node is found out at once, a vanished one by the first search that times out. */
  known = true;
  #alive = true;
  #silent = false;
  readonly #events: EventQueue;
  readonly #shardMs: number;
  readonly #chance: Chance;

  constructor(events: EventQueue, options: { readonly cores: number; readonly search: Search; readonly seed: number }) {
    this.#events = events;
    this.#shardMs = options.search.shardMs;
    this.#chance = seeded(options.seed);
    this.cores = new Station(events, options.cores);
  }

  search(settle: Settle): void {
    if (this.#alive) {
      const factor = SEARCH_SPREAD[Math.floor(this.#chance() * SEARCH_SPREAD.length)] ?? 1;
      this.cores.submit(this.#shardMs * factor, (served) => this.#answer(served, settle));
    } else this.#answer(false, settle);
  }

  die(how: 'killed' | 'vanished'): void {
    this.#alive = false;
    this.#silent = how === 'vanished';
    if (how === 'killed') this.known = false;
    this.cores.crash();
  }

  comeBack(): void {
    this.#alive = true;
    this.#silent = false;
    this.known = true;
  }

  #answer(served: boolean, settle: Settle): void {
    if (served) settle(true);
    else if (this.#silent) {
      this.#events.after(SEARCH_TIMEOUT_MS, () => {
        if (!this.#alive) this.known = false;
        settle(false);
      });
    } else settle(false);
  }
}
