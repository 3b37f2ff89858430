/**
 * Keeps grpc.health.v1 and /readyz true: follows restoring, activations and draining.
 */
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import type { EncoderReach } from '../../encoder/encoder.ts';
import type { Versions } from '../../versions/contract.ts';
import { notReadyReasons, type ServingFacts, serving } from './serving.ts';

/** Health as it is now, for gRPC and for HTTP. */
export interface HealthState {
  /** Adds Check, Watch and List to a gRPC server. */
  readonly implementation: HealthImplementation;
  readonly starting: boolean;
  /** Why Match cannot be called; empty where it can. */
  notReadyReasons(): readonly string[];
  /** Every service is NOT_SERVING from now on. */
  drain(): void;
  /** Stops following. */
  close(): void;
}

/** What health follows. */
export interface HealthSources {
  readonly versions: Versions;
  readonly logger: Logger;
  /** undefined: restored already. */
  readonly restored: Promise<unknown> | undefined;
  /** Whether matches are answered while the store is away. */
  readonly servesWithoutStore: boolean;
  /** Of a remote encoder. */
  readonly encoderReach: EncoderReach | undefined;
}

function factsAtStart({ versions, restored, servesWithoutStore, encoderReach }: HealthSources): ServingFacts {
  return {
    restored: restored === undefined,
    restoreProblem: undefined,
    anyActive: versions.anyActive,
    draining: false,
    storeProblem: versions.storeProblem,
    servesWithoutStore,
    encoderProblem: encoderReach?.problem,
  };
}

/** Logs each change of a remote encoder's reach and hands it on. @returns what ends that. */
function followEncoder({ encoderReach, logger }: HealthSources, change: (problem: string | undefined) => void): () => void {
  if (encoderReach === undefined) return () => undefined;
  return encoderReach.subscribe(() => {
    const { problem } = encoderReach;
    if (problem === undefined) logger.info('the encoder is in reach again');
    else logger.error({ problem }, 'the encoder is out of reach');
    change(problem);
  });
}

/** Starts following; the first state is set before this returns. */
export function createHealthState(sources: HealthSources): HealthState {
  const { versions, logger, restored } = sources;
  let facts = factsAtStart(sources);
  const implementation = new HealthImplementation();
  const sent = new Map<string, boolean>();
  const change = (changed: Partial<ServingFacts>) => {
    facts = { ...facts, ...changed };
    for (const [service, up] of Object.entries(serving(facts))) {
      // Watchers hear of changes only.
      if (sent.get(service) === up) continue;
      sent.set(service, up);
      implementation.setStatus(service, up ? 'SERVING' : 'NOT_SERVING');
    }
  };
  change({});
  const subscriptions = [
    versions.onActivated(() => change({ anyActive: versions.anyActive })),
    versions.onReach(() => {
      const { storeProblem } = versions;
      if (storeProblem === undefined) logger.info('the store is in reach again');
      else logger.error({ problem: storeProblem }, 'the store is out of reach');
      change({ storeProblem });
    }),
    followEncoder(sources, (encoderProblem) => change({ encoderProblem })),
  ];
  restored?.then(
    () => change({ restored: true, anyActive: versions.anyActive }),
    (error: unknown) => {
      // Draining, it is the server that broke it off.
      if (!facts.draining) logger.error({ err: error }, 'the stored versions could not be opened; nothing is served');
      change({ restoreProblem: 'the server log has the cause.' });
    },
  );
  return {
    implementation,
    get starting() {
      return !facts.restored;
    },
    notReadyReasons: () => notReadyReasons(facts),
    drain: () => change({ draining: true }),
    close: () => {
      for (const unsubscribe of subscriptions) unsubscribe();
    },
  };
}
