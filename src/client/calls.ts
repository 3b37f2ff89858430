/** How the client's calls are made: reads with retries, writes once, streams to their end; all with a deadline. */
import { Metadata } from '@grpc/grpc-js';
import type { Connection } from './connection.ts';
import type { CallOptions, ClientOptions, Deadlines } from './options.ts';
import { DEFAULT_DEADLINES, DEFAULT_RETRY } from './options.ts';
import type { StreamReading } from './read-stream.ts';
import type { UnaryMethod } from './unary-call.ts';
import { callUnary } from './unary-call.ts';

/** Options of one call and which deadline it takes where it names none. */
export interface CallPlan {
  readonly options: CallOptions | undefined;
  readonly kind: keyof Deadlines;
}

/** What a streaming call is opened with, and how it is read. */
export interface StreamPlan {
  readonly opening: readonly [Metadata, { readonly deadline: Date }];
  readonly reading: StreamReading;
}

/** The three ways to call. */
export interface Calls {
  /** Tried again where that can help. */
  read<Request, Response>(method: UnaryMethod<Request, Response>, request: Request, plan: CallPlan): Promise<Response>;
  /** Made once: the server may have done it although the answer was lost. */
  write<Request, Response>(method: UnaryMethod<Request, Response>, request: Request, plan: CallPlan): Promise<Response>;
  /** The deadline runs from here. */
  stream(options: CallOptions | undefined): StreamPlan;
}

/** Calls over one connection. */
export function createCalls(address: string, connection: Connection, options: ClientOptions): Calls {
  const short = options.deadlineMs === undefined ? {} : { match: options.deadlineMs };
  const deadlines: Deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines, ...short };
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const waitForServer = options.waitForServer ?? true;
  const targetOf = ({ options: call, kind }: CallPlan) => ({
    address,
    connected: () => connection.connected(),
    deadlineMs: call?.deadlineMs ?? deadlines[kind],
    signal: call?.signal,
  });
  return {
    async read(method, request, plan) {
      connection.requireOpen();
      return await callUnary(method, request, { ...targetOf(plan), waitForServer, retry });
    },
    async write(method, request, plan) {
      connection.requireOpen();
      return await callUnary(method, request, { ...targetOf(plan), waitForServer, retry: undefined });
    },
    stream(call) {
      connection.requireOpen();
      const reading = targetOf({ options: call, kind: 'stream' });
      const deadline = new Date(Date.now() + reading.deadlineMs);
      return { opening: [new Metadata({ waitForReady: waitForServer }), { deadline }], reading };
    },
  };
}
