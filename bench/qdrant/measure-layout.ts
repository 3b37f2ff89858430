/** One layout at one number of corpora: filled, held, searched, restarted, changed. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { type LatencySummary, summariseLatency } from '../../src/quality/latency.ts';
import { type DiskUsage, diskUsage } from '../support/disk-usage.ts';
import { type QdrantFootprint, type QdrantProcess, startQdrant } from '../support/qdrant-process.ts';
import type { CorpusLayout } from './corpus-layout.ts';
import { type FillBounds, type Filled, fillLayout } from './fill-layout.ts';
import { syntheticCorpus, syntheticUtterance } from './synthetic-corpus.ts';

/** Longer than the server's interval between flushes (5 s), so that what is measured is at rest. */
const REST_MS = 7000;
/** Matches of one kind. Corpora are visited in the same order each time, so that only the first round finds them untouched. */
const MATCHES = 300;
const CHANGES = 10;

/** What to measure. */
export interface LayoutCase {
  readonly name: string;
  readonly corpora: number;
  /** Questions of each corpus. */
  readonly questions: number;
  readonly layout: (client: QdrantClient) => CorpusLayout;
}

/** Where and within what to measure. */
export interface LayoutSurroundings {
  readonly program: string;
  readonly dataDir: string;
  readonly bounds: FillBounds;
  readonly log: (line: string) => void;
}

/** How long things take on a layout that is full; milliseconds. */
export interface LayoutTimings {
  /** The first search by vector at each of some corpora after a start. */
  readonly firstTouch: LatencySummary;
  /** One search by vector, at random corpora that were searched before. */
  readonly match: LatencySummary;
  /** By vector and by terms in one request. */
  readonly matchBoth: LatencySummary;
  readonly listVersions: number;
  readonly readPointers: number;
  readonly replace: LatencySummary;
  readonly remove: LatencySummary;
}

/** A restart in the same folder, whose files are still in the page cache. */
export interface LayoutRestart {
  readonly stopMs: number;
  readonly readyMs: number;
  /** From the start of the process to the first match answered. */
  readonly firstMatchMs: number;
  /** After as many matches as were measured before. */
  readonly footprint: QdrantFootprint;
  /** Share of one processor taken while nobody asks. */
  readonly idleShare: number;
}

/** What was found; parts that could not be measured are missing and `problem` says why. */
export interface LayoutFindings {
  readonly filled: Filled;
  /** From the end of filling until no optimizer worked any more. */
  readonly settledMs?: number;
  readonly disk?: DiskUsage;
  readonly footprint?: QdrantFootprint;
  readonly restart?: LayoutRestart;
  readonly timings?: LayoutTimings;
  readonly problem?: string;
}

function someOf(corpora: readonly number[], turn: number): number {
  return corpora[Math.floor(((turn * 0.618_034) % 1) * corpora.length)] ?? 0;
}

async function timed(times: number, action: (turn: number) => Promise<unknown>): Promise<LatencySummary> {
  const values: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const begun = performance.now();
    await action(turn);
    values.push(performance.now() - begun);
  }
  return summariseLatency(values);
}

async function matches(layout: CorpusLayout, corpora: readonly number[], withTerms: boolean): Promise<LatencySummary> {
  return timed(MATCHES, async (turn) => {
    const hits = await layout.match({ corpus: someOf(corpora, turn), version: 1 }, syntheticUtterance(turn), withTerms);
    if (hits === 0) throw new Error('a corpus that was written answers with no hits');
  });
}

interface Running {
  readonly server: QdrantProcess;
  readonly layout: CorpusLayout;
}

async function restarted(stopMs: number, start: () => Promise<Running>, corpora: readonly number[]) {
  const begun = performance.now();
  const { server, layout } = await start();
  await layout.match({ corpus: someOf(corpora, 1), version: 1 }, syntheticUtterance(1), false);
  const firstMatchMs = performance.now() - begun;
  const firstTouch = await matches(layout, corpora, false);
  const match = await matches(layout, corpora, false);
  const matchBoth = await matches(layout, corpora, true);
  const before = server.cpuMs();
  await sleep(REST_MS);
  const idleShare = (server.cpuMs() - before) / REST_MS;
  const restart: LayoutRestart = { stopMs, readyMs: server.readyMs, firstMatchMs, footprint: server.footprint(), idleShare };
  return { layout, restart, searches: { firstTouch, match, matchBoth } };
}

async function changes(layout: CorpusLayout, corpora: readonly number[], questions: number) {
  const listVersions = (await timed(3, () => layout.listVersions())).p50;
  const readPointers = (await timed(3, () => layout.readPointers())).p50;
  const chosen = corpora.slice(0, CHANGES);
  const replace = await timed(chosen.length, async (turn) => {
    const corpus = chosen[turn] ?? 0;
    await layout.write({ corpus, version: 2 }, syntheticCorpus(corpus, 2, questions));
    await layout.activate({ corpus, version: 2 });
    await layout.drop({ corpus, version: 1 });
  });
  const remove = await timed(chosen.length, (turn) => layout.drop({ corpus: chosen[turn] ?? 0, version: 2 }));
  return { listVersions, readPointers, replace, remove };
}

/**
 * Compressed answers are refused: the server sends their head and body apart and lets the second wait for the acknowledgement of the first,
 * which the other side delays by 40 ms.
 */
function clientOf({ url }: QdrantProcess): QdrantClient {
  return new QdrantClient({ url, headers: { 'accept-encoding': 'identity' }, checkCompatibility: false, timeout: 120_000 });
}

async function measureIn(folder: string, wanted: LayoutCase, { program, bounds, log }: LayoutSurroundings): Promise<LayoutFindings> {
  let latest: QdrantProcess | undefined;
  const start = async (): Promise<Running> => {
    const server = await startQdrant(program, folder, bounds);
    latest = server;
    return { server, layout: wanted.layout(clientOf(server)) };
  };
  let findings: LayoutFindings | undefined;
  try {
    const { server, layout } = await start();
    await layout.prepare();
    const filled = await fillLayout({ ...wanted, server, layout, folder, bounds, log });
    findings = { filled };
    const begun = performance.now();
    await layout.settled(bounds.ms);
    findings = { ...findings, settledMs: performance.now() - begun };
    await sleep(REST_MS);
    findings = { ...findings, disk: await diskUsage(join(folder, 'storage')), footprint: server.footprint() };
    const { restart, searches, layout: again } = await restarted(await server.stop(), start, filled.corpora);
    findings = { ...findings, restart };
    return { ...findings, timings: { ...searches, ...(await changes(again, filled.corpora, wanted.questions)) } };
  } catch (error) {
    if (findings === undefined) throw error;
    return { ...findings, problem: latest?.ended() ?? (error instanceof Error ? error.message : String(error)) };
  } finally {
    await latest?.stop();
  }
}

/** Measures one case on a server and a folder of its own, both gone afterwards. */
export async function measureLayout(wanted: LayoutCase, surroundings: LayoutSurroundings): Promise<LayoutFindings> {
  mkdirSync(surroundings.dataDir, { recursive: true });
  const folder = mkdtempSync(join(surroundings.dataDir, 'qdrant-'));
  try {
    return await measureIn(folder, wanted, surroundings);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
