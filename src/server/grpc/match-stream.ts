/**
 * MatchStream: requests in, answers out as they are ready, never more than a bounded number in between.
 * Reading stops while the bound is reached or the client does not read its answers, so that memory stays bounded too.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { FaqError } from '../../errors.ts';
import type { MatchStreamRequest, MatchStreamResponse } from '../../generated/faqmatch/v1/match.ts';
import { withCallSignal } from '../edge/deadlines.ts';
import { toGrpcFailure, toStatus } from '../edge/errors.ts';
import type { MatchDesk } from './match-desk.ts';

/** The call as grpc-js hands it over. */
export type MatchStreamCall = ServerDuplexStream<MatchStreamRequest, MatchStreamResponse>;

/** Settles when the stream is over; never rejects, for nobody would hear it. */
export async function serveMatchStream(call: MatchStreamCall, desk: MatchDesk): Promise<void> {
  try {
    await withCallSignal(call, (signal) => pump(call, desk, signal));
    call.end();
  } catch (error) {
    call.emit('error', toGrpcFailure(desk.report(error, { method: call.getPath() })));
  }
}

/** Resolves when the client has sent all and has all its answers. */
function pump(call: MatchStreamCall, desk: MatchDesk, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let inFlight = 0;
    let clientDone = false;
    let mustDrain = false;
    const settle = () => {
      if (signal.aborted) return finish(signal.reason);
      if (inFlight > 0) return;
      if (clientDone) finish(undefined);
      else if (desk.draining.aborted) finish(desk.draining.reason);
    };
    const readOn = () => {
      if (inFlight < desk.limits.maxStreamInFlight && !mustDrain && !desk.draining.aborted) call.resume();
      else call.pause();
    };
    const onData = (item: MatchStreamRequest) => {
      inFlight += 1;
      readOn();
      answerItem(item, desk, signal).then((response) => {
        inFlight -= 1;
        if (!signal.aborted) mustDrain = !call.write(response);
        readOn();
        settle();
      }, finish);
    };
    const onDrain = () => {
      mustDrain = false;
      readOn();
    };
    const onEnd = () => {
      clientDone = true;
      settle();
    };
    const onStop = () => {
      readOn();
      settle();
    };
    const finish = (reason: unknown) => {
      call.off('data', onData).off('drain', onDrain).off('end', onEnd);
      signal.removeEventListener('abort', onStop);
      desk.draining.removeEventListener('abort', onStop);
      if (reason === undefined) resolve();
      else reject(reason);
    };
    signal.addEventListener('abort', onStop);
    desk.draining.addEventListener('abort', onStop);
    call.on('data', onData).on('drain', onDrain).on('end', onEnd);
  });
}

async function answerItem({ requestId, request }: MatchStreamRequest, desk: MatchDesk, signal: AbortSignal): Promise<MatchStreamResponse> {
  try {
    if (request === undefined)
      throw new FaqError('invalid_argument', 'request: expected a MatchRequest; it is absent.', { field: 'request' });
    const value = await desk.answer(request, { prefix: 'request.', signal });
    return { requestId, outcome: { $case: 'response', value } };
  } catch (error) {
    return { requestId, outcome: { $case: 'error', value: toStatus(desk.report(error, { method: 'MatchStream' })) } };
  }
}
