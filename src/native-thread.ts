/**
 * Threads that call native libraries and may have to be ended. Worker.terminate takes JavaScript away from under a call that is running: a
 * library that comes back to none throws where nobody catches ("terminate called after throwing an instance of 'Napi::Error'"), and the whole
 * process is aborted. So such a thread says when it is inside a library, and is ended when it is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { FaqError } from './errors.ts';

/** Memory that a thread shares with the one that started it: whether it is to stop, and how many native calls it is inside. */
export type ThreadGate = SharedArrayBuffer;

const STOP = 0;
const INSIDE = 1;
/** What Node gives for the id of a thread that has ended. */
const GONE = -1;
/** How often the other side looks whether a native call is over. */
const LOOK_MS = 5;

/** For a thread that is to be started: nothing is to stop, and it is inside a library until it says that it has loaded them (allowEnding). */
export function createThreadGate(): ThreadGate {
  const gate = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  Atomics.store(new Int32Array(gate), INSIDE, 1);
  return gate;
}

/** For the thread, once, when all its modules are loaded. */
export function allowEnding(gate: ThreadGate): void {
  Atomics.sub(new Int32Array(gate), INSIDE, 1);
}

/** For the other side: asks the thread to stop before its next native call, or lets it go on. */
export function askToStop(gate: ThreadGate, isWanted: boolean): void {
  Atomics.store(new Int32Array(gate), STOP, isWanted ? 1 : 0);
}

/** For the thread, between two steps. @throws FaqError cancelled where it is to stop. */
export function throwIfStopped(gate: ThreadGate): void {
  if (Atomics.load(new Int32Array(gate), STOP) === 1) throw new FaqError('cancelled', 'The job was stopped.');
}

/** For the thread: one native call. @throws FaqError cancelled, uncalled, where the thread is to stop; what the call throws. */
export function callNative<T>(gate: ThreadGate, call: () => T): T {
  const memory = new Int32Array(gate);
  // In this order: the other side asks first and looks then, so one of the two sees the other.
  Atomics.add(memory, INSIDE, 1);
  try {
    throwIfStopped(gate);
    return call();
  } finally {
    Atomics.sub(memory, INSIDE, 1);
  }
}

/** As callNative, for a call that gives a promise: it is over when that is settled. */
export async function awaitNative<T>(gate: ThreadGate, call: () => Promise<T>): Promise<T> {
  const memory = new Int32Array(gate);
  Atomics.add(memory, INSIDE, 1);
  try {
    throwIfStopped(gate);
    return await call();
  } finally {
    Atomics.sub(memory, INSIDE, 1);
  }
}

/** For the other side: ends the thread as soon as it is inside no native call. Resolves when it is gone, which may be never. */
export async function endThread(worker: Worker, gate: ThreadGate): Promise<void> {
  askToStop(gate, true);
  const memory = new Int32Array(gate);
  // A thread that is gone has no id, and says no more of itself.
  while (Atomics.load(memory, INSIDE) > 0 && worker.threadId !== GONE) await sleep(LOOK_MS);
  await worker.terminate();
}
