import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openWorkerLane, type WorkerLane } from '../../../src/versions/worker-lane.ts';

interface Job {
  readonly say?: string;
  readonly fail?: boolean;
  readonly crash?: boolean;
  readonly spin?: boolean;
  /** Works on until it is to stop. */
  readonly listen?: boolean;
  /** Works on until it is to stop, and then for a while; counts to 1 when it has. */
  readonly slowToStop?: SharedArrayBuffer;
  /** Counts on after its answer. */
  readonly beat?: SharedArrayBuffer;
  /** Crashes after its answer. */
  readonly crashAfter?: boolean;
}

const JOBS = new URL('../../../src/versions/worker-jobs.ts', import.meta.url).href;
const NATIVE = new URL('../../../src/native-thread.ts', import.meta.url).href;
const ERRORS = new URL('../../../src/errors.ts', import.meta.url).href;
const WORKER = `
import { laneGate, serveJobs } from ${JSON.stringify(JOBS)};
import { throwIfStopped as stopAt } from ${JSON.stringify(NATIVE)};
import { FaqError } from ${JSON.stringify(ERRORS)};
let jobs = 0;
const throwIfStopped = () => stopAt(laneGate());
serveJobs(async (job, onProgress) => {
  jobs += 1;
  throwIfStopped();
  onProgress(jobs, 9);
  if (job.fail) throw new FaqError('data_loss', 'Broken.', { reason: 'BROKEN', field: 'x', cause: new Error('deep') });
  if (job.crash) process.exit(3);
  if (job.spin) for (;;) {}
  if (job.listen) for (;;) throwIfStopped();
  if (job.beat) setInterval(() => Atomics.add(new Int32Array(job.beat), 0, 1), 2);
  if (job.crashAfter) setTimeout(() => { throw new Error('between two jobs'); }, 50);
  if (job.slowToStop) {
    try {
      for (;;) throwIfStopped();
    } finally {
      for (const end = performance.now() + 200; performance.now() < end; );
      Atomics.store(new Int32Array(job.slowToStop), 0, 1);
    }
  }
  return { result: job.say + ' ' + jobs };
});
`;

let folder: string;
let script: URL;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-lane-'));
  await writeFile(join(folder, 'worker.ts'), WORKER);
  script = pathToFileURL(join(folder, 'worker.ts'));
});
afterAll(() => rm(folder, { recursive: true }));

function open(stopMs = 0): WorkerLane<Job, string> & AsyncDisposable {
  const lane = openWorkerLane<Job, string>(script, { stopMs });
  return { ...lane, [Symbol.asyncDispose]: () => lane.close() };
}

describe('a worker lane', () => {
  it('keeps one thread for all jobs and does them in order', async () => {
    await using lane = open();
    const jobs = ['a', 'b', 'c'].map((say) => lane.run({ say }, { signal: undefined }));
    expect(await Promise.all(jobs)).toEqual(['a 1', 'b 2', 'c 3']);
  });

  it('passes progress and errors on, errors with their code and facts', async () => {
    await using lane = open();
    const seen: number[] = [];
    const failing = lane.run({ fail: true }, { signal: undefined, onProgress: (done) => seen.push(done) });
    await expect(failing).rejects.toMatchObject({ name: 'FaqError', code: 'data_loss', message: 'Broken.', reason: 'BROKEN', field: 'x' });
    expect(seen).toEqual([1]);
    // A job that fails costs no thread.
    expect(await lane.run({ say: 'next' }, { signal: undefined })).toBe('next 2');
  });

  it('stops a computation that never ends when it is aborted, and works on with a new thread', async () => {
    await using lane = open();
    const caller = new AbortController();
    const spinning = lane.run({ spin: true }, { signal: caller.signal, onProgress: () => caller.abort() });
    const queued = lane.run({ say: 'queued' }, { signal: undefined });
    await expect(spinning).rejects.toMatchObject({ code: 'cancelled' });
    expect(await queued).toBe('queued 1');
  });

  it('keeps the thread of a job that stops by itself, and ends one that does not', async () => {
    await using lane = open(2_000);
    const aborted = async (job: Job): Promise<void> => {
      const caller = new AbortController();
      const running = lane.run(job, { signal: caller.signal, onProgress: () => caller.abort() });
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    };
    await aborted({ listen: true });
    expect(await lane.run({ say: 'same thread' }, { signal: undefined })).toBe('same thread 2');
    await aborted({ spin: true });
    expect(await lane.run({ say: 'another' }, { signal: undefined })).toBe('another 1');
  });

  it('starts no job whose caller left while the one before was stopping', async () => {
    await using lane = open(2_000);
    const [first, second] = [new AbortController(), new AbortController()];
    const running = lane.run({ listen: true }, { signal: first.signal, onProgress: () => first.abort() });
    const next = lane.run({ say: 'never' }, { signal: second.signal });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    second.abort();
    await expect(next).rejects.toMatchObject({ code: 'cancelled' });
    expect(await lane.run({ say: 'after' }, { signal: undefined })).toBe('after 2');
  });

  it('does not wait for a thread that died', async () => {
    await using lane = open(60_000);
    await expect(lane.run({ crash: true }, { signal: undefined })).rejects.toMatchObject({ code: 'internal' });
    expect(await lane.run({ say: 'back' }, { signal: undefined })).toBe('back 1');
  });

  it('settles an aborted job at once while it waits for its turn', async () => {
    await using lane = open();
    const first = new AbortController();
    const second = new AbortController();
    const spinning = lane.run({ spin: true }, { signal: first.signal });
    const waiting = lane.run({ say: 'never' }, { signal: second.signal });
    second.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    first.abort();
    await expect(spinning).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('reports a thread that died and starts another', async () => {
    await using lane = open();
    await expect(lane.run({ crash: true }, { signal: undefined })).rejects.toMatchObject({ code: 'internal' });
    expect(await lane.run({ say: 'back' }, { signal: undefined })).toBe('back 1');
  });

  it('survives a thread that dies between two jobs', async () => {
    await using lane = open();
    expect(await lane.run({ say: 'first', crashAfter: true }, { signal: undefined })).toBe('first 1');
    await vi.waitFor(async () => expect(await lane.run({ say: 'back' }, { signal: undefined })).toBe('back 1'), { timeout: 10_000 });
  });

  it('lets a job that may not be ended come to its end before it is closed', async () => {
    const lane = openWorkerLane<Job, string>(script, { stopMs: 20_000 });
    const count = new SharedArrayBuffer(4);
    const begun = Promise.withResolvers<void>();
    const running = lane.run({ slowToStop: count }, { signal: undefined, onProgress: () => begun.resolve() });
    await begun.promise;
    const refused = expect(running).rejects.toMatchObject({ code: 'unavailable' });
    await lane.close();
    expect(new Int32Array(count)[0]).toBe(1);
    await refused;
  });

  it('leaves no thread behind when it is closed', async () => {
    const lane = openWorkerLane<Job, string>(script);
    const count = new SharedArrayBuffer(4);
    await lane.run({ beat: count }, { signal: undefined });
    await vi.waitFor(() => expect(new Int32Array(count)[0]).toBeGreaterThan(0));
    await lane.close();
    const counted = new Int32Array(count)[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(new Int32Array(count)[0]).toBe(counted);
  });

  it('ends its thread on closing, whatever it does, and takes no more jobs', async () => {
    const lane = openWorkerLane<Job, string>(script);
    const spinning = expect(lane.run({ spin: true }, { signal: undefined })).rejects.toMatchObject({ code: 'unavailable' });
    await lane.close();
    await spinning;
    await expect(lane.run({ say: 'late' }, { signal: undefined })).rejects.toMatchObject({ code: 'unavailable' });
  });
});
