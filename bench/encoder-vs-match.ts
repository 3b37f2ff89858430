/**
 * Match over gRPC against the bare encoder, in one run and interleaved: every round measures each case for a moment, so that what else the
 * machine does falls on all of them alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../src/client/client.ts';
import { runLoad } from '../src/client/load.ts';
import { summariseLatency } from '../src/quality/latency.ts';
import type { BareEncoder, BareRequest } from './support/bare-encoder.ts';
import { startBareEncoder } from './support/bare-encoder.ts';
import type { BenchContext } from './support/context.ts';
import { loadCorpus } from './support/load-corpus.ts';
import type { Findings } from './support/report.ts';
import { atLeast, atMost, short } from './support/report.ts';
import { startServerProcess } from './support/server-process.ts';
import { longUtterance } from './support/workload.ts';

/** What all rounds of one case add up to. */
interface Tally {
  readonly latencies: number[];
  cpuMs: number;
  elapsedMs: number;
  failures: number;
}

/** A case: one phase of it, from an offset into the utterances. */
interface Case {
  readonly name: string;
  readonly callers: number;
  readonly phase: (offset: number) => Promise<Tally>;
}

const CALLERS = [1, 8, 32, 64, 128];
const LONG_EVERY = 20;

function emptyTally(): Tally {
  return { latencies: [], cpuMs: 0, elapsedMs: 0, failures: 0 };
}

function add(to: Tally, from: Tally): void {
  to.latencies.push(...from.latencies);
  to.cpuMs += from.cpuMs;
  to.elapsedMs += from.elapsedMs;
  to.failures += from.failures;
}

/** As many bare encoders as the server has workers, at once. */
async function barePhase(encoders: readonly BareEncoder[], request: BareRequest): Promise<Tally> {
  const results = await Promise.all(encoders.map((encoder) => encoder.run(request)));
  const tally = emptyTally();
  for (const { latencies, cpuMs, elapsedMs } of results) {
    tally.latencies.push(...latencies);
    tally.cpuMs += cpuMs;
    tally.elapsedMs = Math.max(tally.elapsedMs, elapsedMs);
  }
  return tally;
}

/** Runs the comparison. */
export async function encoderVsMatch(context: BenchContext): Promise<Findings> {
  const { workload, workers, rounds, phaseMs, dataDir, log } = context;
  const texts = workload.utterances;
  const server = await startServerProcess({ dataDir, workers });
  const client = createClient({ address: server.address, deadlineMs: 30_000, retry: { attempts: 1 } });
  const prober = createClient({ address: server.address, deadlineMs: 30_000, retry: { attempts: 1 } });
  const encoders = await Promise.all(Array.from({ length: workers }, () => startBareEncoder()));
  const tallies = new Map<string, Tally>();
  const probes: number[] = [];
  try {
    for (const size of context.sizes) {
      log(`loading ${size} questions`);
      await loadCorpus(client, `bench-${size}`, workload.questions.slice(0, size));
    }
    const [single] = encoders;
    if (single === undefined) throw new Error('no bare encoder was started');
    let pauseMs = 5;

    const load = async (callers: number, call: (number: number) => Promise<unknown>, offset: number): Promise<Tally> => {
      const cpuBefore = server.cpuMs();
      const { latencies, failures, elapsedMs } = await runLoad({ callers, forMs: phaseMs, call: (number) => call(number + offset) });
      return { latencies: [...latencies], failures, elapsedMs, cpuMs: server.cpuMs() - cpuBefore };
    };
    const pacedEmpty = async (): Promise<Tally> => {
      const tally = emptyTally();
      const started = performance.now();
      while (performance.now() - started < phaseMs) {
        await sleep(pauseMs);
        const begun = performance.now();
        await client.health('');
        tally.latencies.push(performance.now() - begun);
      }
      return { ...tally, elapsedMs: performance.now() - started };
    };
    const probed = async (work: () => Promise<Tally>): Promise<Tally> => {
      const stop = new AbortController();
      const probing = (async () => {
        while (!stop.signal.aborted) {
          const begun = performance.now();
          await prober.health('');
          probes.push(performance.now() - begun);
          await sleep(20);
        }
      })();
      const tally = await work();
      stop.abort();
      await probing;
      return tally;
    };
    const match = (size: number) => (number: number) =>
      client.match({ corpus: `bench-${size}`, utterance: texts[number % texts.length] ?? '' });
    const mixed = (size: number) => (number: number) =>
      number % LONG_EVERY === 0 ? client.match({ corpus: `bench-${size}`, utterance: longUtterance(texts, number) }) : match(size)(number);

    const cases: Case[] = [
      { name: 'bare encoder', callers: 1, phase: (offset) => barePhase([single], { texts, offset, forMs: phaseMs }) },
      // For information: a processor that rests between texts is slower, and Match rests while the transport works.
      {
        name: 'bare encoder, paced like matches',
        callers: 1,
        phase: (offset) => barePhase([single], { texts, offset, forMs: phaseMs, pauseMs: 1 }),
      },
      { name: 'empty call', callers: 1, phase: () => load(1, () => client.health(''), 0) },
      { name: 'empty call, paced like matches', callers: 1, phase: pacedEmpty },
      ...context.sizes.map((size) => ({
        name: `match, ${size} questions`,
        callers: 1,
        phase: (offset: number) => load(1, match(size), offset),
      })),
      {
        name: `bare encoders, ${workers} at once`,
        callers: workers,
        phase: (offset) => barePhase(encoders, { texts, offset, forMs: phaseMs }),
      },
      ...CALLERS.slice(1).map((callers) => ({
        name: `match, ${context.sizes.at(-1)} questions`,
        callers,
        phase: (offset: number) => probed(() => load(callers, match(context.sizes.at(-1) ?? 0), offset)),
      })),
      {
        name: `match, 1 in ${LONG_EVERY} long`,
        callers: 64,
        phase: (offset) => probed(() => load(64, mixed(context.sizes.at(-1) ?? 0), offset)),
      },
    ];
    // The compiler takes some thousand calls to settle; without this the first rounds would measure it.
    log('warming up');
    for (const size of context.sizes) await runLoad({ callers: 4, forMs: context.warmUpMs, call: match(size) });
    for (let round = -1; round < rounds; round += 1) {
      log(round < 0 ? 'a round that does not count' : `round ${round + 1} of ${rounds}`);
      for (const { name, callers, phase } of cases) {
        const tally = await phase(Math.max(0, round) * 97);
        const key = `${name}|${callers}`;
        if (round < 0) tallies.set(key, emptyTally());
        else add(tallies.get(key) ?? emptyTally(), tally);
        if (name === 'bare encoder') pauseMs = summariseLatency(tally.latencies).p50;
        if (round < 0) probes.length = 0;
      }
    }
    return findings(context, { tallies, probes, memoryMb: server.memoryMb() });
  } finally {
    client.close();
    prober.close();
    for (const encoder of encoders) encoder.stop();
    await server.stop();
  }
}

function findings(
  { sizes, workers, workload }: BenchContext,
  measured: { readonly tallies: ReadonlyMap<string, Tally>; readonly probes: readonly number[]; readonly memoryMb: number },
): Findings {
  const tally = (name: string, callers: number): Tally => measured.tallies.get(`${name}|${callers}`) ?? emptyTally();
  const summary = (name: string, callers: number) => summariseLatency(tally(name, callers).latencies);
  const perSecond = ({ latencies, elapsedMs }: Tally): number => (latencies.length / elapsedMs) * 1000;
  const cpuPer = ({ latencies, cpuMs }: Tally): number => cpuMs / latencies.length;
  const bare = summary('bare encoder', 1);
  const empty = summary('empty call, paced like matches', 1);
  const bares = tally(`bare encoders, ${workers} at once`, workers);
  const many = tally(`match, ${sizes.at(-1)} questions`, 64);
  const manyLatency = summariseLatency(many.latencies);
  const long = summary(`match, 1 in ${LONG_EVERY} long`, 64);
  const probe = summariseLatency(measured.probes);
  const rows = Array.from(measured.tallies, ([key, one]) => {
    const [name = '', callers = ''] = key.split('|');
    const { p50, p95, p99, count } = summariseLatency(one.latencies);
    return [name, Number(callers), count, short(p50), short(p95), short(p99), short(perSecond(one)), short(cpuPer(one)), one.failures];
  });
  const heading = ['case', 'callers', 'calls', 'p50 ms', 'p95 ms', 'p99 ms', 'per second', 'processor ms each', 'failed'];
  return {
    tables: [
      { title: `Match against the bare encoder (${workload.source}; ${workers} inference thread${workers > 1 ? 's' : ''})`, heading, rows },
      {
        title: 'While 8 to 128 callers match',
        heading: ['what', 'p50', 'p95', 'max'],
        rows: [
          ['health check, ms', short(probe.p50), short(probe.p95), short(probe.max)],
          ['server memory, MB', short(measured.memoryMb), '', ''],
        ],
      },
    ],
    figures: [
      ...sizes.map((size) => {
        const p50 = summary(`match, ${size} questions`, 1).p50;
        return atMost(`one caller, ${size} questions: match p50 / (1.15 bare p50 + empty p50)`, p50 / (bare.p50 * 1.15 + empty.p50), 1);
      }),
      atMost('64 callers: server processor time per match / bare per text', cpuPer(many) / cpuPer(bares), 1.15),
      atLeast('64 callers: matches per second / bare texts per second', perSecond(many) / perSecond(bares), 0.75),
      atMost('64 callers: p95 / p50', manyLatency.p95 / manyLatency.p50, 2),
      atMost(`64 callers, 1 in ${LONG_EVERY} long: p95 / p50`, long.p95 / long.p50, 2),
      atMost('health check under load: p95, ms', probe.p95, 10),
    ],
  };
}
