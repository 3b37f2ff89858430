/** A closed loop of callers: each calls again as soon as it was answered. For measuring a server. */

/** What to call, how often. */
export interface Load {
  /** Callers at once. */
  readonly callers: number;
  /** No call begins after this many milliseconds. */
  readonly forMs: number;
  /** One call; the number runs from 0 over all callers. */
  readonly call: (number: number) => Promise<unknown>;
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface LoadResult {
  /** Milliseconds of each call that was answered. */
  readonly latencies: readonly number[];
  readonly failures: number;
  /** Milliseconds from the first call to the last answer. */
  readonly elapsedMs: number;
}

/** Runs the load to its end. A failing call is counted and the caller goes on. */
export async function runLoad({ callers, forMs, call, signal }: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  let failures = 0;
  let number = 0;
  const started = performance.now();
  const oneCaller = async (): Promise<void> => {
    while (performance.now() - started < forMs && signal?.aborted !== true) {
      const begun = performance.now();
      const mine = number;
      number += 1;
      try {
        await call(mine);
        latencies.push(performance.now() - begun);
      } catch {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, oneCaller));
  return { latencies, failures, elapsedMs: performance.now() - started };
}
