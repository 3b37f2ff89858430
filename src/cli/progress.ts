/** Progress on standard error: a bar where a person looks, else a plain line now and then, so that logs stay readable. */
import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** One running task. */
export interface ProgressDisplay {
  /** @param label what is being done now. */
  update(done: number, total: number, label: string): void;
  /** Removes the bar. Safe to call twice. */
  stop(): void;
}

/** The first plain line comes after a second, so that short tasks say nothing. */
const FIRST_LINE_MS = 1000;
const LINE_EVERY_MS = 5000;

function drawnBar(terminal: Terminal, title: string): ProgressDisplay {
  const bar = new SingleBar({
    format: `${title} {label} [{bar}] {percentage} %  {value}/{total}`,
    stream: terminal.progressStream,
    barCompleteChar: '#',
    barIncompleteChar: '-',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  let started = false;
  return {
    update(done, total, label) {
      if (started) {
        bar.setTotal(Math.max(total, 1));
        bar.update(done, { label });
      } else {
        started = true;
        bar.start(Math.max(total, 1), done, { label });
      }
    },
    stop: () => bar.stop(),
  };
}

function plainLines(terminal: Terminal, title: string): ProgressDisplay {
  let next = performance.now() + FIRST_LINE_MS;
  return {
    update(done, total, label) {
      const now = performance.now();
      if (now < next) return;
      next = now + LINE_EVERY_MS;
      terminal.err(`${title}: ${label} ${done}/${total}`);
    },
    stop: () => undefined,
  };
}

/** Begins a display; stop it when the task ends, however it ends. */
export function startProgress(terminal: Terminal, title: string): ProgressDisplay {
  return terminal.drawsProgress ? drawnBar(terminal, title) : plainLines(terminal, title);
}
