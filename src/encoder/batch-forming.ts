/**
 * Which waiting entries go together: the oldest leads, others of like length join while padding stays cheap.
 * Knows sizes only.
 */

/** What waits. */
export interface Queued {
  /** E.g. word pieces; at least 1. */
  readonly size: number;
  /** Still in its lane. */
  queued: boolean;
  /** Its caller has an answer already; it is dropped when come upon. */
  settled: boolean;
}

/** Limits of one batch. */
export interface BatchLimits {
  /** At least 1. */
  readonly maxItems: number;
  /** Most padded size: longest × items. The leader is taken whatever its size. */
  readonly maxTokens: number;
}

/** Entries looked at for company to the leader; bounds both the work per batch and how far one may overtake. */
const LOOK_AHEAD = 64;
/** Longest to shortest in one batch: up to this ratio, or this many pieces for short ones. */
const SPREAD = { ratio: 1.5, pieces: 4 } as const;

/**
 * Takes the next batch out of a queue, which is changed: the batch leaves it, and so do the settled entries among the first.
 * The oldest live entry is always in it, so that nothing starves. Empty where nothing live waits.
 */
export function formBatch<Entry extends Queued>(queue: Entry[], limits: BatchLimits): readonly Entry[] {
  const batch: Entry[] = [];
  const kept: Entry[] = [];
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  let seen = 0;
  for (; seen < queue.length; seen += 1) {
    if (batch.length >= limits.maxItems || kept.length >= LOOK_AHEAD) break;
    const entry = queue[seen];
    if (entry === undefined || entry.settled) continue;
    const low = Math.min(shortest, entry.size);
    const high = Math.max(longest, entry.size);
    const alike = high <= low * SPREAD.ratio || high - low <= SPREAD.pieces;
    if (batch.length > 0 && !(alike && high * (batch.length + 1) <= limits.maxTokens)) {
      kept.push(entry);
      continue;
    }
    batch.push(entry);
    shortest = low;
    longest = high;
  }
  queue.splice(0, seen, ...kept);
  return batch;
}
