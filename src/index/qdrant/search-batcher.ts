/**
 * Searches of one version, sent together where they come together: a batch of matches or many callers at once are one request instead of
 * many. A search that comes alone never waits for another.
 */
import type { Schemas } from '@qdrant/js-client-rest';
import { abortError, throwIfAborted } from '../../errors.ts';
import type { BatchQuery } from './search-requests.ts';

/** Requests on their way before searches are gathered: one is worked on by Qdrant while the next travels. */
const REQUESTS_AT_ONCE = 2;
/** Queries of one request: more only make the first wait for the last. */
const MOST_QUERIES = 32;

/** What a batch is sent with. */
export type SendQueries = (queries: readonly BatchQuery[]) => Promise<readonly Schemas['QueryResponse'][]>;

/** Asks some queries at once; the answers come in their order. @throws FaqError of the request, or cancelled. */
export type AskQueries = (queries: readonly BatchQuery[], signal: AbortSignal | undefined) => Promise<readonly Schemas['QueryResponse'][]>;

interface Waiting {
  readonly queries: readonly BatchQuery[];
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answers: readonly Schemas['QueryResponse'][]) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers queries for one sender. */
export function createSearchBatcher(send: SendQueries): AskQueries {
  let waiting: Waiting[] = [];
  let running = 0;

  /** As many of the waiting as fit one request, at least one; those whose caller left are settled instead. */
  function next(): readonly Waiting[] {
    const taken: Waiting[] = [];
    let count = 0;
    while (waiting.length > 0) {
      const [first] = waiting;
      if (first === undefined || (taken.length > 0 && count + first.queries.length > MOST_QUERIES)) break;
      waiting = waiting.slice(1);
      if (first.signal?.aborted === true) first.reject(abortError(first.signal));
      else {
        taken.push(first);
        count += first.queries.length;
      }
    }
    return taken;
  }

  async function run(batch: readonly Waiting[]): Promise<void> {
    running += 1;
    try {
      const answers = await send(batch.flatMap(({ queries }) => queries));
      let start = 0;
      for (const { queries, resolve } of batch) {
        resolve(answers.slice(start, start + queries.length));
        start += queries.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      running -= 1;
      drain();
    }
  }

  function drain(): void {
    while (running < REQUESTS_AT_ONCE && waiting.length > 0) {
      const batch = next();
      if (batch.length > 0) void run(batch);
    }
  }

  return async (queries, signal) => {
    throwIfAborted(signal);
    const { promise, resolve, reject } = Promise.withResolvers<readonly Schemas['QueryResponse'][]>();
    waiting.push({ queries, signal, resolve, reject });
    drain();
    const answers = await promise;
    throwIfAborted(signal);
    return answers;
  };
}
