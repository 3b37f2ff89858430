/**
 * What the encoder and its inference workers say to each other. Types and their checks only.
 */
import type { PlainError } from '../plain-error.ts';
import type { TokenBatch } from './padded-batch.ts';

/** To a worker. */
export type WorkerRequest = { readonly kind: 'run'; readonly id: number; readonly batch: TokenBatch } | { readonly kind: 'close' };

/** From a worker. */
export type WorkerReply =
  | { readonly kind: 'ready'; readonly pooled: boolean }
  | { readonly kind: 'refused'; readonly error: PlainError }
  | { readonly kind: 'done'; readonly id: number; readonly vectors: Float32Array; readonly bad: readonly number[]; readonly runMs: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PlainError };
