/**
 * MatchBatch: many requests, each with an outcome of its own.
 */
import pLimit from 'p-limit';
import { type MatchBatchRequest, type MatchBatchResponse, MatchOutcome, type MatchRequest } from '../../generated/faqmatch/v1/match.ts';
import { toStatus } from '../edge/errors.ts';
import { MAX_RESPONSE_BYTES, responseTooLarge } from '../edge/response-size.ts';
import { collectViolations } from '../edge/violations.ts';
import type { MatchDesk, MatchOrigin } from './match-desk.ts';

/** A bounded number at a time, so that one batch does not fill the encoder's queue for everyone. @throws InvalidRequest for too many. */
export async function answerBatch({ requests }: MatchBatchRequest, desk: MatchDesk, signal: AbortSignal): Promise<MatchBatchResponse> {
  const { maxBatchRequests, maxStreamInFlight } = desk.limits;
  const violations = collectViolations();
  violations.check(requests.length > maxBatchRequests, 'requests', () => `expected at most ${maxBatchRequests}; got ${requests.length}.`);
  violations.throwIfAny();
  const inTurn = pLimit(maxStreamInFlight);
  const outcomes = await inTurn.map(requests, (request, index) => outcomeOf(request, { prefix: `requests[${index}].`, signal }, desk));
  return { outcomes: withinOneMessage(outcomes, desk) };
}

/** The outcomes from the first that does not fit into one message on, if any, are errors instead. */
function withinOneMessage(outcomes: readonly MatchOutcome[], desk: MatchDesk): readonly MatchOutcome[] {
  let bytes = 0;
  const beyond = outcomes.findIndex((outcome) => {
    bytes += MatchOutcome.encode(outcome).finish().length;
    return bytes > MAX_RESPONSE_BYTES;
  });
  if (beyond === -1) return outcomes;
  const error = responseTooLarge(
    `Send the requests from number ${beyond} on in a batch of their own, or ask for fewer candidates with top_k.`,
  );
  const left: MatchOutcome = { outcome: { $case: 'error', value: toStatus(desk.report(error, { method: 'MatchBatch' })) } };
  return outcomes.map((outcome, index) => (index < beyond ? outcome : left));
}

async function outcomeOf(request: MatchRequest, origin: MatchOrigin, desk: MatchDesk): Promise<MatchOutcome> {
  try {
    return { outcome: { $case: 'response', value: await desk.answer(request, origin) } };
  } catch (error) {
    return { outcome: { $case: 'error', value: toStatus(desk.report(error, { method: 'MatchBatch' })) } };
  }
}
