/**
 * What the encoder and its inference workers say to each other. Types and their checks only.
 */
import type { ThreadGate } from '../native-thread.ts';
import type { PlainError } from '../plain-error.ts';
import type { GraphSettings } from './graph-session.ts';
import type { TokenBatch } from './padded-batch.ts';

/** What a worker is started with. */
export interface InferenceThreadData {
  readonly settings: GraphSettings;
  /** Through which it calls the library. */
  readonly gate: ThreadGate;
}

/** To a worker. */
export type WorkerRequest = { readonly kind: 'run'; readonly id: number; readonly batch: TokenBatch } | { readonly kind: 'close' };

/** From a worker. */
export type WorkerReply =
  | { readonly kind: 'ready'; readonly pooled: boolean }
  | { readonly kind: 'refused'; readonly error: PlainError }
  | { readonly kind: 'done'; readonly id: number; readonly vectors: Float32Array; readonly bad: readonly number[]; readonly runMs: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PlainError };
