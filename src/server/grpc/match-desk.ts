/**
 * One MatchRequest answered, however it came: alone, in a batch or in a stream.
 */

import type { Match, MatchAnswer, MatchCall } from '../../answering/match-answer.ts';
import type { MatchRequest, MatchResponse } from '../../generated/faqmatch/v1/match.ts';
import type { ReportFailure } from '../edge/failure-log.ts';
import { createIds } from '../edge/ids.ts';
import type { ServerLimits } from '../options.ts';
import { toMatchCall, toMatchResponse } from './match-mapper.ts';

/** Where a request came from. */
export interface MatchOrigin {
  /** Path of the request within the message sent, with its dot; empty for the message itself. */
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** What the calls of MatchService share. */
export interface MatchDesk {
  /** Checks, names and answers one request. @throws FaqError only: refused by the border or by the match. */
  answer(request: MatchRequest, origin: MatchOrigin): Promise<MatchResponse>;
  readonly limits: ServerLimits;
  readonly report: ReportFailure;
  /** Aborted when the server shuts down: streams answer what they read and end with UNAVAILABLE. */
  readonly draining: AbortSignal;
}

/** What the desk stands on. */
export interface DeskParts extends Omit<MatchDesk, 'answer'> {
  readonly match: Match;
  /** Told of every answer; must be quick and must not throw. */
  readonly onAnswer?: (call: MatchCall, answer: MatchAnswer) => void;
}

/** Each answer gets a name; an unknown error is logged under it. */
export function createMatchDesk({ match, limits, report, draining, onAnswer = () => undefined }: DeskParts): MatchDesk {
  const nextId = createIds('m');
  const answer = async (request: MatchRequest, { prefix, signal }: MatchOrigin) => {
    const began = performance.now();
    const matchId = nextId();
    try {
      const call: MatchCall = { ...toMatchCall(request, limits, prefix), signal };
      const found = await match(call);
      onAnswer(call, found);
      return toMatchResponse(matchId, { ...found, timings: { ...found.timings, totalMs: performance.now() - began } });
    } catch (error) {
      throw report(error, { matchId });
    }
  };
  return { answer, limits, report, draining };
}
