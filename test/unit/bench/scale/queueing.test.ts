/** Closed forms against hand-computed cases and against one another. */
import { describe, expect, it } from 'vitest';
import { batchService } from '../../../../bench/scale/batch-queue.ts';
import { longestOf, meanOf, ofOutcomes, ofWaiting, plus, quantileOf } from '../../../../bench/scale/distribution.ts';
import { exponential } from '../../../../bench/scale/draws.ts';
import { erlangB, erlangC, mmcResponseQuantile, mmcResponseTail, waiting } from '../../../../bench/scale/queueing.ts';
import { simulateEncoder, simulateQueue } from '../../../../bench/scale/simulate-queue.ts';

const CLOSE = 3;

describe("Erlang's formulas", () => {
  it('give the textbook values for two erlang on three servers', () => {
    // B = (2³/3!) / (1 + 2 + 2²/2! + 2³/3!) = 4/19; C = 3B / (3 − 2(1 − B)) = 4/9.
    expect(erlangB(2, 3)).toBeCloseTo(4 / 19, 12);
    expect(erlangC(2, 3)).toBeCloseTo(4 / 9, 12);
  });

  it('say that every arrival waits where the load is too great', () => {
    expect(erlangC(3, 3)).toBe(1);
    expect(waiting({ rate: 1, meanMs: 3, servers: 3, scv: 1 }).meanMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('waiting', () => {
  it('is utilisation × mean / (1 − utilisation) in M/M/1', () => {
    expect(waiting({ rate: 0.14, meanMs: 5, servers: 1, scv: 1 }).meanMs).toBeCloseTo((0.7 * 5) / 0.3, 10);
  });

  it('is half of that for constant service, as Pollaczek and Khinchine have it', () => {
    expect(waiting({ rate: 0.14, meanMs: 5, servers: 1, scv: 0 }).meanMs).toBeCloseTo((0.7 * 5) / 0.3 / 2, 10);
  });

  it('has an exponential response in M/M/1', () => {
    const queue = { rate: 0.1, meanMs: 5, servers: 1 };
    expect(mmcResponseTail(queue, 12)).toBeCloseTo(Math.exp(-0.1 * 12), 10);
    expect(mmcResponseQuantile(queue, 0.99)).toBeCloseTo(Math.log(100) / 0.1, 6);
  });

  it('has a response where waiting drains exactly as fast as service', () => {
    // Two servers at half load: 2/mean − rate = 1/mean, where the general form divides by zero.
    const near = mmcResponseTail({ rate: 0.2 - 1e-6, meanMs: 5, servers: 2 }, 8);
    expect(mmcResponseTail({ rate: 0.2, meanMs: 5, servers: 2 }, 8)).toBeCloseTo(near, 5);
  });
});

describe('a distribution', () => {
  it('keeps means when times are added', () => {
    const left = ofOutcomes([
      { ms: 3.1, share: 0.9 },
      { ms: 38, share: 0.1 },
    ]);
    expect(meanOf(left)).toBeCloseTo(0.9 * 3.1 + 3.8, CLOSE);
    expect(meanOf(plus(left, ofOutcomes([{ ms: 2.05, share: 1 }])))).toBeCloseTo(0.9 * 3.1 + 3.8 + 2.05, CLOSE);
  });

  it('has the waits of M/M/1: none for three in ten, else exponential', () => {
    const waits = ofWaiting(waiting({ rate: 0.14, meanMs: 5, servers: 1, scv: 1 }));
    expect(waits[0]).toBeCloseTo(0.3, 10);
    expect(meanOf(waits)).toBeCloseTo((0.7 * 5) / 0.3, 1);
    // P(wait > t) = .7 e^(−.06 t), so one in ten waits longer than ln 7 / .06.
    expect(quantileOf(waits, 0.9)).toBeCloseTo(Math.log(7) / 0.06, 0);
  });

  it('takes the longest of several', () => {
    const coin = ofOutcomes([
      { ms: 2, share: 0.5 },
      { ms: 4, share: 0.5 },
    ]);
    expect(meanOf(longestOf(coin, 3))).toBeCloseTo(2 / 8 + (4 * 7) / 8, CLOSE);
  });
});

describe('a queue served in batches', () => {
  const runMs = (texts: number) => 3.1 + 2.4 * texts;

  it('is M/D/1 where a batch holds one text', () => {
    const service = batchService({ rate: 0.1, workers: 1, maxBatch: 1, runMs: () => 5 });
    expect(service?.utilisation).toBeCloseTo(0.5, 3);
    expect(meanOf(service?.response ?? Float64Array.of(1))).toBeCloseTo(5 + 2.5, 0);
  });

  it('is none where full batches cannot keep up', () => {
    expect(batchService({ rate: 0.4, workers: 1, maxBatch: 8, runMs })).toBeUndefined();
  });

  it('agrees with the simulation of one worker', () => {
    const rate = 0.22;
    const options = { workers: 1, maxItems: 8, maxTokens: 1e6, maxWaiting: 1e6, runMs };
    const seen = simulateEncoder({ rate, options, pieces: () => 10, arrivals: 60_000, seed: 3 });
    const model = batchService({ rate, workers: 1, maxBatch: 8, runMs });
    expect(Math.abs((model?.utilisation ?? 0) / seen.utilisation - 1)).toBeLessThan(0.02);
    expect(Math.abs((model?.meanBatch ?? 0) / seen.meanBatch - 1)).toBeLessThan(0.02);
    expect(Math.abs(meanOf(model?.response ?? Float64Array.of(1)) / seen.response.meanMs - 1)).toBeLessThan(0.03);
  });
});

describe('the simulation of one queue', () => {
  it.each([
    { servers: 1, load: 0.6 },
    { servers: 3, load: 0.7 },
    { servers: 16, load: 0.8 },
  ])('agrees with Erlang C: $servers servers at $load', ({ servers, load }) => {
    const queue = { rate: (load * servers) / 5, meanMs: 5, servers, scv: 1 };
    const run = { ...queue, serviceMs: (chance: () => number) => exponential(chance, 5), arrivals: 150_000, seed: 42 };
    const seen = simulateQueue(run);
    const form = waiting(queue);
    expect(Math.abs(seen.utilisation / form.utilisation - 1)).toBeLessThan(0.02);
    expect(Math.abs(seen.response.meanMs / (form.meanMs + 5) - 1)).toBeLessThan(0.03);
    expect(Math.abs(seen.response.p99Ms / mmcResponseQuantile(queue, 0.99) - 1)).toBeLessThan(0.06);
  });
});
