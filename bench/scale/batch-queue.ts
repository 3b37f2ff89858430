/**
 * Texts that are encoded in batches: whoever waits when a worker comes free goes together, up to a limit.
 *
 * Exact for one worker and constant run times: an embedded Markov chain over the number waiting when a run ends (gated bulk service,
 * N. T. J. Bailey, "On queueing processes with bulk service", J. R. Statist. Soc. B 16, 1954). Several workers are taken as one that
 * ends its runs as many times faster, of which a text waits as often as Erlang C says (the scaling of Lee and Longton).
 */
import { type Distribution, type Outcomes, ofOutcomes } from './distribution.ts';
import { erlangC } from './queueing.ts';

/** A queue served in batches. */
export interface BatchQueue {
  /** Arrivals a millisecond. */
  readonly rate: number;
  readonly workers: number;
  readonly maxBatch: number;
  /** Milliseconds of a run over so many texts. */
  readonly runMs: (texts: number) => number;
}

/** How it goes. */
export interface BatchService {
  /** Share of time that a worker works. */
  readonly utilisation: number;
  /** Mean texts of a run. */
  readonly meanBatch: number;
  /** Wait and run of a text together. */
  readonly response: Distribution;
}

const STATES = 160;
const ROUNDS = 3000;
const SLICES = 8;
const NEGLIGIBLE = 1e-12;

/** Shares of how many come in a time, up to where they are negligible. */
function poisson(mean: number): Float64Array {
  const shares = [Math.exp(-mean)];
  for (let count = 1; count < STATES && (count <= mean || (shares[count - 1] ?? 0) > NEGLIGIBLE); count += 1) {
    shares.push(((shares[count - 1] ?? 0) * mean) / count);
  }
  return Float64Array.from(shares);
}

/** One run further: where each state goes to, in a chain whose last state stands for all beyond it. */
function moved(shares: Float64Array, arriving: readonly Float64Array[]): Float64Array {
  const maxBatch = arriving.length - 1;
  const next = new Float64Array(STATES);
  for (let waiting = 0; waiting < STATES; waiting += 1) {
    const share = shares[waiting] ?? 0;
    if (share < NEGLIGIBLE) continue;
    const texts = Math.min(Math.max(1, waiting), maxBatch);
    const left = Math.max(0, waiting - texts);
    const coming = arriving[texts] ?? new Float64Array();
    for (let count = 0; count < coming.length; count += 1) {
      const state = Math.min(STATES - 1, left + count);
      next[state] = (next[state] ?? 0) + share * (coming[count] ?? 0);
    }
  }
  const total = next.reduce((sum, share) => sum + share, 0);
  return next.map((share) => share / total);
}

/** Stationary shares of the number waiting when a run ends. */
function stationary(queue: BatchQueue, intervalMs: (texts: number) => number): Float64Array {
  const arriving = Array.from({ length: queue.maxBatch + 1 }, (_, texts) => poisson(queue.rate * intervalMs(Math.max(1, texts))));
  let shares = new Float64Array(STATES);
  shares[0] = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = moved(shares, arriving);
    const change = next.reduce((sum, share, state) => sum + Math.abs(share - (shares[state] ?? 0)), 0);
    shares = Float64Array.from(next);
    if (change < 1e-9) break;
  }
  return shares;
}

/** Outcomes of texts that come while a run goes on, weighted by how many do. */
function waitingOutcomes(queue: BatchQueue, states: Float64Array, intervalMs: (texts: number) => number): Outcomes {
  const { rate, maxBatch, runMs } = queue;
  const outcomes: { ms: number; share: number }[] = [];
  for (const [waiting, share] of states.entries()) {
    if (share < 1e-7) continue;
    const texts = Math.min(Math.max(1, waiting), maxBatch);
    const left = Math.max(0, waiting - texts);
    const interval = intervalMs(texts);
    for (let slice = 0; slice < SLICES; slice += 1) {
      const since = ((slice + 0.5) / SLICES) * interval;
      const weight = (share * rate * interval) / SLICES;
      for (const [count, part] of poisson(rate * since).entries()) {
        if (part < 1e-4) continue;
        const full = Math.floor((left + count) / maxBatch);
        // Those ahead of it in its batch, itself, and those who still come before the batch starts.
        const behind = rate * (interval - since + full * intervalMs(maxBatch));
        const together = Math.min(maxBatch, left + count - full * maxBatch + 1 + behind);
        outcomes.push({ ms: interval - since + full * intervalMs(maxBatch) + runMs(together), share: weight * part });
      }
    }
  }
  return outcomes;
}

/** @returns undefined where even full batches cannot keep up. */
export function batchService(queue: BatchQueue): BatchService | undefined {
  const { rate, workers, maxBatch, runMs } = queue;
  if (rate * runMs(maxBatch) >= 0.98 * workers * maxBatch) return undefined;
  const intervalMs = (texts: number) => runMs(texts) / workers;
  const states = stationary(queue, intervalMs);
  const idle = states[0] ?? 0;
  const meanBatch = states.reduce((sum, share, waiting) => sum + share * Math.min(Math.max(1, waiting), maxBatch), 0);
  const busyMs = states.reduce((sum, share, waiting) => sum + share * intervalMs(Math.min(Math.max(1, waiting), maxBatch)), 0);
  const utilisation = busyMs / (busyMs + idle / rate);
  const waits = erlangC(utilisation * workers, workers);
  const later = waitingOutcomes(queue, states, intervalMs);
  const total = later.reduce((sum, { share }) => sum + share, 0);
  const outcomes = [{ ms: runMs(1), share: 1 - waits }, ...later.map(({ ms, share }) => ({ ms, share: (share / total) * waits }))];
  return { utilisation, meanBatch, response: ofOutcomes(outcomes) };
}
