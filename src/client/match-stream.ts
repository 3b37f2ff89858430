/** MatchStream for callers: utterances in, outcomes out as they come, with back-pressure both ways. */
import { once } from 'node:events';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { FaqError } from '../errors.ts';
import type { MatchStreamRequest, MatchStreamResponse } from '../generated/faqmatch/v1/match.ts';
import { errorOfStatus } from './decode-error.ts';
import type { MatchInput, MatchOutcome } from './messages.ts';
import { readStream, type StreamReading } from './read-stream.ts';
import { matchRequest } from './requests.ts';

/** One utterance of a stream; the id comes back with its outcome. */
export interface StreamItem {
  readonly requestId: string;
  readonly input: MatchInput;
}

/** The outcome of one item; outcomes may overtake one another. */
export type StreamOutcome = MatchOutcome & { readonly requestId: string };

type Items = Iterable<StreamItem> | AsyncIterable<StreamItem>;

/** Writes until the items end or the call does. A fault of the items themselves ends the call and is kept for the reader. */
async function writeItems(
  call: ClientDuplexStream<MatchStreamRequest, MatchStreamResponse>,
  items: Items,
  ended: AbortSignal,
): Promise<void> {
  try {
    for await (const { requestId, input } of items) {
      if (ended.aborted) return;
      if (!call.write({ requestId, request: matchRequest(input) })) await once(call, 'drain', { signal: ended });
    }
    call.end();
  } catch (error) {
    call.cancel();
    if (!ended.aborted) throw error;
  }
}

/** What came back as the caller sees it. */
export function outcomeOf(outcome: MatchStreamResponse['outcome']): MatchOutcome {
  if (outcome?.$case === 'response') return { response: outcome.value };
  if (outcome?.$case === 'error') return { error: errorOfStatus(outcome.value) };
  return {
    error: new FaqError('internal', 'The server sent an outcome that is neither an answer nor an error; is it of another version?'),
  };
}

/** Sends all items over an open call and yields their outcomes. Leaving the loop cancels the call. */
export async function* exchange(
  call: ClientDuplexStream<MatchStreamRequest, MatchStreamResponse>,
  items: Items,
  reading: StreamReading,
): AsyncGenerator<StreamOutcome, void, undefined> {
  const ended = new AbortController();
  let fault: { readonly error: unknown } | undefined;
  const writing = writeItems(call, items, ended.signal).catch((error: unknown) => {
    fault = { error };
  });
  try {
    for await (const response of readStream(call as ClientDuplexStream<never, MatchStreamResponse>, reading)) {
      yield { requestId: response.requestId, ...outcomeOf(response.outcome) };
    }
  } catch (error) {
    throw fault === undefined ? error : fault.error;
  } finally {
    ended.abort();
  }
  await writing;
}
