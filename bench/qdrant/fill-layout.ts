/** Creates many corpora in a layout, a few at a time, until all are there or a bound is reached. */
import { freeDiskMb } from '../support/disk-usage.ts';
import type { QdrantProcess } from '../support/qdrant-process.ts';
import type { CorpusLayout } from './corpus-layout.ts';
import { syntheticCorpus } from './synthetic-corpus.ts';

/** Corpora created at once. */
const CREATORS = 4;
/** Corpora between two looks at memory and disk. */
const CHECK_EVERY = 20;

/** Where filling stops, so that a layout that does not carry its load costs minutes, not the machine. */
export interface FillBounds {
  readonly ms: number;
  readonly residentMb: number;
  /** Left free on the disk. */
  readonly freeDiskMb: number;
}

/** What is to be filled, and with what. */
export interface FillPlan {
  readonly server: QdrantProcess;
  readonly layout: CorpusLayout;
  readonly corpora: number;
  readonly questions: number;
  readonly folder: string;
  readonly bounds: FillBounds;
  readonly log: (line: string) => void;
}

/** How far it came. */
export interface Filled {
  /** Numbers of the corpora that are there. */
  readonly corpora: readonly number[];
  readonly ms: number;
  /** Milliseconds per corpus over the first and the last tenth of what was created. */
  readonly firstTenthMs: number;
  readonly lastTenthMs: number;
  /** Why it stopped early. */
  readonly stopped: string | undefined;
}

async function reached({ server, folder, bounds }: FillPlan, elapsedMs: number): Promise<string | undefined> {
  if (server.ended() !== undefined) return server.ended();
  if (elapsedMs > bounds.ms) return 'time';
  if (server.residentMb() > bounds.residentMb) return 'memory';
  return (await freeDiskMb(folder)) < bounds.freeDiskMb ? 'disk' : undefined;
}

function reasonOf(error: unknown): string {
  const { message, data } = error as { message?: string; data?: unknown };
  return `${message ?? String(error)} ${data === undefined ? '' : JSON.stringify(data)}`.replaceAll(/\s+/gu, ' ').slice(0, 200);
}

/** Milliseconds per corpus between two of the moments of completion. */
function pace(moments: readonly number[], from: number, to: number): number {
  return ((moments[to] ?? Number.NaN) - (moments[from] ?? Number.NaN)) / (to - from);
}

/** Fills a layout with first versions. Never throws for what the server refuses: that is a finding. */
export async function fillLayout(plan: FillPlan): Promise<Filled> {
  const { layout, corpora, questions, log } = plan;
  const begun = performance.now();
  const created: number[] = [];
  const moments: number[] = [0];
  let next = 0;
  let stopped: string | undefined;
  const creator = async () => {
    while (next < corpora && stopped === undefined) {
      const corpus = next++;
      try {
        await layout.write({ corpus, version: 1 }, syntheticCorpus(corpus, 1, questions));
        await layout.activate({ corpus, version: 1 });
      } catch (error) {
        stopped ??= reasonOf(error);
        return;
      }
      created.push(corpus);
      moments.push(performance.now() - begun);
      if (created.length % CHECK_EVERY === 0) stopped ??= await reached(plan, performance.now() - begun);
      if (created.length % 1000 === 0) log(`${created.length} corpora after ${Math.round((performance.now() - begun) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: CREATORS }, creator));
  const last = created.length;
  const tenth = Math.max(1, Math.floor(last / 10));
  return {
    corpora: created,
    ms: performance.now() - begun,
    firstTenthMs: pace(moments, 0, tenth),
    lastTenthMs: pace(moments, last - tenth, last),
    stopped,
  };
}
