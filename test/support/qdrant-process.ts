/** One run of the qdrant program: from its start until its end, whoever ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterDeath } from './after-death.ts';
import { callQdrant, type QdrantEndpoint } from './qdrant-http.ts';

/** What a run needs to know. */
export interface QdrantRun {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of ours reaches the server by accident. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its working folder; it holds the log, and is removed with the server should this process die. */
  readonly folder: string;
  readonly logPath: string;
  readonly endpoint: QdrantEndpoint;
}

export interface QdrantProcess {
  readonly pid: number;
  /** Sends the signal and waits for the end. Resolves at once when it has ended already. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Stops its clock; returns once it stands still. */
  pause(): Promise<void>;
  resume(): void;
  /** True until the process has ended. */
  running(): boolean;
}

/** Long enough for a machine whose cores are all taken; a server with nothing to load is up in well under a second. */
const READY_WITHIN_MS = 60_000;
/** A server that is writing when it is told to stop finishes that first; past this, it hangs. */
const STOPPED_WITHIN_MS = 30_000;

const TOLD_AGAIN_AFTER_MS = 1000;

/** A large server takes seconds to die and writes until then, so that its folder is removed until it stays away. */
const KILL_AND_REMOVE = `kill -9 "$1"
  for _ in $(seq 100); do
    rm -rf "$2" && ! kill -0 "$1" && break
    sleep 0.1
  done
  rm -rf "$2"`;

/** The port was free a moment ago and is taken now: worth another try on another port. */
export class PortTakenError extends Error {}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(endpoint: QdrantEndpoint): Promise<boolean> {
  try {
    return (await callQdrant(endpoint, { method: 'GET', path: '/readyz', timeoutMs: 2000 })).status === 200;
  } catch {
    return false;
  }
}

async function waitUntilReady(child: ChildProcess, run: QdrantRun): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(run.endpoint))) {
    const late = performance.now() > deadline;
    if (ended(child) || late) {
      const log = readFileSync(run.logPath, 'utf8');
      if (/address already in use/iu.test(log)) throw new PortTakenError(log);
      const what = late
        ? `was not ready within ${READY_WITHIN_MS} ms`
        : `ended with ${child.exitCode ?? child.signalCode} before it was ready`;
      throw new Error(`${run.program} ${what}. Its last words:\n${log.slice(-2000)}`);
    }
    await sleep(20);
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (ended(child)) return;
  const gone = once(child, 'exit');
  const tell = (): void => {
    child.kill(signal);
    // A paused process takes no signal but SIGKILL before it goes on.
    if (signal === 'SIGTERM') child.kill('SIGCONT');
  };
  tell();
  // Told again: a server whose REST half is up and whose gRPC half is not yet forgets the first SIGTERM and waits for ever (seen with 1.18.3).
  const again = setInterval(tell, TOLD_AGAIN_AFTER_MS);
  const last = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await gone;
  clearInterval(again);
  clearTimeout(last);
}

/** Whether all threads have stopped: the one that takes the signal tells the others, and on a busy machine some answer a request until then. */
async function standsStill(pid: number): Promise<boolean> {
  // None are known where the system keeps no such folder.
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  // A thread that is gone meanwhile answers nothing.
  const states = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => ') T')));
  // The state follows the name, which stands in brackets and may hold any character.
  return states.every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'));
}

/** Starts the program and waits until it serves. Rejects with the end of its log when it does not get there, with PortTakenError for a port in use. */
export async function runQdrant(run: QdrantRun): Promise<QdrantProcess> {
  const log = openSync(run.logPath, 'a');
  const child = spawn(run.program, [...run.args], { cwd: run.folder, env: { ...run.environment }, stdio: ['ignore', log, log] });
  closeSync(log);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const order = afterDeath(KILL_AND_REMOVE, [String(pid), run.folder]);
  child.once('exit', () => order.cancel());
  try {
    await waitUntilReady(child, run);
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
  return {
    pid,
    end: (signal) => end(child, signal),
    async pause() {
      child.kill('SIGSTOP');
      while (!(await standsStill(pid))) await sleep(5);
    },
    resume: () => void child.kill('SIGCONT'),
    running: () => !ended(child),
  };
}
