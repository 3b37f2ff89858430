/**
 * Searches of one version, sent together where they come together: a batch of matches or many callers at once are one request instead of
 * many. A search that comes alone never waits for another.
 */
import type { Schemas } from '@qdrant/js-client-rest';
import { abortError, FaqError, throwIfAborted } from '../../errors.ts';
import type { BatchQuery } from './search-requests.ts';

/** Requests on their way before searches are gathered: one is worked on by Qdrant while the next travels. */
const REQUESTS_AT_ONCE = 2;
/** Queries of one request: more only make the first wait for the last. */
const MOST_QUERIES = 32;
/** Searches that wait: past it, the last of them would be answered long after its caller's patience. */
const MOST_WAITING = 4_096;
const RETRY_AFTER_MS = 1_000;

/** What a batch is sent with. */
export type SendQueries = (queries: readonly BatchQuery[]) => Promise<readonly Schemas['QueryResponse'][]>;

/**
 * Asks some queries at once; the answers come in their order.
 * @throws FaqError of the request; resource_exhausted where too many wait; cancelled, as soon as the signal is aborted.
 */
export type AskQueries = (queries: readonly BatchQuery[], signal: AbortSignal | undefined) => Promise<readonly Schemas['QueryResponse'][]>;

interface Waiting {
  readonly queries: readonly BatchQuery[];
  readonly resolve: (answers: readonly Schemas['QueryResponse'][]) => void;
  readonly reject: (error: unknown) => void;
}

function tooMany(): FaqError {
  const message = `Expected at most ${MOST_WAITING} searches to wait for Qdrant; there are as many already. Try again later.`;
  return new FaqError('resource_exhausted', message, { reason: 'INDEX_BUSY', retryAfterMs: RETRY_AFTER_MS });
}

/** As many of the waiting as fit one request, at least one; they leave the queue. */
function takeBatch(waiting: Set<Waiting>): readonly Waiting[] {
  const taken: Waiting[] = [];
  let count = 0;
  for (const each of waiting) {
    if (taken.length > 0 && count + each.queries.length > MOST_QUERIES) break;
    taken.push(each);
    count += each.queries.length;
  }
  for (const each of taken) waiting.delete(each);
  return taken;
}

async function answersOf(send: SendQueries, batch: readonly Waiting[]): Promise<readonly Schemas['QueryResponse'][]> {
  const queries = batch.flatMap((each) => each.queries);
  const answers = await send(queries);
  if (answers.length === queries.length) return answers;
  const message = `Expected ${queries.length} answers of Qdrant, got ${answers.length}. Try again; check what stands before the server.`;
  throw new FaqError('unavailable', message, { reason: 'INDEX_FAILED', retryAfterMs: RETRY_AFTER_MS });
}

/** Settles every search of a batch. One that Qdrant refuses must not fail its neighbours: refused together, each is asked alone. */
async function settle(send: SendQueries, batch: readonly Waiting[]): Promise<void> {
  try {
    const answers = await answersOf(send, batch);
    let start = 0;
    for (const { queries, resolve } of batch) {
      resolve(answers.slice(start, start + queries.length));
      start += queries.length;
    }
  } catch (error) {
    const refused = error instanceof FaqError && error.code === 'failed_precondition';
    if (refused && batch.length > 1) for (const each of batch) await settle(send, [each]);
    else for (const { reject } of batch) reject(error);
  }
}

/** Gathers queries for one sender. */
export function createSearchBatcher(send: SendQueries): AskQueries {
  const waiting = new Set<Waiting>();
  let running = 0;

  async function run(batch: readonly Waiting[]): Promise<void> {
    running += 1;
    await settle(send, batch);
    running -= 1;
    drain();
  }

  function drain(): void {
    while (running < REQUESTS_AT_ONCE && waiting.size > 0) void run(takeBatch(waiting));
  }

  return async (queries, signal) => {
    throwIfAborted(signal);
    if (waiting.size >= MOST_WAITING) throw tooMany();
    const { promise, resolve, reject } = Promise.withResolvers<readonly Schemas['QueryResponse'][]>();
    const mine = { queries, resolve, reject };
    const leave = (): void => {
      waiting.delete(mine);
      if (signal !== undefined) reject(abortError(signal));
    };
    signal?.addEventListener('abort', leave, { once: true });
    waiting.add(mine);
    drain();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  };
}
