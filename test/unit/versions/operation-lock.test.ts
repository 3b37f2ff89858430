import { expect, test } from 'vitest';
import { createOperationLock } from '../../../src/versions/operation-lock.ts';

test('a second operation on a corpus is refused, one on another corpus is not', async () => {
  const lock = createOperationLock();
  const first = Promise.withResolvers<string>();
  const running = lock.run('shop', undefined, () => first.promise);
  await expect(lock.run('shop', undefined, async () => 'second')).rejects.toMatchObject({ code: 'aborted', reason: 'OPERATION_RUNNING' });
  expect(await lock.run('bank', undefined, async () => 'other')).toBe('other');
  first.resolve('first');
  expect(await running).toBe('first');
  expect(await lock.run('shop', undefined, async () => 'third')).toBe('third');
});

test('closing stops what runs, waits until it has cleaned up, and refuses what comes', async () => {
  const lock = createOperationLock();
  const cleaned = Promise.withResolvers<void>();
  const events: string[] = [];
  const running = lock.run('shop', undefined, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    events.push('stopped');
    await cleaned.promise;
    events.push('cleaned up');
    throw signal.reason;
  });
  const refused = expect(running).rejects.toMatchObject({ code: 'unavailable' });
  const closed = lock.close().then(() => events.push('closed'));
  await expect(lock.run('bank', undefined, async () => 'late')).rejects.toMatchObject({ code: 'unavailable' });
  cleaned.resolve();
  await Promise.all([closed, refused]);
  expect(events).toEqual(['stopped', 'cleaned up', 'closed']);
});

test('whoever waits for a corpus is told when nothing runs on it, however that ended', async () => {
  const lock = createOperationLock();
  await lock.idle('shop');
  const first = Promise.withResolvers<void>();
  const running = lock.run('shop', undefined, () => first.promise);
  let idle = false;
  const waiting = lock.idle('shop').then(() => {
    idle = true;
  });
  await Promise.resolve();
  expect(idle).toBe(false);
  first.reject(new Error('failed'));
  await expect(running).rejects.toThrow('failed');
  await waiting;
});
