import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formBatch } from '../../../src/encoder/batch-forming.ts';
import type { Lane } from '../../../src/encoder/encoder.ts';
import { type BatchSlot, MicroBatcher } from '../../../src/encoder/micro-batcher.ts';
import { FaqError } from '../../../src/errors.ts';

interface Item {
  readonly id: number;
  readonly size: number;
}

/** A step of the world: a call comes, a caller leaves, a slot finishes or fails its oldest batch. */
type Step =
  | { readonly kind: 'submit'; readonly size: number; readonly lane: Lane }
  | { readonly kind: 'abort'; readonly pick: number }
  | { readonly kind: 'finish'; readonly slot: number }
  | { readonly kind: 'fail'; readonly slot: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      size: fc.integer({ min: 1, max: 60 }),
      lane: fc.constantFrom<Lane>('match', 'bulk'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), pick: fc.nat(50) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('finish' as const), slot: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), slot: fc.nat(1) }) },
);

const LIMITS = { maxBatchTokens: 100, maxBatchItems: { match: 3, bulk: 5 }, maxWaiting: 12 } as const;

/** A slot whose batches end when told to. */
function manualSlot(): { slot: BatchSlot<Item, string>; finish(): void; fail(): void; batches: (readonly Item[])[] } {
  const inHand: { items: readonly Item[]; resolve: (results: readonly string[]) => void; reject: (error: Error) => void }[] = [];
  const batches: (readonly Item[])[] = [];
  return {
    batches,
    slot: {
      ready: true,
      run: (items) =>
        new Promise((resolve, reject) => {
          batches.push(items);
          inHand.push({ items, resolve, reject });
        }),
    },
    finish() {
      const next = inHand.shift();
      next?.resolve(next.items.map((item) => `vector ${item.id}`));
    },
    fail: () => inHand.shift()?.reject(new Error('the run failed')),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the micro-batcher', () => {
  it('settles every caller once, with its own result or an error of its own, in any order of calls, leavings and failures', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const slots = [manualSlot(), manualSlot()];
        const batcher = new MicroBatcher<Item, string>({
          ...LIMITS,
          slots: slots.map((one) => one.slot),
          sizeOf: (item) => item.size,
          now: () => 0,
          schedule: queueMicrotask,
          pause: nextTurn,
        });
        const outcomes = new Map<number, string[]>();
        const leavers: AbortController[] = [];
        for (const act of steps) {
          if (act.kind === 'submit') {
            const id = leavers.length;
            const leaver = new AbortController();
            leavers.push(leaver);
            outcomes.set(id, []);
            batcher.submit({ id, size: act.size }, { lane: act.lane, signal: leaver.signal }).then(
              (result) => outcomes.get(id)?.push(result),
              (error: unknown) => outcomes.get(id)?.push(error instanceof FaqError ? error.code : 'foreign'),
            );
          } else if (act.kind === 'abort') leavers[act.pick]?.abort();
          else if (act.kind === 'finish') slots[act.slot]?.finish();
          else slots[act.slot]?.fail();
          await Promise.resolve();
          expect(batcher.waiting).toBeLessThanOrEqual(LIMITS.maxWaiting);
        }
        const closed = batcher.close();
        for (let round = 0; round < steps.length + 2; round += 1) {
          for (const slot of slots) slot.finish();
          await turn();
        }
        await closed;
        for (const [id, settled] of outcomes) {
          expect(settled).toHaveLength(1);
          expect([`vector ${id}`, 'cancelled', 'internal', 'resource_exhausted', 'unavailable']).toContain(settled[0]);
        }
        for (const batch of slots.flatMap((slot) => slot.batches)) {
          const padded = Math.max(...batch.map((item) => item.size)) * batch.length;
          expect(batch.length === 1 || padded <= LIMITS.maxBatchTokens).toBe(true);
          expect(batch.length).toBeLessThanOrEqual(5);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('forming a batch', () => {
  it('always takes the oldest, keeps the order of the rest and never pads by more than half or four pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 90 }),
        fc.integer({ min: 1, max: 16 }),
        (sizes, maxItems) => {
          const queue = sizes.map((size, order) => ({ size, order, queued: true, settled: false }));
          const before = [...queue];
          const batch = formBatch(queue, { maxItems, maxTokens: 512 });
          expect(batch[0]).toBe(before[0]);
          expect(batch.length).toBeLessThanOrEqual(maxItems);
          expect(queue).toEqual(before.filter((entry) => !batch.includes(entry)));
          const longest = Math.max(...batch.map((entry) => entry.size));
          const shortest = Math.min(...batch.map((entry) => entry.size));
          expect(longest <= shortest * 1.5 || longest - shortest <= 4).toBe(true);
        },
      ),
    );
  });

  it('drops entries whose caller has an answer already', () => {
    const queue = [true, false, true, false].map((settled, order) => ({ size: 3, order, queued: true, settled }));
    expect(formBatch(queue, { maxItems: 8, maxTokens: 100 }).map((entry) => entry.order)).toEqual([1, 3]);
    expect(queue).toEqual([]);
  });
});
