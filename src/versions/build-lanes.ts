/**
 * The heavy steps of a reload off the thread that answers matches: parsing in one background thread, fitting in another,
 * so that one corpus's long fit does not hold up the faults of another's files.
 */
import type { Corpus, SourceFile } from '../corpus/corpus.ts';
import type { Fault } from '../errors.ts';
import type { FitInput } from '../matching/contract.ts';
import { workerScript } from '../worker-script.ts';
import { type JobOptions, openWorkerLane } from './worker-lane.ts';

/** Parsed files; `corpus` is undefined where there are faults. */
export interface ParsedFiles {
  readonly corpus: Corpus | undefined;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** corpus/fingerprint.ts; empty without a corpus. */
  readonly fingerprint: string;
}

/** What the fit thread is sent; copied, so its peak memory is twice the vectors. */
export interface FitJob {
  readonly input: FitInput;
  readonly threads: number;
}

/** The steps of a reload that run elsewhere. */
export interface BuildLanes {
  /** @throws FaqError cancelled, unavailable; faults are returned, not thrown. */
  parse(files: readonly SourceFile[], options: JobOptions): Promise<ParsedFiles>;
  /** @returns the scorer and calibrator as stored-scorer.ts reads them. */
  fit(input: FitInput, options: JobOptions): Promise<Uint8Array>;
  /** Ends both threads. */
  close(): Promise<void>;
}

/** A fit stops before its next matrix product, of which a large corpus's takes a second; its session is worth waiting for. */
const FIT_STOP_MS = 15_000;

/**
 * Opens both lanes; threads start when first needed.
 * @param fitThreads threads of one matrix product; 1 by default, so that a fit leaves the other cores to matches.
 */
export function openBuildLanes({ fitThreads = 1 }: { readonly fitThreads?: number } = {}): BuildLanes {
  const parsing = openWorkerLane<readonly SourceFile[], ParsedFiles>(workerScript('parse-worker', import.meta.url));
  const fitting = openWorkerLane<FitJob, Uint8Array>(workerScript('fit-worker', import.meta.url), { stopMs: FIT_STOP_MS });
  return {
    parse: (files, options) => parsing.run(files, options),
    fit: (input, options) => fitting.run({ input, threads: fitThreads }, options),
    close: async () => {
      await Promise.all([parsing.close(), fitting.close()]);
    },
  };
}
