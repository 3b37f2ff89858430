/**
 * One request under its time limit, with every failure as the project's error; and its vectors checked before anybody sees them.
 */
import { abortError, FaqError } from '../../errors.ts';
import { normaliseRows } from '../pooling.ts';
import { remoteError, toRemoteError } from './remote-errors.ts';

/** What bounds a request. */
export interface RequestBounds {
  readonly timeoutMs: number;
  /** Those who wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** The encoder ends. */
  readonly closing: AbortSignal;
}

/** Runs one request. @throws FaqError. */
export async function askRemote<Answer>(
  request: (signal: AbortSignal) => Promise<Answer>,
  { timeoutMs, signal, closing }: RequestBounds,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await request(AbortSignal.any([timeout, closing, ...(signal === undefined ? [] : [signal])]));
  } catch (error) {
    if (closing.aborted) throw abortError(closing);
    throw toRemoteError(error, { signal, timedOut: timeout.aborted });
  }
}

/**
 * Counts, measures and normalises.
 * @returns unit vectors, an error for each that has no direction.
 * @throws FaqError unavailable (REMOTE_GARBLED: not one vector a text), failed_precondition (REMOTE_MISMATCH: another dimension).
 */
export function toUnitVectors(
  vectors: readonly Float32Array[],
  { count, dimension }: { readonly count: number; readonly dimension: number },
): readonly (Float32Array | FaqError)[] {
  if (vectors.length !== count) {
    throw remoteError('REMOTE_GARBLED', { detail: `Expected ${count} vectors, got ${vectors.length}.` });
  }
  const other = vectors.find((vector) => vector.length !== dimension);
  if (other !== undefined) {
    const detail = `Expected vectors of ${dimension} numbers, got ${other.length}. Serve the model of FAQMATCH_MODEL, or set FAQMATCH_MODEL to the one that is served.`;
    throw remoteError('REMOTE_MISMATCH', { detail });
  }
  return vectors.map((vector) => {
    const unit = Float32Array.from(vector);
    if (normaliseRows(unit, dimension).length === 0) return unit;
    const message = 'The remote encoder gave NaN or a vector of length zero for this text. Its own log may have the cause.';
    return new FaqError('internal', message, { reason: 'REMOTE_BAD_VECTOR' });
  });
}
