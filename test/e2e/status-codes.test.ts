import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { Metadata, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Match } from '../../src/answering/match-answer.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { type ErrorCode, FaqError } from '../../src/errors.ts';
import { MatchRequest, type MatchResponse } from '../../src/generated/faqmatch/v1/match.ts';
import { createFakeEncoder } from '../support/fake-encoder.ts';
import { ask, matchRequest, refusalOf, type Served, serveReal, until } from '../support/served.ts';

let served: Served;
/** What the match does instead of matching; undefined for the real one. */
let instead: Match | undefined;
let started = 0;
beforeAll(async () => {
  served = await serveReal({
    wrapMatch: (match) => (call) => {
      started += 1;
      return (instead ?? match)(call);
    },
  });
});
afterEach(() => {
  instead = undefined;
});
afterAll(() => served[Symbol.asyncDispose]());

const match = () => ask(served.match, served.match.match, matchRequest());

/** A match that ends when its signal does, and says with what. */
function waitingMatch(): { readonly match: Match; readonly ended: Promise<FaqError> } {
  const { promise, resolve } = Promise.withResolvers<FaqError>();
  return {
    ended: promise,
    match: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          resolve(signal.reason);
          reject(signal.reason);
        });
      }),
  };
}

const TABLE = [
  ['invalid_argument', status.INVALID_ARGUMENT],
  ['not_found', status.NOT_FOUND],
  ['failed_precondition', status.FAILED_PRECONDITION],
  ['resource_exhausted', status.RESOURCE_EXHAUSTED],
  ['aborted', status.ABORTED],
  ['unavailable', status.UNAVAILABLE],
  ['unauthenticated', status.UNAUTHENTICATED],
  ['permission_denied', status.PERMISSION_DENIED],
  ['deadline_exceeded', status.DEADLINE_EXCEEDED],
  ['cancelled', status.CANCELLED],
  ['unimplemented', status.UNIMPLEMENTED],
  ['data_loss', status.DATA_LOSS],
  ['internal', status.INTERNAL],
] as const satisfies readonly (readonly [ErrorCode, number])[];

describe('errors on the wire', () => {
  it.each(TABLE)('%s has status %i, its own message and a reason', async (code, expected) => {
    instead = () => Promise.reject(new FaqError(code, 'Expected this, came that; do so. Ünïcode ✓', { reason: 'SOME_REASON' }));
    expect(await refusalOf(match())).toMatchObject({
      code: expected,
      message: 'Expected this, came that; do so. Ünïcode ✓',
      reason: 'SOME_REASON',
      domain: 'faqmatch',
    });
  });

  it('says when to come back when a queue is full', async () => {
    instead = () => Promise.reject(new FaqError('resource_exhausted', 'The queue is full.', { retryAfterMs: 1250 }));
    expect((await refusalOf(match())).retryAfterMs).toBe(1250);
    instead = () => Promise.reject(new FaqError('resource_exhausted', 'The queue is full.'));
    expect((await refusalOf(match())).retryAfterMs).toBeGreaterThan(0);
  });

  it('hides an unknown error behind INTERNAL and logs its cause under the match id', async () => {
    instead = () => Promise.reject(new TypeError('secret of /srv/data'));
    const refusal = await refusalOf(match());
    expect(refusal.code).toBe(status.INTERNAL);
    expect(refusal.message).not.toContain('secret');
    const matchId = /m-[0-9a-f]+-[0-9a-f]+/u.exec(refusal.message)?.[0];
    const lines = served.log.filter((line) => line.matchId === matchId);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).toContain('secret of /srv/data');
  });

  it('survives a handler that throws before it returns a promise, and things thrown that are no errors', async () => {
    instead = () => {
      throw new RangeError('at once');
    };
    expect((await refusalOf(match())).code).toBe(status.INTERNAL);
    instead = () => Promise.reject('a string');
    expect((await refusalOf(match())).code).toBe(status.INTERNAL);
  });

  it('sends a message with a lone surrogate and a very long one', async () => {
    instead = () => Promise.reject(new FaqError('internal', `\ud800${'long '.repeat(10_000)}`));
    const refusal = await refusalOf(match());
    expect(refusal).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL' });
    expect(refusal.message.length).toBeLessThanOrEqual(1000);
  });

  it('cuts a list of faults that would not fit into trailers and says how many there are', async () => {
    const faults = Array.from({ length: 500 }, (_, line) => ({
      file: 'faq.yaml',
      line,
      field: `entries[${line}]`,
      code: 'missing_questions',
      message: 'x',
    }));
    instead = () => Promise.reject(new FaqError('invalid_argument', 'The files have 500 faults.', { faults }));
    const refusal = await refusalOf(match());
    expect(refusal.metadata).toEqual({ faults_total: '500' });
    expect(refusal.faults.length).toBeGreaterThan(20);
    expect(refusal.faults).toEqual(faults.slice(0, refusal.faults.length));
  });
});

describe('deadlines and leaving clients', () => {
  it('ends a call at its deadline with DEADLINE_EXCEEDED and tells the work', async () => {
    const waiting = waitingMatch();
    instead = waiting.match;
    expect((await refusalOf(matchWithin(150))).code).toBe(status.DEADLINE_EXCEEDED);
    expect((await waiting.ended).code).toBe('deadline_exceeded');
  });

  it('never starts to match when the deadline is past on arrival', async () => {
    const before = started;
    expect(await rawMatchStatus({ 'grpc-timeout': '0n' })).toBe(String(status.DEADLINE_EXCEEDED));
    expect(started).toBe(before);
  });

  it('tells the work when a client cancels', async () => {
    const waiting = waitingMatch();
    instead = waiting.match;
    const { promise, reject } = Promise.withResolvers<never>();
    const call = served.match.match(matchRequest(), (error) => reject(error));
    await until(() => served.server.running === 1);
    call.cancel();
    expect((await refusalOf(promise)).code).toBe(status.CANCELLED);
    expect((await waiting.ended).code).toBe('cancelled');
    await until(() => served.server.running === 0);
  });

  it('tells the encoder, whose queue drops the text, by the very signal of the call', async () => {
    const queued: AbortSignal[] = [];
    const encoder = createFakeEncoder();
    const waiting: Encoder['encode'] = (_text, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        if (signal === undefined) return reject(new Error('The encoder was given no signal.'));
        queued.push(signal);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    await using own = await serveReal({ encoder: { ...encoder, encode: waiting } });
    const late = refusalOf(
      new Promise((resolve, reject) => {
        own.match.match(matchRequest(), new Metadata(), { deadline: Date.now() + 200 }, (error) =>
          error === null ? resolve(0) : reject(error),
        );
      }),
    );
    const { promise: left, reject } = Promise.withResolvers<never>();
    const call = own.match.matchBatch({ requests: [matchRequest(), matchRequest()] }, (error) => reject(error));
    await until(() => queued.length === 3);
    call.cancel();
    expect((await refusalOf(left)).code).toBe(status.CANCELLED);
    expect((await late).code).toBe(status.DEADLINE_EXCEEDED);
    await until(() => queued.every(({ aborted }) => aborted));
    expect(queued.map(({ reason }) => reason.code).sort()).toEqual(['cancelled', 'cancelled', 'deadline_exceeded']);
  });

  it('tells the work when a client vanishes with its connection, and serves on', async () => {
    const waiting = waitingMatch();
    instead = waiting.match;
    const session = connect(`http://${served.address}`);
    session.on('error', () => undefined);
    sendMatch(session, {}).on('error', () => undefined);
    await until(() => served.server.running === 1);
    session.destroy();
    expect((await waiting.ended).code).toBe('cancelled');
    instead = undefined;
    expect((await match()).matchId).not.toBe('');
  });

  it('answers what comes long after a deadline to nobody, without an error of its own', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    instead = async () => {
      await promise;
      throw new TypeError('late');
    };
    expect((await refusalOf(matchWithin(50))).code).toBe(status.DEADLINE_EXCEEDED);
    resolve();
    await sleep(20);
    instead = undefined;
    expect((await match()).matchId).not.toBe('');
  });
});

function matchWithin(milliseconds: number): Promise<MatchResponse> {
  return new Promise((resolve, reject) => {
    served.match.match(matchRequest(), new Metadata(), { deadline: Date.now() + milliseconds }, (error, response) =>
      error === null ? resolve(response) : reject(error),
    );
  });
}

function sendMatch(session: ClientHttp2Session, headers: Record<string, string>): ClientHttp2Stream {
  const path = '/faqmatch.v1.MatchService/Match';
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers });
  const message = MatchRequest.encode(matchRequest()).finish();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
  return stream;
}

/** grpc-status of a raw call: a client library would not send what is past its deadline. */
function rawMatchStatus(headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${served.address}`);
    const answer = (found: Record<string, unknown>) => {
      if (found['grpc-status'] === undefined) return;
      resolve(String(found['grpc-status']));
      session.close();
    };
    sendMatch(session, headers).on('response', answer).on('trailers', answer).on('error', reject).resume();
  });
}
