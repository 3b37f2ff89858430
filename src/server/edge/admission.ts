/**
 * The gate in front of every handler: refuses calls while the server is not there, counts the running ones, ends them at closing time.
 * Health and reflection pass freely: they must answer exactly then.
 */
import { status as grpcStatus, ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { FaqError } from '../../errors.ts';
import { toGrpcFailure } from './errors.ts';
import { UnreadableMessage } from './message-limits.ts';

/** Why new calls are refused; undefined where they are let in. */
export type Closed = 'starting' | 'draining' | undefined;

/** The gate and what it counts. */
export interface Admission {
  readonly interceptor: ServerInterceptor;
  /** Calls that run now, health and reflection not counted. */
  readonly running: number;
  /** Aborted when draining begins: open streams finish what they took and end. */
  readonly draining: AbortSignal;
  /** Refuses new calls from now on. */
  drain(): void;
  /** Resolves when nothing runs, or after the time given. */
  idle(withinMs: number): Promise<void>;
  /** Ends what still runs with UNAVAILABLE. */
  endAll(): void;
}

const FREE_PATHS = ['/grpc.health.', '/grpc.reflection.'];

/** @param starting whether the stored versions are still being opened. */
export function createAdmission(starting: () => boolean, logger: Logger): Admission {
  const running = new Set<ServerInterceptingCallInterface>();
  const draining = new AbortController();
  let whenIdle: (() => void) | undefined;
  const finish = (call: ServerInterceptingCallInterface) => {
    if (running.delete(call) && running.size === 0) whenIdle?.();
  };
  const interceptor: ServerInterceptor = (method, call) => {
    if (FREE_PATHS.some((path) => method.path.startsWith(path))) return new ServerInterceptingCall(call);
    const closed: Closed = draining.signal.aborted ? 'draining' : starting() ? 'starting' : undefined;
    if (closed !== undefined) return refused(call, unavailable(closed));
    running.add(call);
    return watched({ call, path: method.path, finish: () => finish(call), logger });
  };
  return {
    interceptor,
    get running() {
      return running.size;
    },
    draining: draining.signal,
    drain: () => draining.abort(unavailable('draining')),
    idle: (withinMs) =>
      new Promise((resolve) => {
        if (running.size === 0) return resolve();
        const timer = setTimeout(resolve, withinMs);
        whenIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    endAll() {
      for (const call of running) call.sendStatus(toGrpcFailure(unavailable('draining')));
    },
  };
}

/** A call that is answered with an error before its handler hears of it. */
function refused(call: ServerInterceptingCallInterface, error: FaqError): ServerInterceptingCall {
  return new ServerInterceptingCall(call, {
    start: (next) => next({ onReceiveMetadata: () => call.sendStatus(toGrpcFailure(error)) }),
  });
}

interface WatchedCall {
  readonly call: ServerInterceptingCallInterface;
  readonly path: string;
  readonly finish: () => void;
  readonly logger: Logger;
}

/** A call let in: unreadable messages are refused here, and its end is noted (by status, or by its stream's closing). */
function watched({ call, path, finish, logger }: WatchedCall): ServerInterceptingCall {
  const began = performance.now();
  const end = (code: number | undefined) => {
    finish();
    if (logger.isLevelEnabled('debug')) {
      logger.debug({ method: path, status: grpcStatus[code ?? grpcStatus.OK], ms: Number((performance.now() - began).toFixed(2)) }, 'call');
    }
  };
  let ended = false;
  return new ServerInterceptingCall(call, {
    start: (next) =>
      next({
        onReceiveMessage(message: unknown, pass) {
          if (message instanceof UnreadableMessage) call.sendStatus(toGrpcFailure(message.refusal));
          else pass(message);
        },
        onCancel() {
          if (!ended) end(grpcStatus.CANCELLED);
          ended = true;
        },
      }),
    sendStatus(status, next) {
      if (!ended) end(status.code ?? undefined);
      ended = true;
      next(status);
    },
  });
}

function unavailable(closed: 'starting' | 'draining'): FaqError {
  return closed === 'starting'
    ? new FaqError('unavailable', 'The server is opening its stored versions; try again shortly.', {
        reason: 'STARTING',
        retryAfterMs: 500,
      })
    : new FaqError('unavailable', 'The server is shutting down; call another one or try again shortly.', {
        reason: 'DRAINING',
        retryAfterMs: 1000,
      });
}
