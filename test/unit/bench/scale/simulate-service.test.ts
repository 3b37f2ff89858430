/** The simulated service: repeatable, near the model where the model holds, and right about what is lost. */
import { describe, expect, it } from 'vitest';
import { inputsWith } from '../../../../bench/scale/inputs.ts';
import { latencyOf } from '../../../../bench/scale/latency.ts';
import { searchOf } from '../../../../bench/scale/search-cost.ts';
import type { Loss, ServiceRun } from '../../../../bench/scale/simulate-service.ts';
import { simulateService } from '../../../../bench/scale/simulate-service.ts';

const inputs = inputsWith();
const search = searchOf(inputs, 10_000);
const RUN: ServiceRun = {
  inputs,
  search,
  replicas: 3,
  nodes: 3,
  nodeCores: 2,
  matchesPerSecond: 450,
  arrivals: 'poisson',
  batching: true,
  matches: 12_000,
  seed: 5,
};
const away = (of: Loss['of'], how: Loss['how']): Loss => ({ of, how, atMs: 8000, backMs: 15_000 });

describe('the simulated service', () => {
  it('gives the same figures for the same seed, and others for another', () => {
    const short = { ...RUN, matches: 2000 };
    const once = simulateService(short);
    expect(simulateService(short)).toEqual(once);
    expect(simulateService({ ...short, seed: 6 }).latency.meanMs).not.toBe(once.latency.meanMs);
  });

  it('agrees with the model at the load that is planned for', () => {
    const model = latencyOf(inputs, { replicaRate: 0.15, nodeRate: 0.15, nodeCores: 2, search, batching: true });
    const seen = simulateService(RUN);
    expect(Math.abs((model?.p50Ms ?? 0) / seen.latency.p50Ms - 1)).toBeLessThan(0.05);
    expect(Math.abs((model?.p99Ms ?? 0) / seen.latency.p99Ms - 1)).toBeLessThan(0.05);
    expect(model?.encoder).toBeCloseTo(seen.encoder, 1);
  });

  it('fails no match beyond the one retry when a replica is killed', () => {
    const { failedShare, retriedShare } = simulateService({ ...RUN, loss: away('replica', 'killed') });
    expect(retriedShare).toBeGreaterThan(0);
    expect(failedShare).toBe(0);
  });

  it('fails none when a node is killed or vanishes, since every shard has another copy', () => {
    expect(simulateService({ ...RUN, loss: away('node', 'killed') }).failedShare).toBe(0);
    const vanished = simulateService({ ...RUN, loss: away('node', 'vanished') });
    expect(vanished.failedShare).toBe(0);
    expect(vanished.latency.p99Ms).toBeGreaterThan(40);
  });

  it('fails what went to a vanished replica until the health check, a third of the load for five seconds', () => {
    const { failedShare, asked } = simulateService({ ...RUN, loss: away('replica', 'vanished') });
    expect(failedShare * asked).toBeGreaterThan(600);
    expect(failedShare * asked).toBeLessThan(900);
  });

  it('fails everything it cannot queue when the load is too great', () => {
    expect(simulateService({ ...RUN, matchesPerSecond: 6000 }).failedShare).toBeGreaterThan(0.3);
  });

  it('waits longer in bursts of the same mean load', () => {
    expect(simulateService({ ...RUN, arrivals: 'bursty' }).latency.p95Ms).toBeGreaterThan(simulateService(RUN).latency.p95Ms);
  });
});
