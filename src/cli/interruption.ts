/** Ctrl-C and SIGTERM as an abort signal, so that what runs here and on the server is cancelled and cleaned up. */
import { FaqError } from '../errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs work that can be interrupted; a second one of the same signal ends the process at once. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new FaqError('cancelled', 'Interrupted.'));
  for (const name of SIGNALS) process.once(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}
