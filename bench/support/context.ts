/** What every benchmark is given. */
import type { Workload } from './workload.ts';

/** How to measure. */
export interface BenchContext {
  readonly workload: Workload;
  /** Shorter and smaller. */
  readonly quick: boolean;
  /** Stored questions of the corpora compared, ascending. */
  readonly sizes: readonly number[];
  /** Inference threads of the server. */
  readonly workers: number;
  readonly rounds: number;
  /** Milliseconds of one case in one round. */
  readonly phaseMs: number;
  /** Milliseconds of warming up a corpus. */
  readonly warmUpMs: number;
  /** Of the load that does not wait for answers (`qdrant-cluster`). */
  readonly matchesPerSecond: number;
  /** Only cases whose title holds this text; '' for all. */
  readonly onlyCase: string;
  /** Kept between the benchmarks of one run, removed after. */
  readonly dataDir: string;
  /** One line of progress. */
  readonly log: (line: string) => void;
}
