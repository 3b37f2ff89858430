/** One unary call: deadline, cancellation, and retries where the call is safe to repeat. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientUnaryCall, CallOptions as GrpcCallOptions, ServiceError } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { abortError, FaqError, throwIfAborted } from '../errors.ts';
import { errorOfCall } from './decode-error.ts';
import type { RetryPolicy } from './options.ts';
import { retryDelayMs } from './retry.ts';

/** A generated client's method, bound to its client. */
// biome-ignore lint/complexity/useMaxParams: the shape is grpc-js's own
export type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<GrpcCallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** How one call is to be made. */
export interface UnaryPlan {
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** undefined: the call writes and is made once. */
  readonly retry: RetryPolicy | undefined;
  readonly waitForServer: boolean;
  /** host:port, for messages. */
  readonly address: string;
  /** Whether the channel has a connection; tells "too slow" from "not there". */
  readonly connected: () => boolean;
}

/** Deadline exceeded while there was no connection at all: for the caller that is a server out of reach. */
function nameMissingServer(error: FaqError, plan: UnaryPlan): FaqError {
  if (error.code === 'unavailable' && error.reason === undefined && !plan.connected()) {
    const message = `No connection to ${plan.address}: is the server running there? (${error.message})`;
    return new FaqError('unavailable', message, { reason: 'NO_CONNECTION', cause: error });
  }
  if (error.code !== 'deadline_exceeded' || plan.connected()) return error;
  const message = `No connection to ${plan.address} within ${plan.deadlineMs} ms: is the server running there?`;
  return new FaqError('unavailable', message, { reason: 'NO_CONNECTION', cause: error });
}

function callOnce<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  plan: { readonly deadline: Date; readonly signal: AbortSignal | undefined; readonly waitForServer: boolean },
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const metadata = new Metadata({ waitForReady: plan.waitForServer });
  const call = method(request, metadata, { deadline: plan.deadline }, (error, response) => {
    plan.signal?.removeEventListener('abort', leave);
    if (error === null) resolve(response);
    else reject(plan.signal?.aborted === true ? abortError(plan.signal) : errorOfCall(error));
  });
  function leave(): void {
    call.cancel();
  }
  plan.signal?.addEventListener('abort', leave, { once: true });
  return promise;
}

/**
 * Makes the call, again where that is safe and there is time.
 * @throws FaqError as the server sent it; unavailable (reason NO_CONNECTION) where no connection came about; cancelled; deadline_exceeded.
 */
export async function callUnary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  plan: UnaryPlan,
): Promise<Response> {
  throwIfAborted(plan.signal);
  const deadline = new Date(Date.now() + plan.deadlineMs);
  for (let made = 1; ; made += 1) {
    try {
      return await callOnce(method, request, { deadline, signal: plan.signal, waitForServer: plan.waitForServer });
    } catch (thrown) {
      const error = errorOfCall(thrown);
      const leftMs = deadline.getTime() - Date.now();
      const delay = plan.retry === undefined ? undefined : retryDelayMs(plan.retry, { error, made, leftMs, random: Math.random() });
      if (delay === undefined) throw nameMissingServer(error, plan);
      await sleep(delay, undefined, plan.signal === undefined ? {} : { signal: plan.signal }).catch(() => throwIfAborted(plan.signal));
    }
  }
}
