/** The shipped encoder, the embedded store and a demo corpus behind the real server: nothing is faked here. */
import { rm } from 'node:fs/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type FaqmatchClient } from '../../src/client/client.ts';
import { DEFAULT_MODEL } from '../../src/encoder/defaults.ts';
import { loadModel } from '../../src/encoder/model-source.ts';
import { createEncoder, type OnnxEncoder } from '../../src/encoder/onnx-encoder.ts';
import { Decision } from '../../src/generated/faqmatch/v1/match.ts';
import { ask, matchRequest, putDemoCorpus, refusalOf, type Served, serveReal } from '../support/served.ts';

let encoder: OnnxEncoder;
let served: Served;
let client: FaqmatchClient;
let encodedBefore = 0;
beforeAll(async () => {
  const model = await loadModel({ model: DEFAULT_MODEL, cacheFolder: '/nonexistent' });
  encoder = await createEncoder({ model, workers: 1, maxWaiting: 24 });
  served = await serveReal({ encoder, entries: null, keepFolder: true });
  client = createClient({ address: served.address, deadlineMs: 20_000 });
  await putDemoCorpus(served, 'shop');
  for await (const { event } of client.reload({ corpus: 'shop', source: { path: 'shop' } })) {
    if (event?.$case === 'result') encodedBefore = event.value.encoded;
  }
}, 120_000);
afterAll(async () => {
  client.close();
  await served[Symbol.asyncDispose]();
  await encoder.close();
  await rm(served.folder, { recursive: true, force: true });
});

const shop = (utterance: string) => client.match({ corpus: 'shop', utterance });

describe('the whole service with its real encoder', () => {
  it('answers stored questions, letter for letter or not, with the very entry', async () => {
    const { entries } = await client.listEntriesPage({ corpus: 'shop', pageSize: 10 });
    for (const { id, intent, questions } of entries) {
      const answer = await shop(`  ${questions[0]?.toUpperCase()} !`);
      expect(answer, id).toMatchObject({ decision: Decision.DECISION_ANSWER, candidates: [{ intent }, {}, {}, {}, {}] });
    }
  });

  it('refuses what has nothing to do with the corpus', async () => {
    expect((await shop('what is the boiling point of tungsten')).decision).toBe(Decision.DECISION_NO_MATCH);
  });

  it('answers as the README shows', async () => {
    const norway = await shop('do you ship to norway');
    expect(norway).toMatchObject({
      decision: Decision.DECISION_ANSWER,
      candidates: [{ intent: 'international_delivery' }, {}, {}, {}, {}],
    });
    expect((await shop('what is the weather like today')).decision).toBe(Decision.DECISION_NO_MATCH);
  });

  it('gives one utterance the same answer alone and in the company of a batch', async () => {
    const utterances = ['my parcel is late', 'can i pay by invoice', 'the jacket does not fit, how do i send it back to you', 'gift card'];
    const alone = await Promise.all(utterances.map(shop));
    const outcomes = await client.matchBatch(utterances.map((utterance) => ({ corpus: 'shop', utterance })));
    for (const [i, { response }] of outcomes.entries()) {
      expect(response?.decision).toBe(alone[i]?.decision);
      expect(response?.candidates[0]?.intent).toBe(alone[i]?.candidates[0]?.intent);
      expect(response?.candidates[0]?.confidence).toBeCloseTo(alone[i]?.candidates[0]?.confidence ?? -1, 3);
    }
  });

  it('says that a long utterance was truncated', async () => {
    expect((await shop('where is my parcel and '.repeat(80))).truncated).toBe(true);
    expect((await shop('where is my parcel')).truncated).toBe(false);
  });

  it('answers RESOURCE_EXHAUSTED with a time to wait when the queue is full, and everyone else', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 80 }, (_, i) =>
        ask(served.match, served.match.match, matchRequest({ corpus: 'shop', utterance: `parcel number ${i} is late` })),
      ),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(24);
    for (const { reason } of refused) {
      const refusal = await refusalOf(Promise.reject(reason));
      expect(refusal.code).toBe(status.RESOURCE_EXHAUSTED);
      expect(refusal.retryAfterMs).toBeGreaterThan(0);
    }
  });

  it('streams answers with their ids', async () => {
    const ids = new Set<string>();
    const items = Array.from({ length: 60 }, (_, i) => ({
      requestId: String(i),
      input: { corpus: 'shop', utterance: `where is order ${i}` },
    }));
    for await (const { requestId, response } of client.matchStream(items)) {
      if (response !== undefined) ids.add(requestId);
    }
    expect(ids.size).toBe(60);
  });

  it('reloads under traffic without failing a match', async () => {
    let going = true;
    let answered = 0;
    const traffic = Array.from({ length: 4 }, async () => {
      while (going) {
        await shop('my parcel is late');
        answered += 1;
      }
    });
    const text = JSON.stringify({
      entries: [
        { id: 'late', questions: ['my parcel is late'], answer: 'Sorry.' },
        { id: 'pay', questions: ['how can i pay'], answer: 'By card.' },
      ],
    });
    for await (const _event of client.reload({ corpus: 'shop', source: { inline: { format: 'json', data: Buffer.from(text) } } }));
    await client.rollback({ corpus: 'shop' });
    going = false;
    await Promise.all(traffic);
    expect(answered).toBeGreaterThan(0);
  });

  it('is back after a restart without encoding anything', async () => {
    expect(encodedBefore).toBeGreaterThan(300);
    const version = served.versions.active('shop')?.version;
    await served.server.drain();
    await served.versions.close();
    let encoded = 0;
    const counting: OnnxEncoder = {
      ...encoder,
      encodeAll(texts, options) {
        encoded += texts.length;
        return encoder.encodeAll(texts, options);
      },
    };
    await using again = await serveReal({ encoder: counting, folder: served.folder });
    const reopened = createClient({ address: again.address, deadlineMs: 20_000 });
    const answer = await reopened.match({ corpus: 'shop', utterance: 'my parcel is late' });
    expect(answer.versions?.corpus).toBe(version);
    for await (const { event } of reopened.reload({ corpus: 'shop', source: { path: 'shop' } })) {
      if (event?.$case === 'result') expect(event.value).toMatchObject({ encoded: 0, unchanged: true });
    }
    expect(encoded).toBe(0);
    reopened.close();
  });
});
