/**
 * One operation per corpus at a time: the second is refused at once rather than queued, since its caller should know.
 */
import { FaqError } from '../errors.ts';

/** The running operations of a server. */
export interface OperationLock {
  /**
   * Runs the operation unless another one on this corpus runs. Its signal is aborted by the caller's and by close.
   * @throws FaqError aborted (another runs), unavailable (closed), and what the operation throws.
   */
  run<T>(corpus: string, signal: AbortSignal | undefined, operation: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Resolves when nothing runs on the corpus; never rejects. */
  idle(corpus: string): Promise<void>;
  /** Aborts what runs, waits for it to clean up, and refuses what comes. */
  close(): Promise<void>;
}

/** Starts open, nothing running. */
export function createOperationLock(): OperationLock {
  const running = new Map<string, Promise<unknown>>();
  const closing = new AbortController();
  return {
    async run(corpus, signal, operation) {
      if (closing.signal.aborted) throw closing.signal.reason;
      if (running.has(corpus)) {
        const message = `Another operation on corpus "${corpus}" is running. Wait for it to end, or cancel it, and try again.`;
        throw new FaqError('aborted', message, { field: 'corpus', reason: 'OPERATION_RUNNING' });
      }
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      const work = operation(either);
      running.set(corpus, work);
      try {
        return await work;
      } finally {
        running.delete(corpus);
      }
    },
    async idle(corpus) {
      while (running.has(corpus)) await Promise.allSettled([running.get(corpus)]);
    },
    async close() {
      if (!closing.signal.aborted) closing.abort(new FaqError('unavailable', 'The server is shutting down; try again when it is back.'));
      await Promise.allSettled(running.values());
    },
  };
}
