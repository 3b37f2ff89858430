/** The bare encoder as benchmarks see it. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** One phase: texts in turn from an offset, for so long. */
export interface BareRequest {
  readonly texts: readonly string[];
  readonly offset: number;
  readonly forMs: number;
  /** Milliseconds of rest after each text; none by default. */
  readonly pauseMs?: number;
}

/** Milliseconds. */
export interface BareResult {
  readonly latencies: readonly number[];
  readonly cpuMs: number;
  readonly elapsedMs: number;
}

/** A running bare encoder. */
export interface BareEncoder {
  run(request: BareRequest): Promise<BareResult>;
  stop(): void;
}

const WORKER = fileURLToPath(new URL('./bare-worker.ts', import.meta.url));
const MODEL = fileURLToPath(new URL('../../models/faqmatch-minilm-l6', import.meta.url));

/** Starts one; it is warm when this settles. */
export async function startBareEncoder(): Promise<BareEncoder> {
  const child: ChildProcess = fork(WORKER, [MODEL], { serialization: 'advanced' });
  await once(child, 'message');
  return {
    async run(request) {
      child.send(request);
      const [result] = await once(child, 'message');
      return result as BareResult;
    },
    stop: () => void child.kill(),
  };
}
