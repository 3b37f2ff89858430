/** The whole service from its settings: lock, encoder, store, versions, server, in this order; and down again in the other. */
import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { buildVersion } from '../build-version.ts';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { throwIfAborted } from '../errors.ts';
import type { DataDirLock } from '../index/embedded/data-dir-lock.ts';
import { lockDataDir } from '../index/embedded/data-dir-lock.ts';
import type { EvaluationParts, ServerInfo, ServerOptions } from '../server/options.ts';
import { DEFAULT_SERVER_LIMITS } from '../server/options.ts';
import type { RunningServer } from '../server/server.ts';
import { startServer } from '../server/server.ts';
import type { Versions } from '../versions/contract.ts';
import { reportedSettingsOf } from './match-settings.ts';
import { type DownloadDisplay, openEncoder } from './open-encoder.ts';
import { openVersions } from './open-versions.ts';
import { withThrowawayVersions } from './throwaway-versions.ts';

/** A running service. */
export interface Service {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly versions: Versions;
  readonly encoder: Encoder;
  /** Settles when the stored versions are back; rejects where that failed. */
  readonly restored: Promise<void>;
  /** Lets calls in flight finish, then releases everything. Safe to call twice. */
  stop(): Promise<void>;
}

/** What starting needs beside the settings. */
export interface ServiceStart {
  readonly logger: Logger;
  readonly showDownload: () => DownloadDisplay;
  /** Called where the data directory was lost to someone else: the service must stop writing. */
  readonly onLost: (cause: Error) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

function serverOptions(config: Config): ServerOptions {
  const { grpcAddress, httpAddress, corpusRoot, drainMs, maxUtteranceChars, maxTopK, maxBatchRequests, maxStreamInFlight } = config;
  return {
    grpcAddress,
    httpAddress,
    corpusRoot,
    drainMs,
    limits: { ...DEFAULT_SERVER_LIMITS, maxUtteranceChars, maxTopK, maxBatchRequests, maxStreamInFlight },
  };
}

function serverInfo(config: Config): ServerInfo {
  const { index, keptVersions, maxQueue, maxBatchTokens } = config;
  return { version: buildVersion(), index, keptVersions, maxQueueTexts: maxQueue, maxBatchTokens };
}

/** Evaluations build beside the server's data: what they keep is embeddings only. */
function evaluationParts(config: Config, encoder: Encoder, onProblem: (problem: string) => void): EvaluationParts {
  return { settings: reportedSettingsOf(config), withBuilds: (work) => withThrowawayVersions(config, { encoder, onProblem }, work) };
}

async function restore(versions: Versions, logger: Logger): Promise<void> {
  const started = performance.now();
  const reports = await versions.restore();
  for (const { corpus, version, problem, builtAnewAs } of reports) {
    const activeNow = versions.active(corpus)?.version ?? '';
    if (builtAnewAs === undefined) logger.error({ corpus, version, problem, activeNow }, 'a stored version cannot be used');
    else logger.info({ corpus, version, builtAnewAs }, 'a version of another release was built anew');
  }
  const corpora = versions.status();
  const withoutVersion = corpora.filter(({ activeVersion }) => activeVersion === undefined).length;
  logger.info({ corpora: corpora.length, withoutVersion, ms: Math.round(performance.now() - started) }, 'stored versions are back');
}

/** A server without its files serves what is stored; a reload that names files is refused until they are there. */
async function warnOfMissingRoot({ corpusRoot }: Config, logger: Logger): Promise<void> {
  const found = await stat(corpusRoot).catch(() => undefined);
  if (found?.isDirectory() !== true)
    logger.warn({ corpusRoot }, 'the corpus root is no folder: reloads from it are refused until it is one');
}

/** Undoes what was begun, latest first; one failure does not keep the others from being released. */
async function release(steps: readonly (() => Promise<unknown>)[], logger: Logger): Promise<void> {
  for (const step of steps.toReversed())
    await step().catch((error: unknown) => logger.error({ err: error }, 'could not release everything'));
}

/**
 * Starts everything; on failure nothing stays behind.
 * @throws FaqError failed_precondition (data directory or port in use, model does not fit), not_found and data_loss of the model.
 */
export async function startService(config: Config, { logger, showDownload, onLost, signal }: ServiceStart): Promise<Service> {
  const begun: (() => Promise<unknown>)[] = [];
  const onProblem = (problem: string): void => logger.warn(problem);
  try {
    const lock: DataDirLock = await lockDataDir(config.dataDir, { onLost });
    begun.push(() => lock.release());
    await warnOfMissingRoot(config, logger);
    const encoder = await openEncoder(config, { showDownload, onProblem, mayBeAway: true, ...(signal === undefined ? {} : { signal }) });
    begun.push(() => encoder.close());
    throwIfAborted(signal);
    const folders = { storeDir: config.dataDir, cacheDir: config.dataDir };
    const { versions, match } = await openVersions(config, encoder, { folders, onProblem });
    versions.onActivated((corpus, version) =>
      logger.info({ corpus, version }, version === '' ? 'no version is active any more' : 'another version is active'),
    );
    const restored = restore(versions, logger);
    // Closing ends a restore that waits for a store; what it threw is told by whoever waits for it.
    restored.catch(() => undefined);
    begun.push(async () => {
      await versions.close();
      await restored.catch(() => undefined);
    });
    const servesWithoutStore = config.index === 'qdrant' && config.qdrantServeFromMemory;
    const parts = {
      match,
      versions,
      encoder,
      logger,
      options: serverOptions(config),
      info: serverInfo(config),
      evaluation: evaluationParts(config, encoder, onProblem),
      restored,
      servesWithoutStore,
    };
    const server: RunningServer = await startServer(parts);
    begun.push(() => server.drain());
    let stopping: Promise<void> | undefined;
    const { grpcPort, httpPort } = server;
    const stop = (): Promise<void> => {
      stopping ??= release(begun, logger);
      return stopping;
    };
    return { grpcPort, httpPort, versions, encoder, restored, stop };
  } catch (error) {
    await release(begun, logger);
    throw error;
  }
}
