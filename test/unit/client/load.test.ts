import { expect, test } from 'vitest';
import { runLoad } from '../../../src/client/load.ts';

test('callers number their calls over all, go on after one that fails, and stop when told to', async () => {
  const stop = new AbortController();
  const numbers: number[] = [];
  const call = async (number: number): Promise<void> => {
    numbers.push(number);
    if (number === 9) stop.abort();
    await new Promise((resolve) => setImmediate(resolve));
    if (number % 2 === 1) throw new Error('refused');
  };
  const { latencies, failures } = await runLoad({ callers: 2, forMs: 3_600_000, call, signal: stop.signal });
  expect(numbers).toEqual(Array.from(numbers.keys()));
  expect(numbers.length).toBeGreaterThanOrEqual(10);
  expect(numbers.length).toBeLessThanOrEqual(12);
  expect([latencies.length, failures]).toEqual([Math.ceil(numbers.length / 2), Math.floor(numbers.length / 2)]);
});
