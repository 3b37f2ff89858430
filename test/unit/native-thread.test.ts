import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { allowEnding, askToStop, awaitNative, callNative, createThreadGate, endThread, throwIfStopped } from '../../src/native-thread.ts';

const GATE_MODULE = new URL('../../src/native-thread.ts', import.meta.url).href;

/** A thread that has the gate as `gate` and runs the code given. */
function start(code: string) {
  const gate = createThreadGate();
  const source = `import { workerData as gate, parentPort } from 'node:worker_threads';
    import { allowEnding, callNative } from '${GATE_MODULE}';
    ${code}`;
  return { worker: new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: gate }), gate };
}

describe('a thread inside a library', () => {
  // Ended in the middle of a call, all three abort the process: usearch and onnxruntime throw where nobody catches.
  it.each(['exact search', 'graph', 'products'])('is ended after the call: %s', { timeout: 60_000 }, async (library) => {
    for (let round = 0; round < 12; round += 1) {
      const gate = createThreadGate();
      const worker = new Worker(new URL('../support/native-worker.ts', import.meta.url), { workerData: { gate, library } });
      // It may find itself stopped before it is ended.
      worker.on('error', () => undefined);
      await once(worker, 'message');
      await sleep(Math.random() * 20);
      await endThread(worker, gate);
      expect(worker.threadId).toBe(-1);
    }
  });

  it('is ended while it computes beside the library', async () => {
    const { worker, gate } = start("allowEnding(gate); parentPort.postMessage('spins'); for (;;) {}");
    await once(worker, 'message');
    await endThread(worker, gate);
    expect(worker.threadId).toBe(-1);
  });

  it('is not ended before it has loaded what it imports', async () => {
    const { worker, gate } = start(`
      parentPort.postMessage('loads');
      for (const end = performance.now() + 200; performance.now() < end; );
      parentPort.postMessage('loaded');
      allowEnding(gate);
      setInterval(() => 0, 1000);`);
    const said: string[] = [];
    worker.on('message', (word) => said.push(word));
    await once(worker, 'message');
    await endThread(worker, gate);
    expect(said).toEqual(['loads', 'loaded']);
  });

  it('that died in a call is waited for no longer', async () => {
    const { worker, gate } = start("allowEnding(gate); callNative(gate, () => { parentPort.postMessage('dies'); process.exit(3); });");
    await once(worker, 'message');
    await endThread(worker, gate);
    expect(worker.threadId).toBe(-1);
  });
});

describe('a call', () => {
  it('is not made where the thread is to stop, and made again once it may go on', async () => {
    const gate = createThreadGate();
    allowEnding(gate);
    askToStop(gate, true);
    const called: string[] = [];
    expect(() => callNative(gate, () => called.push('native'))).toThrow('The job was stopped.');
    await expect(awaitNative(gate, async () => called.push('awaited'))).rejects.toMatchObject({ code: 'cancelled' });
    expect(() => throwIfStopped(gate)).toThrow('The job was stopped.');
    askToStop(gate, false);
    expect(callNative(gate, () => called.push('native'))).toBe(1);
    expect(await awaitNative(gate, async () => called.push('awaited'))).toBe(2);
    expect(called).toEqual(['native', 'awaited']);
  });
});
