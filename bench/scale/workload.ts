/** What is to be served, and the cases that docs/scale.md shows. */

/** A load to plan for. */
export interface Workload {
  readonly name: string;
  readonly corpora: number;
  /** Questions of each corpus. */
  readonly questions: number;
  readonly matchesPerSecond: number;
  /** Copies of every shard, and least replicas of every group. */
  readonly copies: number;
  /** 99 of 100 matches are to be answered in this time, with one of each lost too. */
  readonly p99Ms: number;
}

/** All questions of all corpora. */
export function questionsOf({ corpora, questions }: Workload): number {
  return corpora * questions;
}

const GOAL = { copies: 2, p99Ms: 150 } as const;

/** The largest load promised: 100 million questions, 100,000 matches a second. */
export const LARGEST: Workload = { name: 'largest', corpora: 10_000, questions: 10_000, matchesPerSecond: 100_000, ...GOAL };

/** The same in a single corpus. */
export const LARGEST_CORPUS: Workload = {
  name: 'one corpus, largest',
  corpora: 1,
  questions: 100_000_000,
  matchesPerSecond: 100_000,
  ...GOAL,
};

/** From a first server to the largest load. */
export const GROWTH: readonly Workload[] = [
  { name: 'first day', corpora: 3, questions: 600, matchesPerSecond: 10, ...GOAL },
  { name: 'one bot, busy', corpora: 1, questions: 10_000, matchesPerSecond: 100, ...GOAL },
  { name: 'one corpus, large', corpora: 1, questions: 1_000_000, matchesPerSecond: 1000, ...GOAL },
  { name: 'company', corpora: 100, questions: 10_000, matchesPerSecond: 1000, ...GOAL },
  { name: 'group', corpora: 1000, questions: 10_000, matchesPerSecond: 10_000, ...GOAL },
  LARGEST,
];

/** Many small corpora. */
export const TENANTS: readonly Workload[] = [
  { name: '10 tenants', corpora: 10, questions: 300, matchesPerSecond: 10, ...GOAL },
  { name: '1,000 tenants', corpora: 1000, questions: 300, matchesPerSecond: 1000, ...GOAL },
  { name: '20,000 tenants', corpora: 20_000, questions: 300, matchesPerSecond: 10_000, ...GOAL },
];
