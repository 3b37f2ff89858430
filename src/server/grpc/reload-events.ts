/**
 * A reload as a stream of events: progress now and then, the result last. Unsubscribed, it cancels the reload.
 */
import { Observable } from 'rxjs';
import { FaqError } from '../../errors.ts';
import type { ReloadCorpusResponse } from '../../generated/faqmatch/v1/admin.ts';
import type { ReloadProgress, ReloadResult } from '../../versions/contract.ts';
import { toReloadResult } from './corpus-admin-mapper.ts';

/** Ten a second are smooth to the eye and nothing to the wire. */
const PROGRESS_INTERVAL_MS = 100;

/** Runs a reload, telling how far it is. */
export type RunReload = (signal: AbortSignal, onProgress: (progress: ReloadProgress) => void) => Promise<ReloadResult>;

/** Starts the reload when subscribed to. */
export function reloadEvents(operationId: string, run: RunReload): Observable<ReloadCorpusResponse> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    const tell = throttleProgress((progress) => subscriber.next({ operationId, event: { $case: 'progress', value: progress } }));
    run(controller.signal, tell).then(
      (result) => {
        subscriber.next({ operationId, event: { $case: 'result', value: toReloadResult(result) } });
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => controller.abort(new FaqError('cancelled', 'The client left; the reload was cancelled and nothing changed.'));
  });
}

/** Lets each phase's first and last event through, and between them one per interval. @param now milliseconds. */
export function throttleProgress<
  Progress extends { readonly phase: string; readonly done: number; readonly total: number } = ReloadProgress,
>(send: (progress: Progress) => void, now: () => number = () => performance.now()) {
  let phase = '';
  let sentAt = Number.NEGATIVE_INFINITY;
  return (progress: Progress): void => {
    const due = progress.phase !== phase || progress.done >= progress.total || now() - sentAt >= PROGRESS_INTERVAL_MS;
    if (!due) return;
    phase = progress.phase;
    sentAt = now();
    send(progress);
  };
}
