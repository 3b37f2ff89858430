/** `faqmatch serve`: runs the service until it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { printableConfig } from '../config/print-config.ts';
import type { Config } from '../config/schema.ts';
import { SETTING_NAMES } from '../config/schema.ts';
import { hasStuckThread } from '../encoder/worker-thread.ts';
import { FaqError } from '../errors.ts';
import type { Service } from '../wiring/start-service.ts';
import { startService } from '../wiring/start-service.ts';
import { describedCommand, settingsOf } from './command-settings.ts';
import { loadDemo, welcomeLines } from './demo.ts';
import { startProgress } from './progress.ts';
import { serviceLog } from './service-log.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** npm passes a terminal's Ctrl-C on to a server that has heard it already; the second of two within this time is that echo. */
const ECHO_MS = 3_000;
/** An echo that comes while the process takes its handlers down would end it as if interrupted, so it stays this long after a signal. */
const LINGER_MS = 300;

/** A signal that asks to stop, and the first reason given. A second one that is no echo ends the process at once. */
function stopRequest(): {
  readonly signal: AbortSignal;
  readonly ask: (reason: Error) => void;
  readonly asked: Promise<void>;
  /** Resolves when no echo of a signal is to be expected any more. */
  readonly quiet: () => Promise<void>;
} {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask = (reason: Error): void => {
    controller.abort(reason);
    resolve();
  };
  let firstAt = Number.POSITIVE_INFINITY;
  for (const name of SIGNALS) {
    process.on(name, () => {
      const now = performance.now();
      // Killed rather than left: leaving while a graph runs makes the native library abort with a stack trace.
      if (now - firstAt > ECHO_MS) process.kill(process.pid, 'SIGKILL');
      firstAt = Math.min(firstAt, now);
      ask(new FaqError('cancelled', `Stopped by ${name}.`));
    });
  }
  const quiet = async (): Promise<void> => {
    if (firstAt !== Number.POSITIVE_INFINITY) await sleep(Math.max(0, firstAt + LINGER_MS - performance.now()));
  };
  return { signal: controller.signal, ask, asked: promise, quiet };
}

/** The address to call a server at that listens on `listen` and was given `port`. */
export function callableAddress(listen: string, port: number): string {
  if (listen.startsWith('unix:')) return listen;
  const host = listen.slice(0, listen.lastIndexOf(':'));
  return `${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${port}`;
}

function announce(service: Service, config: Config, { terminal, json }: { readonly terminal: Terminal; readonly json: boolean }): void {
  const address = callableAddress(config.grpcAddress, service.grpcPort);
  if (json) {
    const corpora = service.versions.status().map(({ corpus, activeVersion }) => ({ corpus, activeVersion: activeVersion ?? '' }));
    terminal.out(JSON.stringify({ grpcAddress: address, httpPort: service.httpPort, corpora }));
    return;
  }
  for (const line of welcomeLines(address, service.versions)) terminal.out(line);
}

interface Serving {
  readonly config: Config;
  readonly flags: { readonly demo: boolean; readonly json: boolean };
  readonly terminal: Terminal;
  readonly logger: Logger;
  readonly stop: ReturnType<typeof stopRequest>;
}

/** A started service until it is told to stop, and its end. */
async function serveUntilAsked(service: Service, { config, flags, terminal, logger, stop }: Serving): Promise<void> {
  logger.info({ grpcPort: service.grpcPort, httpPort: service.httpPort, workers: service.encoder.info.workers }, 'listening');
  try {
    // A store that is away is waited for as long as it takes, but a signal is heard meanwhile.
    await Promise.race([service.restored, stop.asked]);
    if (flags.demo && !stop.signal.aborted)
      await loadDemo({ versions: service.versions, corpusRoot: config.corpusRoot, terminal, logger, signal: stop.signal });
    if (!stop.signal.aborted) announce(service, config, { terminal, json: flags.json });
    await stop.asked;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    const asked = stop.signal.reason instanceof FaqError && stop.signal.reason.code === 'cancelled';
    logger[asked ? 'info' : 'error'](
      { reason: stop.signal.reason instanceof Error ? stop.signal.reason.message : 'an error' },
      'stopping: calls in flight may finish',
    );
    await service.stop();
    logger.info('stopped');
  }
}

async function run(config: Config, flags: { readonly demo: boolean; readonly json: boolean }, terminal: Terminal): Promise<void> {
  const logger = serviceLog(config, terminal);
  const stop = stopRequest();
  logger.debug({ settings: printableConfig(config) }, 'settings');
  const service = await startService(config, {
    logger,
    showDownload: () => startProgress(terminal, 'Downloading'),
    onLost: stop.ask,
    signal: stop.signal,
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
    return undefined;
  });
  if (service !== undefined) await serveUntilAsked(service, { config, flags, terminal, logger, stop });
  await stop.quiet();
  if (hasStuckThread()) {
    logger.fatal(
      'a thread is stuck in native code, which keeps the process from leaving by itself: it is killed. Everything stored is safe.',
    );
    process.kill(process.pid, 'SIGKILL');
  }
  if (stop.signal.reason instanceof FaqError && stop.signal.reason.code === 'cancelled') return;
  throw FaqError.from(stop.signal.reason);
}

/** The command. */
export function serveCommand(terminal: Terminal): Command {
  const command = describedCommand('serve', {
    description: 'Run the service. SIGTERM or Ctrl-C lets calls in flight finish and stops it.',
    example: 'faqmatch serve --demo\nfaqmatch serve --grpc-address 0.0.0.0:50051 --data-dir /var/lib/faqmatch',
    settings: SETTING_NAMES.filter((name) => name !== 'address' && name !== 'evalData'),
  });
  return command
    .option('--demo', 'load the demo corpora first')
    .action(async (flags: { readonly demo?: boolean; readonly json?: boolean }) => {
      await run(settingsOf(command, terminal), { demo: flags.demo ?? false, json: flags.json ?? false }, terminal);
    });
}
