/** One queue alone, simulated: what the closed forms are checked against. */

import { type Chance, seeded } from '../support/random.ts';
import { exponential } from './draws.ts';
import { EventQueue } from './event-queue.ts';
import { type Summary, summarise } from './sample.ts';
import { type EncoderOptions, EncoderStation, Station } from './station.ts';

/** A queue to simulate. */
export interface QueueRun {
  /** Arrivals a millisecond, Poisson. */
  readonly rate: number;
  readonly servers: number;
  /** One service time. */
  readonly serviceMs: (chance: Chance) => number;
  readonly arrivals: number;
  readonly seed: number;
}

/** What was seen, the first tenth left out. */
export interface QueueResult {
  readonly utilisation: number;
  /** Wait and service together. */
  readonly response: Summary;
  readonly waitMs: number;
}

/** Runs M/G/c. */
export function simulateQueue({ rate, servers, serviceMs, arrivals, seed }: QueueRun): QueueResult {
  const events = new EventQueue();
  const chance = seeded(seed);
  const station = new Station(events, servers);
  const responses: number[] = [];
  let waited = 0;
  const arrive = (number: number): void => {
    const came = events.now;
    const ms = serviceMs(chance);
    station.submit(ms, () => {
      if (number < arrivals / 10) return;
      responses.push(events.now - came);
      waited += events.now - came - ms;
    });
    if (number + 1 < arrivals) events.after(exponential(chance, 1 / rate), () => arrive(number + 1));
  };
  arrive(0);
  events.run();
  return { utilisation: station.busyMs / events.now / servers, response: summarise(responses), waitMs: waited / responses.length };
}

/** An encoder to simulate. */
export interface EncoderRun {
  readonly rate: number;
  readonly options: EncoderOptions;
  /** Word pieces of one text. */
  readonly pieces: (chance: Chance) => number;
  readonly arrivals: number;
  readonly seed: number;
}

/** Runs an encoder's queue alone. */
export function simulateEncoder({ rate, options, pieces, arrivals, seed }: EncoderRun): QueueResult & { readonly meanBatch: number } {
  const events = new EventQueue();
  const chance = seeded(seed);
  const station = new EncoderStation(events, options);
  const responses: number[] = [];
  const arrive = (number: number): void => {
    const came = events.now;
    station.submit(pieces(chance), () => {
      if (number >= arrivals / 10) responses.push(events.now - came);
    });
    if (number + 1 < arrivals) events.after(exponential(chance, 1 / rate), () => arrive(number + 1));
  };
  arrive(0);
  events.run();
  const utilisation = station.busyMs / events.now / options.workers;
  return { utilisation, response: summarise(responses), waitMs: Number.NaN, meanBatch: station.texts / station.runs };
}
