/**
 * A gRPC call's deadline and its client's leaving, as one AbortSignal.
 */
import type { Deadline } from '@grpc/grpc-js';
import { FaqError } from '../../errors.ts';

/** What is needed of a grpc-js call, unary or stream. */
export interface EndableCall {
  readonly cancelled: boolean;
  getDeadline(): Deadline;
  on(event: 'cancelled', listener: () => void): unknown;
  removeListener(event: 'cancelled', listener: () => void): unknown;
}

/**
 * A call that ends this shortly before its deadline ended by it: the server counts the time allowed from the request's arrival, so the
 * client's own timer, which cancels, is ahead by the way there and back.
 */
const CLOCK_SLACK_MS = 100;

/**
 * Runs work under a signal that is aborted when the client leaves or the deadline passes; nothing is started where either came already.
 * grpc-js reports both by the same event, so the clock tells them apart.
 * @throws FaqError deadline_exceeded or cancelled before the work; else what the work throws.
 */
export async function withCallSignal<T>(call: EndableCall, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = Number(call.getDeadline());
  if (deadline <= Date.now()) throw deadlineExceeded();
  if (call.cancelled) throw clientLeft();
  const controller = new AbortController();
  const leave = () => controller.abort(Date.now() >= deadline - CLOCK_SLACK_MS ? deadlineExceeded() : clientLeft());
  call.on('cancelled', leave);
  try {
    return await work(controller.signal);
  } finally {
    // grpc-js also emits 'cancelled' when a finished call's stream closes: nobody listens then.
    call.removeListener('cancelled', leave);
  }
}

function deadlineExceeded(): FaqError {
  return new FaqError('deadline_exceeded', 'The deadline passed before the work was done; allow the call more time.', {
    reason: 'DEADLINE_EXCEEDED',
  });
}

function clientLeft(): FaqError {
  return new FaqError('cancelled', 'The client cancelled the call or its connection broke.', { reason: 'CLIENT_LEFT' });
}
