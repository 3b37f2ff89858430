/** A process that starts a long sleep, has it killed after its own death, says the sleeper's process id, and waits to be killed. */
import { spawn } from 'node:child_process';
import { afterDeath } from './after-death.ts';

const sleeper = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
const order = afterDeath('kill -9 "$1"', [String(sleeper.pid)]);
if (process.argv[2] === 'cancel') order.cancel();
console.log(String(sleeper.pid));
setInterval(() => undefined, 1000);
