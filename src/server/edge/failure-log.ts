/**
 * Logs what is ours to mend, once, and hands on what may be sent.
 */
import type { Logger } from 'pino';
import { type ErrorCode, FaqError } from '../../errors.ts';

/** Where a failure happened. */
export interface FailureScene {
  /** gRPC path or the like. */
  readonly method?: string;
  readonly matchId?: string;
}

/** Turns anything thrown into the error to send; logs its cause where the fault is the server's. The same error is logged once. */
export type ReportFailure = (error: unknown, scene: FailureScene) => FaqError;

const OURS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['internal', 'data_loss']);

/** An unknown error becomes `internal` with a neutral message that names the match, under which the log has the cause. */
export function createFailureReport(logger: Logger): ReportFailure {
  const reported = new WeakSet<FaqError>();
  return (error, scene) => {
    const known = error instanceof FaqError ? error : neutral(error, scene);
    if (reported.has(known)) return known;
    reported.add(known);
    if (OURS.has(known.code)) {
      logger.error({ ...scene, err: known.cause ?? known }, known.message);
    } else if (known.cause !== undefined) {
      logger.debug({ ...scene, code: known.code, err: known.cause }, known.message);
    }
    return known;
  };
}

function neutral(error: unknown, scene: FailureScene): FaqError {
  const under = scene.matchId === undefined ? '' : ` under match_id ${scene.matchId}`;
  return new FaqError('internal', `An internal error happened; the server log has the cause${under}.`, { cause: error });
}
