/**
 * What must happen even when the test process is killed outright: a small shell waits on a pipe that only this process holds open,
 * and acts when the pipe breaks. `process.on('exit')` alone would leave servers and mounts behind a SIGKILL.
 */
import { spawn } from 'node:child_process';

/** A standing order for the time after this process's death. */
export interface AfterDeath {
  /** Withdraws the order: what it would have cleaned up is gone already. */
  cancel(): void;
}

/** Has `sh` run `script`, with `args` as $1, $2, …, once this process has ended in any way without cancelling. Holds no process open. */
export function afterDeath(script: string, args: readonly string[]): AfterDeath {
  // Detached: an interrupt from the terminal goes to the whole group and would end the watcher before its time.
  const watcher = spawn('sh', ['-c', `read -r _ || { ${script}\n}`, 'after-death', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  // The pipe to a watcher that was ended by somebody else breaks; there is nobody left to tell.
  watcher.stdin.on('error', () => undefined);
  return { cancel: () => void watcher.stdin.end('done\n') };
}
