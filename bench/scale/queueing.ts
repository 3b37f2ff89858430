/**
 * Closed forms of queueing theory. Times in milliseconds, rates in arrivals per millisecond; every function wants a stable queue
 * (utilisation under 1) and gives Infinity where it is not.
 */

/** A queue in front of like servers. */
export interface Queue {
  readonly rate: number;
  readonly meanMs: number;
  readonly servers: number;
  /** Squared coefficient of variation of the service time: 0 constant, 1 exponential. */
  readonly scv: number;
}

/** How long arrivals wait before service. */
export interface Waiting {
  /** Share of time a server works. */
  readonly utilisation: number;
  /** Share of arrivals that wait at all. */
  readonly probability: number;
  /** Mean wait of all arrivals, those that do not wait included. */
  readonly meanMs: number;
}

/** Erlang's loss formula, by its stable recursion. @param load offered load, rate × mean. */
export function erlangB(load: number, servers: number): number {
  let blocked = 1;
  for (let server = 1; server <= servers; server += 1) blocked = (load * blocked) / (server + load * blocked);
  return blocked;
}

/** Erlang's delay formula: share of arrivals that wait in M/M/c. 1 where the queue is not stable. */
export function erlangC(load: number, servers: number): number {
  if (load >= servers) return 1;
  const blocked = erlangB(load, servers);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/**
 * M/G/c by Allen and Cunneen: Wq = C(c, a) / (c/mean − rate) × (1 + scv) / 2. Exact for M/M/c and for M/G/1 (Pollaczek and Khinchine).
 * A. O. Allen, "Probability, Statistics, and Queueing Theory with Computer Science Applications", 2nd edition 1990, section 5.3.
 */
export function waiting({ rate, meanMs, servers, scv }: Queue): Waiting {
  const load = rate * meanMs;
  const utilisation = load / servers;
  if (utilisation >= 1) return { utilisation, probability: 1, meanMs: Number.POSITIVE_INFINITY };
  const probability = erlangC(load, servers);
  return { utilisation, probability, meanMs: ((probability / (servers / meanMs - rate)) * (1 + scv)) / 2 };
}

/** Share of M/M/c arrivals whose wait and service together pass a time. */
export function mmcResponseTail({ rate, meanMs, servers }: Omit<Queue, 'scv'>, ms: number): number {
  const mu = 1 / meanMs;
  const probability = erlangC(rate * meanMs, servers);
  const drain = servers * mu - rate;
  if (drain <= 0) return 1;
  const served = Math.exp(-mu * ms);
  // Where waiting drains as fast as service the general form divides by zero; its limit is probability × mu × ms × e^(−mu ms).
  const both = Math.abs(drain - mu) < 1e-9 ? mu * ms * served : (mu / (drain - mu)) * (served - Math.exp(-drain * ms));
  return served + probability * both;
}

/** The time that a share of M/M/c arrivals stays under, wait and service together. */
export function mmcResponseQuantile(queue: Omit<Queue, 'scv'>, share: number): number {
  let low = 0;
  let high = queue.meanMs;
  while (mmcResponseTail(queue, high) > 1 - share && Number.isFinite(high)) high *= 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (mmcResponseTail(queue, middle) > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
