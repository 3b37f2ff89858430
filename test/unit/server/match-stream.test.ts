import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { MatchResponse } from '../../../src/generated/faqmatch/v1/match.ts';
import type { MatchDesk } from '../../../src/server/grpc/match-desk.ts';
import { type MatchStreamCall, serveMatchStream } from '../../../src/server/grpc/match-stream.ts';

/** A call as grpc-js hands it over, whose client reads no answer until `drain` is emitted. */
class SlowCall extends EventEmitter {
  readonly cancelled = false;
  paused = false;
  readonly written: unknown[] = [];
  ended = false;
  getDeadline = () => Infinity;
  getPath = () => '/faqmatch.v1.MatchService/MatchStream';
  pause = () => {
    this.paused = true;
    return this;
  };
  resume = () => {
    this.paused = false;
    return this;
  };
  write = (item: unknown) => {
    this.written.push(item);
    return false;
  };
  end = () => {
    this.ended = true;
    return this;
  };
}

function deskOf(maxStreamInFlight: number): MatchDesk {
  const limits = { maxStreamInFlight } as MatchDesk['limits'];
  return {
    answer: async () => ({}) as MatchResponse,
    limits,
    report: (error) => FaqError.from(error),
    draining: new AbortController().signal,
  };
}

const item = (requestId: string) => ({ requestId, request: { corpus: 'shop', utterance: 'hi' } });

test('reading stops while the client does not read its answers, and goes on when it does', async () => {
  const call = new SlowCall();
  const served = serveMatchStream(call as unknown as MatchStreamCall, deskOf(8));
  call.emit('data', item('1'));
  expect(call.paused).toBe(false);
  await nextTurn();
  expect(call.written).toHaveLength(1);
  expect(call.paused).toBe(true);
  call.emit('drain');
  expect(call.paused).toBe(false);
  call.emit('end');
  await served;
  expect(call.ended).toBe(true);
});

test('reading stops at the greatest number in between, and goes on with the next answer', async () => {
  const call = new SlowCall();
  call.write = (one: unknown) => {
    call.written.push(one);
    return true;
  };
  const served = serveMatchStream(call as unknown as MatchStreamCall, deskOf(2));
  call.emit('data', item('1'));
  expect(call.paused).toBe(false);
  call.emit('data', item('2'));
  expect(call.paused).toBe(true);
  await nextTurn();
  expect(call.written).toHaveLength(2);
  expect(call.paused).toBe(false);
  // What the client sent last is answered before the stream ends.
  call.emit('data', item('3'));
  call.emit('end');
  expect(call.ended).toBe(false);
  await served;
  expect(call.written).toHaveLength(3);
});
