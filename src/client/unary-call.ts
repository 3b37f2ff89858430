/** One unary call: deadline, cancellation, and retries where the call is safe to repeat. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientUnaryCall, CallOptions as GrpcCallOptions, ServiceError } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { abortError, throwIfAborted } from '../errors.ts';
import { errorOfCall } from './decode-error.ts';
import { type CallTarget, nameMissingServer } from './missing-server.ts';
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
export interface UnaryPlan extends CallTarget {
  readonly signal: AbortSignal | undefined;
  /** undefined: the call writes and is made once. */
  readonly retry: RetryPolicy | undefined;
  readonly waitForServer: boolean;
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
