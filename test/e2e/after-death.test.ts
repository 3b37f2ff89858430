import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isAlive } from '../support/is-alive.ts';

const starting = fileURLToPath(new URL('../support/child-starting-process.ts', import.meta.url));

async function startStarter(...args: readonly string[]): Promise<{ readonly starter: ChildProcess; readonly sleeper: number }> {
  const starter = spawn(process.execPath, [starting, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  return { starter, sleeper: Number(line.toString('utf8')) };
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'what a process ordered for after its death is done when it ends by %s',
  async (signal) => {
    const { starter, sleeper } = await startStarter();
    expect(isAlive(sleeper)).toBe(true);
    starter.kill(signal);
    await expect.poll(() => isAlive(sleeper), { timeout: 5000 }).toBe(false);
  },
);

test('a cancelled order is not carried out', async () => {
  const { starter, sleeper } = await startStarter('cancel');
  starter.kill('SIGKILL');
  await once(starter, 'exit');
  await sleep(300);
  expect(isAlive(sleeper)).toBe(true);
  process.kill(sleeper, 'SIGKILL');
});
