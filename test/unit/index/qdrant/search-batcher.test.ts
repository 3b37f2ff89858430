import { describe, expect, test } from 'vitest';
import { FaqError } from '../../../../src/errors.ts';
import { createSearchBatcher, type SendQueries } from '../../../../src/index/qdrant/search-batcher.ts';
import type { BatchQuery } from '../../../../src/index/qdrant/search-requests.ts';

const query = (number: number): BatchQuery => ({ query: [number], limit: 1 });
const numberOf = (each: BatchQuery): number => (each.query as number[])[0] ?? Number.NaN;
const answer = (number: number) => ({ points: [{ id: number, version: 0, score: 1 }] });
const idsOf = (answers: Awaited<ReturnType<SendQueries>>) => answers.map(({ points }) => points[0]?.id);

/** A sender whose requests wait until they are let go. */
function heldSender() {
  const requests: { readonly numbers: readonly number[]; readonly go: () => void; readonly fail: (error: unknown) => void }[] = [];
  const send: SendQueries = (queries) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<SendQueries>>>();
    const numbers = queries.map(numberOf);
    requests.push({ numbers, go: () => resolve(numbers.map(answer)), fail: reject });
    return promise;
  };
  const letAllGo = async (): Promise<void> => {
    for (let place = 0; place < requests.length; place += 1) {
      requests[place]?.go();
      await new Promise(setImmediate);
    }
  };
  return { send, requests, letAllGo };
}

describe('the search batcher', () => {
  test('sends a search that comes alone at once and alone', async () => {
    const { send, requests, letAllGo } = heldSender();
    const asked = createSearchBatcher(send)([query(1), query(2)], undefined);
    expect(requests.map(({ numbers }) => numbers)).toEqual([[1, 2]]);
    await letAllGo();
    expect(idsOf(await asked)).toEqual([1, 2]);
  });

  test('gathers what comes while two requests are on their way, in order, and gives each caller its own answers', async () => {
    const { send, requests, letAllGo } = heldSender();
    const ask = createSearchBatcher(send);
    const asked = [1, 2, 3, 4, 5].map((number) => ask([query(number), query(10 * number)], undefined));
    await letAllGo();
    expect(requests.map(({ numbers }) => numbers)).toEqual([
      [1, 10],
      [2, 20],
      [3, 30, 4, 40, 5, 50],
    ]);
    expect((await Promise.all(asked)).map(idsOf)).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
      [4, 40],
      [5, 50],
    ]);
  });

  test('puts no more than 32 queries into a request, but for a single search of more', async () => {
    const { send, requests, letAllGo } = heldSender();
    const ask = createSearchBatcher(send);
    const asked = [1, 2, 3].map((number) => ask([query(number)], undefined));
    asked.push(
      ask(
        Array.from({ length: 40 }, () => query(4)),
        undefined,
      ),
    );
    for (let number = 5; number < 45; number += 1) asked.push(ask([query(number)], undefined));
    await letAllGo();
    await Promise.all(asked);
    expect(requests.map(({ numbers }) => numbers.length)).toEqual([1, 1, 1, 40, 32, 8]);
  });

  test('settles a caller that leaves at once, whether its search waits or is on its way, and no other', async () => {
    const { send, requests, letAllGo } = heldSender();
    const ask = createSearchBatcher(send);
    const leaving = new AbortController();
    const sent = ask([query(1)], leaving.signal);
    const others = [2, 3].map((number) => ask([query(number)], undefined));
    const waits = ask([query(4)], leaving.signal);
    const settled = Promise.allSettled([sent, waits]);
    leaving.abort();
    expect(await settled).toMatchObject([{ reason: { code: 'cancelled' } }, { reason: { code: 'cancelled' } }]);
    await letAllGo();
    expect((await Promise.all(others)).map(idsOf)).toEqual([[2], [3]]);
    expect(requests.flatMap(({ numbers }) => numbers)).toEqual([1, 2, 3]);
  });

  test('fails all of a request that failed, and goes on with the next', async () => {
    const { send, requests, letAllGo } = heldSender();
    const ask = createSearchBatcher(send);
    const asked = [1, 2, 3, 4].map((number) => ask([query(number)], undefined));
    const settled = Promise.allSettled(asked);
    requests[0]?.fail(new FaqError('unavailable', 'away'));
    await new Promise(setImmediate);
    await letAllGo();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });

  test('asks the searches of a refused request one by one, so that one that is refused fails alone', async () => {
    const tooMuch = new FaqError('failed_precondition', 'over the limit');
    const ask = createSearchBatcher(async (queries) => {
      await new Promise(setImmediate);
      if (queries.some((each) => numberOf(each) === 4)) throw tooMuch;
      return queries.map((each) => answer(numberOf(each)));
    });
    const settled = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => ask([query(number)], undefined)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(settled[3]).toMatchObject({ reason: tooMuch });
  });

  test('takes an answer with too few results for a failure, not for "nothing found"', async () => {
    const ask = createSearchBatcher(async () => []);
    await expect(ask([query(1)], undefined)).rejects.toMatchObject({ code: 'unavailable', reason: 'INDEX_FAILED' });
  });

  test('refuses what comes when 4,096 searches wait already', async () => {
    const { send, letAllGo } = heldSender();
    const ask = createSearchBatcher(send);
    const asked = Array.from({ length: 2 + 4_096 }, (_, number) => ask([query(number)], undefined));
    await expect(ask([query(1)], undefined)).rejects.toMatchObject({ code: 'resource_exhausted' });
    await letAllGo();
    expect((await Promise.all(asked)).map(idsOf)).toEqual(asked.map((_, number) => [number]));
  });
});
