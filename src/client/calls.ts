/** How the client's calls are made: reads with retries, writes once, streams to their end; all with a deadline. */
import { Metadata } from '@grpc/grpc-js';
import type { Connection } from './connection.ts';
import type { CallOptions, ClientOptions, Deadlines } from './options.ts';
import { DEFAULT_DEADLINES, DEFAULT_RETRY } from './options.ts';
import type { UnaryMethod } from './unary-call.ts';
import { callUnary } from './unary-call.ts';

/** Options of one call and which deadline it takes where it names none. */
export interface CallPlan {
  readonly options: CallOptions | undefined;
  readonly kind: keyof Deadlines;
}

/** The three ways to call. */
export interface Calls {
  /** Tried again where that can help. */
  read<Request, Response>(method: UnaryMethod<Request, Response>, request: Request, plan: CallPlan): Promise<Response>;
  /** Made once: the server may have done it although the answer was lost. */
  write<Request, Response>(method: UnaryMethod<Request, Response>, request: Request, plan: CallPlan): Promise<Response>;
  /** Metadata and options of a streaming call. */
  stream(options: CallOptions | undefined): readonly [Metadata, { readonly deadline: Date }];
}

/** Calls over one connection. */
export function createCalls(address: string, connection: Connection, options: ClientOptions): Calls {
  const short = options.deadlineMs === undefined ? {} : { match: options.deadlineMs };
  const deadlines: Deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines, ...short };
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const waitForServer = options.waitForServer ?? true;
  const shared = { waitForServer, address, connected: () => connection.connected() };
  const planOf = ({ options: call, kind }: CallPlan) => ({
    ...shared,
    deadlineMs: call?.deadlineMs ?? deadlines[kind],
    signal: call?.signal,
  });
  return {
    read: (method, request, plan) => callUnary(method, request, { ...planOf(plan), retry }),
    write: (method, request, plan) => callUnary(method, request, { ...planOf(plan), retry: undefined }),
    stream: (call) => [
      new Metadata({ waitForReady: waitForServer }),
      { deadline: new Date(Date.now() + (call?.deadlineMs ?? deadlines.stream)) },
    ],
  };
}
