/** Callers: a replica at random, one retry elsewhere, patience of two seconds. */

import { type Chance, seeded } from '../support/random.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimulatedReplica } from './simulated-replica.ts';

/** The client's deadline of a match (src/client/options.ts). */
const DEADLINE_MS = 2000;
/** Longest wait before the second try; the wait is between half of it and all (src/client/retry.ts). */
const RETRY_MS = 50;

/** All callers together. */
export class SimulatedCaller {
  /** Milliseconds of the matches that were answered in time. */
  readonly answered: number[] = [];
  asked = 0;
  retried = 0;
  failed = 0;
  readonly #events: EventQueue;
  readonly #replicas: readonly SimulatedReplica[];
  readonly #chance: Chance;

  constructor(events: EventQueue, options: { readonly replicas: readonly SimulatedReplica[]; readonly seed: number }) {
    this.#events = events;
    this.#replicas = options.replicas;
    this.#chance = seeded(options.seed);
  }

  /** @param counted whether it goes into the figures. */
  match(counted: boolean): void {
    const came = this.#events.now;
    if (counted) this.asked += 1;
    this.#try(
      (served) => {
        if (served) this.#end(came, counted);
        else {
          if (counted) this.retried += 1;
          this.#events.after(RETRY_MS * (0.5 + 0.5 * this.#chance()), () => {
            this.#try((again) => (again ? this.#end(came, counted) : this.#fail(counted)));
          });
        }
      },
      () => this.#fail(counted),
    );
  }

  #end(came: number, counted: boolean): void {
    const ms = this.#events.now - came;
    if (ms > DEADLINE_MS) this.#fail(counted);
    else if (counted) this.answered.push(ms);
  }

  #fail(counted: boolean): void {
    if (counted) this.failed += 1;
  }

  /** One try. @param late told instead where nothing answers before the deadline. */
  #try(settle: (served: boolean) => void, late: () => void = () => settle(false)): void {
    const known = this.#replicas.filter((replica) => replica.known);
    const replica = known[Math.floor(this.#chance() * known.length)];
    if (replica === undefined) settle(false);
    else if (replica.alive) replica.match((served) => (!served && replica.silent ? this.#events.after(DEADLINE_MS, late) : settle(served)));
    else if (replica.silent) {
      this.#events.after(DEADLINE_MS, late);
    } else settle(false);
  }
}
