import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { formBatch } from '../../../src/encoder/batch-forming.ts';
import { type BatchSlot, MicroBatcher, type MicroBatcherOptions } from '../../../src/encoder/micro-batcher.ts';
import { FaqError } from '../../../src/errors.ts';

type Run = { readonly items: readonly number[]; finish(): void; resolve(results: readonly (string | FaqError)[]): void };

/** A slot that notes its runs and ends them by hand; items are their own sizes. */
function handSlot(state = { ready: true }): { slot: BatchSlot<number, string>; runs: Run[] } {
  const runs: Run[] = [];
  const slot: BatchSlot<number, string> = {
    get ready() {
      return state.ready;
    },
    run: (items) =>
      new Promise((resolve) => {
        runs.push({ items, resolve, finish: () => resolve(items.map((item) => `vector ${item}`)) });
      }),
  };
  return { slot, runs };
}

function batcherOver(
  slots: readonly BatchSlot<number, string>[],
  changes: Partial<MicroBatcherOptions<number, string>> = {},
): MicroBatcher<number, string> {
  return new MicroBatcher({
    slots,
    sizeOf: (item) => item,
    maxBatchTokens: 100,
    maxBatchItems: { match: 4, bulk: 4 },
    maxWaiting: 8,
    now: () => 0,
    schedule: queueMicrotask,
    pause: nextTurn,
    ...changes,
  });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof FaqError ? error.code : 'foreign'),
  );

describe('the micro-batcher', () => {
  it('gives an idle slot work at once and batches what comes while all are busy', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    const first = batcher.submit(10, { lane: 'match' });
    await turn();
    const others = [11, 10, 12].map((item) => batcher.submit(item, { lane: 'match' }));
    await turn();
    expect(runs.map((run) => run.items)).toEqual([[10]]);
    runs[0]?.finish();
    expect(await first).toBe('vector 10');
    await turn();
    expect(runs[1]?.items).toEqual([11, 10, 12]);
    runs[1]?.finish();
    expect(await Promise.all(others)).toEqual(['vector 11', 'vector 10', 'vector 12']);
  });

  it('splits a burst over the idle slots rather than making one batch of it', async () => {
    const slots = [handSlot(), handSlot()];
    const batcher = batcherOver(slots.map((one) => one.slot));
    for (const item of [10, 10, 10, 10]) void batcher.submit(item, { lane: 'match' });
    await turn();
    expect(slots.map((one) => one.runs.map((run) => run.items.length))).toEqual([[2], [2]]);
  });

  it('lets one full batch wait behind a running one, so that the slot never idles, and no more than one', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot], { maxWaiting: 100 });
    void batcher.submit(10, { lane: 'match' });
    await turn();
    for (let count = 0; count < 3; count += 1) void batcher.submit(10, { lane: 'match' });
    await turn();
    expect(runs).toHaveLength(1);
    for (let count = 0; count < 9; count += 1) void batcher.submit(10, { lane: 'match' });
    await turn();
    expect(runs.map((run) => run.items.length)).toEqual([1, 4]);
    expect(batcher.waiting).toBe(8);
  });

  it('sends a text that is too long for any batch alone', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    void batcher.submit(10, { lane: 'match' });
    await turn();
    for (const item of [200, 200]) void batcher.submit(item, { lane: 'match' });
    runs[0]?.finish();
    await turn();
    expect(runs[1]?.items).toEqual([200]);
  });

  it('does not let short texts overtake a long one for ever', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot], { maxWaiting: 100 });
    for (const item of [10, 90, 10, 10]) void batcher.submit(item, { lane: 'match' });
    await turn();
    runs[0]?.finish();
    await turn();
    expect(runs[0]?.items).toEqual([10, 10, 10]);
    expect(runs[1]?.items).toEqual([90]);
  });

  it('takes matches before bulk texts, and bulk texts only on an idle slot', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    for (const item of [10, 10, 10, 10, 10]) void batcher.submit(item, { lane: 'bulk' });
    await turn();
    void batcher.submit(20, { lane: 'match' });
    await turn();
    expect(runs.map((run) => run.items.length)).toEqual([4]);
    runs[0]?.finish();
    await turn();
    expect(runs[1]?.items).toEqual([20]);
  });

  it('gives a waiting bulk batch its turn after ten batches of matches, so that a reload ends under full load', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot], { maxBatchItems: { match: 1, bulk: 1 }, maxWaiting: 100 });
    for (let count = 0; count < 30; count += 1) void batcher.submit(10, { lane: 'match' });
    for (const item of [99, 98]) void batcher.submit(item, { lane: 'bulk' });
    for (let count = 0; count < 32; count += 1) {
      await turn();
      runs[count]?.finish();
    }
    const place = runs.findIndex((run) => run.items[0] === 99);
    expect(place).toBeGreaterThanOrEqual(9);
    expect(place).toBeLessThanOrEqual(12);
    // One turn, and then the matches have theirs again.
    const second = runs.findIndex((run) => run.items[0] === 98);
    expect(second - place).toBeGreaterThanOrEqual(9);
    expect(second - place).toBeLessThanOrEqual(12);
  });

  it('refuses with a time to wait when the match lane is full, while the bulk lane waits', async () => {
    const { slot } = handSlot();
    const batcher = batcherOver([slot], { maxWaiting: 2, maxBatchItems: { match: 8, bulk: 8 } });
    void batcher.submit(10, { lane: 'match' });
    await turn();
    void batcher.submit(10, { lane: 'match' });
    void batcher.submit(10, { lane: 'match' });
    const refused = await batcher.submit(10, { lane: 'match' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'resource_exhausted', retryAfterMs: 50 });
    void batcher.submit(10, { lane: 'bulk' });
    expect(batcher.waiting).toBe(2);
  });

  it('says to wait as long as the slots take, whatever waited behind what, and takes no halt of the process for their pace', async () => {
    const { slot, runs } = handSlot();
    let now = 0;
    const batcher = batcherOver([slot], { maxWaiting: 80, now: () => now });
    const submit = () => batcher.submit(10, { lane: 'match' }).catch((error: FaqError) => error);
    for (let item = 0; item < 8; item += 1) void submit();
    for (let batch = 0; batch < 200; batch += 1) {
      for (let item = 0; item < 4; item += 1) void submit();
      await turn();
      // Ten milliseconds an item; once, a minute passes.
      now += batch === 199 ? 60_000 : 10 * (runs[batch]?.items.length ?? 0);
      runs[batch]?.finish();
      await turn();
    }
    let refused: unknown;
    for (let item = 0; item < 90; item += 1) refused = await Promise.race([submit(), turn()]);
    expect(refused).toMatchObject({ code: 'resource_exhausted' });
    const { retryAfterMs = 0 } = refused as FaqError;
    expect(retryAfterMs).toBeGreaterThan(80 * 9);
    expect(retryAfterMs).toBeLessThan(80 * 15);
  });

  it('rejects an aborted caller at once, with the reason of its signal, and never runs its text', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    void batcher.submit(10, { lane: 'match' });
    await turn();
    const caller = new AbortController();
    const late = code(batcher.submit(11, { lane: 'match', signal: caller.signal }));
    const kept = batcher.submit(12, { lane: 'match' });
    caller.abort(new FaqError('deadline_exceeded', 'too late'));
    expect(await late).toBe('deadline_exceeded');
    expect(batcher.waiting).toBe(1);
    runs[0]?.finish();
    await turn();
    expect(runs[1]?.items).toEqual([12]);
    runs[1]?.finish();
    expect(await kept).toBe('vector 12');
  });

  it('rejects a caller that aborts while its batch runs and settles the others of the batch', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    const caller = new AbortController();
    const left = code(batcher.submit(10, { lane: 'match', signal: caller.signal }));
    const stayed = batcher.submit(11, { lane: 'match' });
    await turn();
    caller.abort();
    expect(await left).toBe('cancelled');
    runs[0]?.finish();
    expect(await stayed).toBe('vector 11');
  });

  it('refuses a call whose signal was aborted before it came', async () => {
    const batcher = batcherOver([handSlot().slot]);
    expect(await code(batcher.submit(10, { lane: 'match', signal: AbortSignal.abort() }))).toBe('cancelled');
    expect(batcher.waiting).toBe(0);
  });

  it('leaves nothing on a signal that outlives its calls, as a reload’s does', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    const caller = new AbortController();
    const calls = [10, 11].map((item) => batcher.submit(item, { lane: 'bulk', signal: caller.signal }));
    await turn();
    runs[0]?.finish();
    await Promise.all(calls);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('gives way to other work between two matches of a batch, and not between bulk texts', async () => {
    for (const [lane, pauses] of [
      ['match', 3],
      ['bulk', 0],
    ] as const) {
      const { slot, runs } = handSlot();
      let paused = 0;
      const pause = async (): Promise<void> => {
        paused += 1;
      };
      const batcher = batcherOver([slot], { pause });
      const calls = [10, 10, 10, 10].map((item) => batcher.submit(item, { lane }));
      await turn();
      runs[0]?.finish();
      await Promise.all(calls);
      expect(paused).toBe(pauses);
    }
  });

  it('looks no further than 64 waiting texts for company', () => {
    const waiting = (size: number) => ({ size, queued: true, settled: false });
    const queue = [waiting(1), ...Array.from({ length: 64 }, () => waiting(90)), waiting(1)];
    expect(formBatch(queue, { maxItems: 4, maxTokens: 100 }).map(({ size }) => size)).toEqual([1]);
    expect(queue).toHaveLength(65);
  });

  it('does not keep thousands of callers that left while no slot was ready', async () => {
    const batcher = batcherOver([handSlot({ ready: false }).slot], { maxWaiting: 10 });
    for (let count = 0; count < 5000; count += 1) {
      const caller = new AbortController();
      const left = code(batcher.submit(10, { lane: 'match', signal: caller.signal }));
      caller.abort();
      expect(await left).toBe('cancelled');
    }
    expect(batcher.waiting).toBe(0);
  });

  it('fails one item alone where its outcome is an error, and the whole batch where the run rejects or gives too few', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    const pair = [10, 11].map((item) => batcher.submit(item, { lane: 'match' }));
    await turn();
    runs[0]?.resolve([new FaqError('internal', 'NaN'), 'vector 11']);
    expect(await Promise.all(pair.map(code))).toEqual(['internal', 'resolved']);
    const short = [10, 11].map((item) => code(batcher.submit(item, { lane: 'match' })));
    await turn();
    runs[1]?.resolve(['only one']);
    expect(await Promise.all(short)).toEqual(['internal', 'internal']);
    const after = batcher.submit(12, { lane: 'match' });
    await turn();
    runs[2]?.finish();
    expect(await after).toBe('vector 12');
  });

  it('waits while no slot is ready and starts when woken', async () => {
    const state = { ready: false };
    const { slot, runs } = handSlot(state);
    const batcher = batcherOver([slot]);
    void batcher.submit(10, { lane: 'match' });
    await turn();
    expect(runs).toHaveLength(0);
    state.ready = true;
    batcher.wake();
    await turn();
    expect(runs).toHaveLength(1);
  });

  it('closing lets what runs end, rejects what waits and refuses what comes', async () => {
    const { slot, runs } = handSlot();
    const batcher = batcherOver([slot]);
    const runningCall = batcher.submit(10, { lane: 'match' });
    await turn();
    const waitingCalls = [code(batcher.submit(11, { lane: 'match' })), code(batcher.submit(12, { lane: 'bulk' }))];
    let isClosed = false;
    const closed = batcher.close().then(() => {
      isClosed = true;
    });
    expect(await Promise.all(waitingCalls)).toEqual(['unavailable', 'unavailable']);
    await turn();
    expect(isClosed).toBe(false);
    expect(await code(batcher.submit(13, { lane: 'match' }))).toBe('unavailable');
    runs[0]?.finish();
    expect(await runningCall).toBe('vector 10');
    await closed;
  });
});
