import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Match } from '../../src/answering/match-answer.ts';
import { FaqError } from '../../src/errors.ts';
import {
  MatchBatchResponse,
  type MatchOutcome,
  type MatchRequest,
  type MatchStreamRequest,
  type MatchStreamResponse,
} from '../../src/generated/faqmatch/v1/match.ts';
import { ask, decodeStatus, matchRequest, type Refusal, refusalOf, type Served, serveReal, until } from '../support/served.ts';

let served: Served;
/** Awaited before each match, by its utterance. */
let before: (utterance: string) => Promise<void> | undefined;
let running = 0;
let mostRunning = 0;
beforeAll(async () => {
  const wrapMatch =
    (match: Match): Match =>
    async (call) => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      try {
        await before(call.utterance);
        return await match(call);
      } finally {
        running -= 1;
      }
    };
  served = await serveReal({ wrapMatch, limits: { maxStreamInFlight: 8 } });
});
afterEach(() => {
  before = () => undefined;
  mostRunning = 0;
});
before = () => undefined;
afterAll(() => served[Symbol.asyncDispose]());

const batch = (requests: readonly MatchRequest[]) => ask(served.match, served.match.matchBatch, { requests });

function errorOf(outcome: MatchOutcome['outcome'] | MatchStreamResponse['outcome']): Refusal {
  if (outcome?.$case !== 'error') throw new Error('Expected an error outcome.');
  return decodeStatus(outcome.value);
}

function topIntent(outcome: MatchOutcome['outcome'] | MatchStreamResponse['outcome']): string | undefined {
  if (outcome?.$case !== 'response') throw new Error('Expected a response.');
  return outcome.value.candidates[0]?.intent;
}

describe('MatchBatch', () => {
  it('answers in the order of the requests', async () => {
    before = (utterance) => (utterance.includes('parcel') ? sleep(30) : undefined);
    const { outcomes } = await batch(['track my parcel', 'refund status', 'opening hours'].map((utterance) => matchRequest({ utterance })));
    expect(outcomes.map(({ outcome }) => topIntent(outcome))).toEqual(['track', 'refund', 'hours']);
  });

  it('gives a bad item an error of its own, with its path, and its neighbours their answers', async () => {
    before = (utterance) => (utterance === 'fails' ? Promise.reject(new TypeError('secret')) : undefined);
    const { outcomes } = await batch([
      matchRequest({ utterance: 'track my parcel' }),
      matchRequest({ utterance: '  ', topK: 101 }),
      matchRequest({ corpus: 'nowhere' }),
      matchRequest({ utterance: 'fails' }),
      matchRequest({ minPrecision: 2 }),
      matchRequest({ utterance: 'opening hours' }),
    ]);
    expect(topIntent(outcomes[0]?.outcome)).toBe('track');
    expect(errorOf(outcomes[1]?.outcome)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      fields: ['requests[1].utterance', 'requests[1].top_k'],
    });
    expect(errorOf(outcomes[2]?.outcome)).toMatchObject({ code: status.NOT_FOUND });
    const failed = errorOf(outcomes[3]?.outcome);
    expect(failed.code).toBe(status.INTERNAL);
    expect(failed.message).not.toContain('secret');
    expect(errorOf(outcomes[4]?.outcome)).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['requests[4].min_precision'] });
    expect(topIntent(outcomes[5]?.outcome)).toBe('hours');
  });

  it('answers an empty batch with no outcomes, and refuses one over the limit', async () => {
    expect(await batch([])).toEqual({ outcomes: [] });
    expect((await batch(Array.from({ length: 256 }, () => matchRequest()))).outcomes).toHaveLength(256);
    const refusal = await refusalOf(batch(Array.from({ length: 257 }, () => matchRequest())));
    expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['requests'] });
    expect(refusal.message).toContain('256');
  });

  it('answers what fits into one message and says what to send again', async () => {
    await using large = await serveReal({
      entries: Array.from({ length: 100 }, (_, at) => ({
        id: `e${at}`,
        questions: [`question number ${at}`],
        answer: `${at} `.repeat(5_000),
      })),
    });
    const requests = Array.from({ length: 12 }, () => matchRequest({ utterance: 'question number 7', topK: 50 }));
    const response = await ask(large.match, large.match.matchBatch, { requests });
    expect(MatchBatchResponse.encode(response).finish().length).toBeLessThan(3.1 * 1024 * 1024);
    const { outcomes } = response;
    const cut = outcomes.findIndex(({ outcome }) => outcome?.$case === 'error');
    expect(cut).toBeGreaterThan(1);
    const refusal = errorOf(outcomes[cut]?.outcome);
    expect(refusal).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'RESPONSE_TOO_LARGE', retryAfterMs: undefined });
    expect(refusal.message).toContain(`from number ${cut} on`);
    const { outcomes: rest } = await ask(large.match, large.match.matchBatch, { requests: requests.slice(cut, cut + 2) });
    expect(rest.map(({ outcome }) => topIntent(outcome))).toEqual(['e7', 'e7']);
  });

  it('works on a bounded number at a time', async () => {
    before = () => sleep(2);
    const { outcomes } = await batch(Array.from({ length: 100 }, () => matchRequest()));
    expect(outcomes).toHaveLength(100);
    expect(mostRunning).toBe(8);
  });
});

/** A stream with all it was answered so far, and its end. */
function openStream() {
  const stream = served.match.matchStream();
  const answers: MatchStreamResponse[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    stream.on('data', (answer: MatchStreamResponse) => answers.push(answer));
    stream.on('end', resolve);
    stream.on('error', reject);
  });
  ended.catch(() => undefined);
  const send = (requestId: string, fields: Partial<MatchRequest> = {}) => stream.write({ requestId, request: matchRequest(fields) });
  return { stream, answers, ended, send };
}

describe('MatchStream', () => {
  it('lets a quick answer overtake a slow one', async () => {
    const gate = Promise.withResolvers<void>();
    before = (utterance) => (utterance.includes('parcel') ? gate.promise : undefined);
    const { stream, answers, ended, send } = openStream();
    send('slow', { utterance: 'track my parcel' });
    send('quick', { utterance: 'opening hours' });
    await until(() => answers.length === 1);
    gate.resolve();
    stream.end();
    await ended;
    expect(answers.map(({ requestId }) => requestId)).toEqual(['quick', 'slow']);
    expect(answers.map(({ outcome }) => topIntent(outcome))).toEqual(['hours', 'track']);
  });

  it('answers 1,000 requests, each once, never more than the bound at a time', async () => {
    before = () => new Promise((resolve) => setImmediate(resolve));
    const { stream, answers, ended, send } = openStream();
    for (let i = 0; i < 1000; i += 1) send(String(i), { utterance: i % 2 === 0 ? 'track my parcel' : 'refund status' });
    stream.end();
    await ended;
    expect(new Set(answers.map(({ requestId }) => requestId)).size).toBe(1000);
    expect(answers).toHaveLength(1000);
    for (const { requestId, outcome } of answers) expect(topIntent(outcome)).toBe(Number(requestId) % 2 === 0 ? 'track' : 'refund');
    expect(mostRunning).toBeLessThanOrEqual(8);
  });

  it('goes on after a bad item, which gets an error of its own', async () => {
    const { stream, answers, ended, send } = openStream();
    send('bad', { utterance: '' });
    stream.write({ requestId: 'nothing', request: undefined } satisfies MatchStreamRequest);
    send('good');
    stream.end();
    await ended;
    const byId = new Map(answers.map((answer) => [answer.requestId, answer.outcome]));
    expect(errorOf(byId.get('bad'))).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['request.utterance'] });
    expect(errorOf(byId.get('nothing'))).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['request'] });
    expect(topIntent(byId.get('good'))).toBe('track');
  });

  it('ends cleanly when the client sends nothing', async () => {
    const { stream, answers, ended } = openStream();
    stream.end();
    await ended;
    expect(answers).toEqual([]);
  });

  it('waits for running answers after the client has sent all', async () => {
    const gate = Promise.withResolvers<void>();
    before = () => gate.promise;
    const { stream, answers, ended, send } = openStream();
    send('one');
    stream.end();
    await until(() => running === 1);
    gate.resolve();
    await ended;
    expect(answers).toHaveLength(1);
  });

  it('cancels what it works on when the client leaves', async () => {
    const left = Promise.withResolvers<unknown>();
    const before0 = running;
    before = () => left.promise.then(() => undefined);
    const { stream, ended, send } = openStream();
    send('one');
    send('two');
    await until(() => running === before0 + 2);
    stream.cancel();
    await expect(ended).rejects.toMatchObject({ code: status.CANCELLED });
    await until(() => served.server.running === 0);
    left.resolve(undefined);
    await until(() => running === before0);
  });

  it('reports an unknown failure of one item without ending the stream', async () => {
    before = (utterance) => (utterance === 'fails' ? Promise.reject(new FaqError('internal', 'Ours.')) : undefined);
    const { stream, answers, ended, send } = openStream();
    send('a', { utterance: 'fails' });
    send('b');
    stream.end();
    await ended;
    expect(answers).toHaveLength(2);
  });
});
