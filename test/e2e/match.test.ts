import { connect } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decision, MatchRequest } from '../../src/generated/faqmatch/v1/match.ts';
import { ask, matchRequest, refusalOf, type Served, serveReal } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serveReal({ limits: { maxMessageBytes: 2 * 1024 * 1024 } });
});
afterAll(() => served[Symbol.asyncDispose]());

const match = (fields: Partial<MatchRequest>) => ask(served.match, served.match.match, matchRequest(fields));
const refused = (fields: Partial<MatchRequest>) => refusalOf(match(fields));

/** A request as raw HTTP/2, for what a well-behaved client would not send. */
function rawMatch(headers: Record<string, string>, message: Uint8Array): Promise<{ readonly status: string; readonly message: string }> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${served.address}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/faqmatch.v1.MatchService/Match',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const answer = (found: Record<string, unknown>) => {
      if (found['grpc-status'] === undefined) return;
      resolve({ status: String(found['grpc-status']), message: decodeURIComponent(String(found['grpc-message'] ?? '')) });
      session.close();
    };
    stream.on('response', answer).on('trailers', answer).on('error', reject).resume();
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
  });
}

describe('Match over the wire', () => {
  it('answers a stored question with its entry, named and timed', async () => {
    const answer = await match({ utterance: 'Where is my PARCEL ?!' });
    expect(answer.decision).toBe(Decision.DECISION_ANSWER);
    expect(answer.candidates[0]).toMatchObject({
      intent: 'track',
      entryId: 'track',
      matchedQuestion: 'Where is my parcel?',
      answer: 'Answer of track.',
    });
    expect(answer.timings?.totalMs).toBeGreaterThan(0);
    expect(answer.versions).toMatchObject({ corpus: served.versions.active('delivery')?.version, model: 'sha256:fake' });
    expect(answer.explanation).toBeUndefined();
    expect(answer.truncated).toBe(false);
  });

  it('gives every answer a name of its own', async () => {
    const ids = await Promise.all([match({}), match({}), match({})].map(async (answer) => (await answer).matchId));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^m-[0-9a-f]+-[0-9a-f]{6}$/);
  });

  it('returns candidates under NO_MATCH too, their confidences summing to at most 1', async () => {
    const answer = await match({ utterance: 'tell me a joke', topK: 100 });
    expect(answer.decision).toBe(Decision.DECISION_NO_MATCH);
    expect(answer.candidates).toHaveLength(3);
    expect(answer.candidates.reduce((sum, { confidence }) => sum + confidence, 0)).toBeLessThanOrEqual(1);
  });

  it('returns as many candidates as top_k asks for', async () => {
    expect((await match({ topK: 1 })).candidates).toHaveLength(1);
  });

  it('explains when asked to', async () => {
    const { explanation } = await match({ explain: true });
    expect(explanation).toMatchObject({ thresholdSource: 'default', rule: 'exact_question' });
    expect(explanation?.evidence.length).toBeGreaterThan(0);
  });

  it('says what would have changed a decision, and applied it does', async () => {
    const refused = await match({ utterance: 'where could my parcel be', minConfidence: 1, explain: true });
    expect(refused.decision).toBe(Decision.DECISION_NO_MATCH);
    const change = refused.explanation?.changes.find(({ what }) => what === 'min_confidence');
    const { decision, candidates } = await match({ utterance: 'where could my parcel be', minConfidence: change?.value });
    expect(decision).toBe(change?.decision);
    expect(decision).not.toBe(Decision.DECISION_NO_MATCH);
    if (decision === Decision.DECISION_ANSWER) expect(candidates[0]?.intent).toBe(change?.intent);
  });

  it('matches against a named version as against the active one', async () => {
    const version = served.versions.active('delivery')?.version ?? '';
    expect((await match({ version })).versions?.corpus).toBe(version);
  });

  it('lets nothing through a filter that no entry passes', async () => {
    const answer = await match({ filter: { locales: ['xx'], tags: [] }, explain: true });
    expect(answer).toMatchObject({ decision: Decision.DECISION_NO_MATCH, candidates: [] });
    expect(answer.explanation?.rule).toBe('no_entry_passes_filter');
  });
});

describe('utterances that are odd', () => {
  it.each([
    ['empty', ''],
    ['blank', ' \t\n\u00a0\u3000 '],
    ['made of control characters', '\u0000\u0001\u0007\u001b\u007f\u009f'],
  ])('refuses an utterance that is %s, naming the field', async (_name, utterance) => {
    expect(await refused({ utterance })).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['utterance'], domain: 'faqmatch' });
  });

  it('refuses an utterance of 1 MB with the limit and the length', async () => {
    const refusal = await refused({ utterance: 'x'.repeat(1_000_000) });
    expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['utterance'] });
    expect(refusal.message).toContain('2000');
    expect(refusal.message).toContain('1000000');
  });

  it('counts characters, not UTF-16 units: 2,000 emoji pass, 2,001 do not', async () => {
    expect((await match({ utterance: '🎉'.repeat(2000) })).matchId).not.toBe('');
    expect((await refused({ utterance: '🎉'.repeat(2001) })).fields).toEqual(['utterance']);
  });

  it.each([
    ['emoji alone', '🚚📦'],
    ['a lone surrogate among words', 'where is my \ud83d parcel'],
    ['a lone surrogate alone after a word', 'parcel\udc00'],
    ['punctuation alone', '???'],
    ['another script', 'где моя посылка'],
    ['control characters among words', 'where\u0000 is\u0007 my parcel'],
  ])('answers %s', async (_name, utterance) => {
    expect((await match({ utterance })).decision).not.toBe(Decision.DECISION_UNSPECIFIED);
  });

  it('answers bytes that are not UTF-8 as if the bad ones were not there', async () => {
    const request = MatchRequest.encode(matchRequest({ utterance: 'parcel@' })).finish();
    const bytes = Uint8Array.from(request, (byte) => (byte === 0x40 ? 0xff : byte));
    expect(await rawMatch({}, bytes)).toMatchObject({ status: '0' });
  });
});

describe('fields out of range', () => {
  it.each([
    ['top_k over the limit', { topK: 101 }, 'top_k'],
    ['top_k huge', { topK: 4_294_967_295 }, 'top_k'],
    ['min_confidence NaN', { minConfidence: Number.NaN }, 'min_confidence'],
    ['min_confidence -1', { minConfidence: -1 }, 'min_confidence'],
    ['min_confidence 2', { minConfidence: 2 }, 'min_confidence'],
    ['min_confidence infinite', { minConfidence: Number.POSITIVE_INFINITY }, 'min_confidence'],
    ['a corpus without name', { corpus: '' }, 'corpus'],
    ['too many tags', { filter: { locales: [], tags: Array.from({ length: 101 }, (_, i) => `t${i}`) } }, 'filter.tags'],
    ['a locale that is none in the filter', { filter: { locales: ['en_US'], tags: [] } }, 'filter.locales'],
    ['an empty locale in the filter', { filter: { locales: [''], tags: [] } }, 'filter.locales'],
  ])('refuses %s, naming the field', async (_name, fields, field) => {
    const refusal = await refused(fields);
    expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT, fields: [field], reason: 'INVALID_REQUEST' });
    expect(refusal.descriptions[0]).toMatch(/^expected/);
  });

  it('names all refused fields at once', async () => {
    const refusal = await refused({ corpus: '', utterance: ' ', topK: 500, minConfidence: 7, minPrecision: Number.NaN });
    expect(refusal.fields).toEqual(['corpus', 'utterance', 'top_k', 'min_confidence', 'min_precision']);
    for (const field of refusal.fields) expect(refusal.message).toContain(field);
  });

  it.each([
    ['top_k 0 and 100', [{ topK: 0 }, { topK: 100 }]],
    ['min_confidence 0 and 1', [{ minConfidence: 0 }, { minConfidence: 1 }]],
    ['min_precision 0 and 1', [{ minPrecision: 0 }, { minPrecision: 1 }]],
  ])('accepts the ends of the range: %s', async (_name, both) => {
    for (const fields of both) expect((await match(fields)).matchId).not.toBe('');
  });

  it('takes the intent of the turn before, by name or by entry, as a prior; one it does not hold changes nothing', async () => {
    const utterance = 'can you tell me more';
    const confidenceOf = async (fields: Parameters<typeof match>[0]) =>
      (await match({ utterance, topK: 100, ...fields })).candidates.find(({ intent }) => intent === 'track');
    const alone = await confidenceOf({});
    const named = await confidenceOf({ context: { previousIntent: 'track', previousEntryId: '' } });
    expect(named?.confidence).toBeGreaterThan(alone?.confidence ?? 1);
    const byEntry = await confidenceOf({ context: { previousIntent: '', previousEntryId: named?.entryId ?? '' } });
    expect(byEntry?.confidence).toBe(named?.confidence);
    expect(await confidenceOf({ context: { previousIntent: 'unheard of', previousEntryId: '' } })).toEqual(alone);
  });
});

describe('names that are not there', () => {
  it.each(['no-such-corpus', 'NoSuchCorpus', '../../etc', 'x'.repeat(3000), '\u0000', 'delivery/versions'])(
    'answers NOT_FOUND to corpus %j and never shows a path',
    async (corpus) => {
      const refusal = await refused({ corpus });
      expect(refusal.code).toBe(status.NOT_FOUND);
      expect(refusal.message).not.toContain(served.folder);
      expect(refusal.message.length).toBeLessThan(400);
    },
  );

  it.each(['v-0000000000000000', '..', 'a/b', '../../active.json'])('answers NOT_FOUND to version %j', async (version) => {
    expect((await refused({ version })).code).toBe(status.NOT_FOUND);
  });
});

describe('messages', () => {
  it('refuses one over the limit of chatbots with RESOURCE_EXHAUSTED, though admins may send more', async () => {
    const refusal = await refused({ utterance: 'x'.repeat(3 * 1024 * 1024) });
    expect(refusal).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'MESSAGE_TOO_LARGE' });
    expect(refusal.message).toContain(String(2 * 1024 * 1024));
  });

  it('refuses one that is no message of its type with INVALID_ARGUMENT, not INTERNAL', async () => {
    const answer = await rawMatch({}, Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f));
    expect(answer.status).toBe(String(status.INVALID_ARGUMENT));
    expect(answer.message).toContain('/faqmatch.v1.MatchService/Match');
  });

  it('serves on after all of these', async () => {
    expect((await match({})).decision).toBe(Decision.DECISION_ANSWER);
    expect(served.server.running).toBe(0);
    expect(served.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it('logs calls without what users typed', () => {
    expect(served.log.some(({ method }) => method === '/faqmatch.v1.MatchService/Match')).toBe(true);
    expect(JSON.stringify(served.log)).not.toContain('parcel');
  });
});
