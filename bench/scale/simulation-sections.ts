/** What the simulation shows beside what the model says, as tables. Seeded: the same figures on every run. */
import { percentText } from '../../src/quality/report/number-text.ts';
import type { Chance } from '../support/random.ts';
import { drawn, exponential } from './draws.ts';
import { aloneOutcomes, moments } from './encoder-cost.ts';
import type { Inputs } from './inputs.ts';
import { latencyOf } from './latency.ts';
import { type Plan, planOf } from './plan.ts';
import { mmcResponseQuantile, waiting } from './queueing.ts';
import { type Search, searchOf } from './search-cost.ts';
import { type Cell, chartSection, figure, type Section, tableSection } from './section.ts';
import { simulateQueue } from './simulate-queue.ts';
import { type Loss, type ServiceResult, type ServiceRun, simulateService } from './simulate-service.ts';
import { GROWTH, LARGEST, type Workload } from './workload.ts';

const SEED = 20_261_125;

/** How far a prediction is from what was seen, with its sign. */
function error(predicted: number, seen: number): string {
  const share = (predicted - seen) / seen;
  return Number.isFinite(share) ? `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)} %` : '–';
}

/** Closed forms against one queue alone. */
function closedForms(inputs: Inputs, arrivals: number): Section {
  const lengths = aloneOutcomes(inputs);
  const heavy = aloneOutcomes({ ...inputs, longShare: 0.05 });
  const exponentialMs = (chance: Chance) => exponential(chance, 5);
  const queues = [
    { name: 'M/M/1', load: 0.7, servers: 1, meanMs: 5, scv: 1, serviceMs: exponentialMs },
    { name: 'M/M/16', load: 0.8, servers: 16, meanMs: 5, scv: 1, serviceMs: exponentialMs },
    { name: 'M/D/1', load: 0.7, servers: 1, meanMs: 5, scv: 0, serviceMs: () => 5 },
    { name: 'M/G/3, encoder alone', load: 0.6, servers: 3, ...moments(lengths), serviceMs: (chance: Chance) => drawn(chance, lengths) },
    { name: 'M/G/3, 1 text in 20 long', load: 0.6, servers: 3, ...moments(heavy), serviceMs: (chance: Chance) => drawn(chance, heavy) },
  ];
  const rows = queues.map(({ name, load, serviceMs, ...shape }): readonly Cell[] => {
    const rate = (load * shape.servers) / shape.meanMs;
    const form = waiting({ ...shape, rate });
    const seen = simulateQueue({ rate, servers: shape.servers, serviceMs, arrivals, seed: SEED });
    const p99 = shape.scv === 1 ? mmcResponseQuantile({ ...shape, rate }, 0.99) : Number.NaN;
    return [
      ...[name, percentText(load, 0), figure(form.meanMs), figure(seen.waitMs), error(form.meanMs, seen.waitMs)],
      ...[figure(p99), figure(seen.response.p99Ms), error(p99, seen.response.p99Ms)],
    ];
  });
  const heading = [
    ...['queue', 'load', 'mean wait ms, formula', 'simulated', 'formula off by'],
    ...['p99 ms, formula', 'simulated', 'formula off by'],
  ];
  return tableSection('closed-forms', heading, rows);
}

/** The common parts of a run. */
function serviceRun(
  inputs: Inputs,
  search: Search,
  matches: number,
): Omit<ServiceRun, 'replicas' | 'nodes' | 'nodeCores' | 'matchesPerSecond'> {
  return { inputs, search, arrivals: 'poisson', batching: true, matches, seed: SEED };
}

function comparison(name: string, predicted: ReturnType<typeof latencyOf>, seen: ServiceResult): readonly Cell[] {
  const { p50Ms, p99Ms } = seen.latency;
  const busy = [seen.loop, seen.encoder, seen.database].map((share) => percentText(share, 0)).join(' / ');
  const model =
    predicted === undefined ? 'cannot keep up' : `${figure(predicted.p50Ms)} / ${figure(predicted.p95Ms)} / ${figure(predicted.p99Ms)}`;
  const errors = predicted === undefined ? '–' : `${error(predicted.p50Ms, p50Ms)} / ${error(predicted.p99Ms, p99Ms)}`;
  const busyError = predicted === undefined ? '–' : error(predicted.encoder, seen.encoder);
  return [
    name,
    busy,
    busyError,
    model,
    `${figure(p50Ms)} / ${figure(seen.latency.p95Ms)} / ${figure(p99Ms)}`,
    errors,
    percentText(seen.failedShare, 2),
  ];
}

const COMPARED = [
  ...['case', 'event loop / encoder / database busy', 'encoder, model off by', 'p50 / p95 / p99 ms, model'],
  ...['simulated', 'p50 / p99, model off by', 'failed'],
];

/** One small machine: two cores, as measured here; then the planned replica. */
function oneReplica(inputs: Inputs, matches: number): Section {
  const search = searchOf(inputs, 10_000);
  const cases = [
    { name: '2 cores, 100/s, no batches', encoderWorkers: 1, rate: 100, batching: false },
    { name: '2 cores, 100/s', encoderWorkers: 1, rate: 100, batching: true },
    { name: '2 cores, 150/s', encoderWorkers: 1, rate: 150, batching: true },
    { name: '3 cores, 120/s', encoderWorkers: 2, rate: 120, batching: true },
    { name: '3 cores, 180/s, no batches', encoderWorkers: 2, rate: 180, batching: false },
    { name: '3 cores, 180/s', encoderWorkers: 2, rate: 180, batching: true },
    { name: '3 cores, 120/s, 1 text in 20 long', encoderWorkers: 2, rate: 120, batching: true, longShare: 0.05 },
  ];
  const rows = cases.map(({ name, encoderWorkers, rate, batching, longShare = inputs.longShare }) => {
    const values = { ...inputs, encoderWorkers, longShare };
    const predicted = latencyOf(values, { replicaRate: rate / 1000, nodeRate: rate / 1000, nodeCores: 2, search, batching });
    const run = { ...serviceRun(values, search, matches), replicas: 1, nodes: 1, nodeCores: 2, matchesPerSecond: rate, batching };
    return comparison(name, predicted, simulateService(run));
  });
  return tableSection('one-replica', COMPARED, rows);
}

/** A part of a planned cluster: so many replicas of a group at their load, and nodes at theirs. */
function slice(
  inputs: Inputs,
  plan: Plan,
  size: { readonly replicas: number; readonly nodes: number; readonly matches: number },
): ServiceResult {
  const { workload, groups, search, nodeCores } = plan;
  const busiest = groups.count === 1 ? 1 : inputs.groupImbalance;
  const replicaRate = (workload.matchesPerSecond / plan.replicas) * busiest;
  const nodeRate = ((workload.matchesPerSecond / 1000) * search.fanOut) / plan.nodes;
  const own = ((replicaRate * size.replicas) / 1000) * (search.fanOut / size.nodes);
  return simulateService({
    ...serviceRun(inputs, search, size.matches),
    replicas: size.replicas,
    nodes: size.nodes,
    nodeCores,
    matchesPerSecond: replicaRate * size.replicas,
    otherSearches: Math.max(0, nodeRate - own),
  });
}

/** The planned clusters, each by a slice of at most sixteen replicas and three nodes. */
function planned(inputs: Inputs, matches: number): Section {
  const rows = GROWTH.slice(1).map((workload: Workload) => {
    const plan = planOf(inputs, workload);
    const replicas = Math.min(16, plan.replicas);
    const seen = slice(inputs, plan, { replicas, nodes: Math.min(3, plan.nodes), matches });
    return comparison(
      `${workload.name}: ${figure(workload.matchesPerSecond)}/s, ${replicas} of ${figure(plan.replicas)} replicas`,
      plan.latency,
      seen,
    );
  });
  return tableSection('planned', COMPARED, rows);
}

/** The same load a replica in slices of different size. */
function slices(inputs: Inputs, matches: number): Section {
  const plan = planOf(inputs, LARGEST);
  const rows = [1, 16, 64].map((replicas): readonly Cell[] => {
    const { latency, encoder } = slice(inputs, plan, { replicas, nodes: Math.min(3, replicas), matches });
    const perSecond = (LARGEST.matchesPerSecond / plan.replicas) * inputs.groupImbalance * replicas;
    return [
      replicas,
      figure(perSecond),
      percentText(encoder, 0),
      `${figure(latency.p50Ms)} / ${figure(latency.p95Ms)} / ${figure(latency.p99Ms)}`,
    ];
  });
  return tableSection('slices', ['replicas simulated', 'matches/s', 'encoder busy', 'p50 / p95 / p99 ms'], rows);
}

/** Three replicas and three nodes, something happens in the middle. */
function losses(inputs: Inputs, matches: number): Section {
  const search = searchOf(inputs, 10_000);
  const matchesPerSecond = 360;
  const whole = (matches / matchesPerSecond) * 1000;
  const loss = (of: Loss['of'], how: Loss['how']): Loss => ({ of, how, atMs: 0.4 * whole, backMs: 0.7 * whole });
  const cases: readonly (Pick<ServiceRun, 'arrivals'> & { readonly name: string; readonly loss?: Loss })[] = [
    { name: 'nothing', arrivals: 'poisson' },
    { name: 'bursts: a fifth of the time 2.5 times the load', arrivals: 'bursty' },
    { name: 'a replica is killed', arrivals: 'poisson', loss: loss('replica', 'killed') },
    { name: 'a replica vanishes', arrivals: 'poisson', loss: loss('replica', 'vanished') },
    { name: 'a node is killed', arrivals: 'poisson', loss: loss('node', 'killed') },
    { name: 'a node vanishes', arrivals: 'poisson', loss: loss('node', 'vanished') },
  ];
  const rows = cases.map(({ name, ...rest }): readonly Cell[] => {
    const run = { ...serviceRun(inputs, search, matches), replicas: 3, nodes: 3, nodeCores: 2, matchesPerSecond, ...rest };
    const { latency, asked, retriedShare, failedShare, encoder } = simulateService(run);
    const times = `${figure(latency.p50Ms)} / ${figure(latency.p95Ms)} / ${figure(latency.p99Ms)}`;
    return [name, times, percentText(encoder, 0), figure(retriedShare * asked), `${figure(failedShare * asked)} of ${figure(asked)}`];
  });
  return tableSection('losses', ['what happens', 'p50 / p95 / p99 ms', 'encoder busy', 'tried twice', 'failed'], rows);
}

/** p99 by load of one replica. */
function loadChart(inputs: Inputs, matches: number): Section {
  const search = searchOf(inputs, 10_000);
  const at = [25, 50, 75, 100, 125, 150, 175, 200];
  const model = at.map((rate) => {
    return latencyOf(inputs, { replicaRate: rate / 1000, nodeRate: rate / 1000, nodeCores: 2, search, batching: true })?.p99Ms ?? 0;
  });
  const seen = at.map((matchesPerSecond) => {
    const run = { ...serviceRun(inputs, search, matches), replicas: 1, nodes: 1, nodeCores: 2, matchesPerSecond };
    return simulateService(run).latency.p99Ms;
  });
  const title = 'p99 ms of one replica with 2 encoder threads: model, simulation';
  return chartSection('load-chart', { title, across: 'matches a second', at, up: 'ms', lines: [model, seen] });
}

/** All sections of the simulation. @param matches of each run. */
export function simulationSections(inputs: Inputs, matches: number): readonly Section[] {
  return [
    closedForms(inputs, 12 * matches),
    oneReplica(inputs, matches),
    planned(inputs, matches),
    slices(inputs, matches),
    losses(inputs, matches),
    loadChart(inputs, matches),
  ];
}
