/** A corpus of more intents than kernel ridge is fitted for, over the wire: the scorer on the index's hits keeps every promise of the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decision, type MatchRequest, type MatchResponse } from '../../src/generated/faqmatch/v1/match.ts';
import { createFakeEncoder } from '../support/fake-encoder.ts';
import { CHATTER, DELIVERY, type FaqItem, faqFile } from '../support/faq-source.ts';
import { ask, matchRequest, type Served, serveReal } from '../support/served.ts';

/** One above the limit of 1,000 intents. */
const INTENTS = 1_001;
/** Room for a thousand numbers with few of them in one place. */
const DIMENSION = 4_096;
const PLACES = ['depot', 'harbour', 'station', 'airport', 'market', 'castle', 'tower', 'bridge', 'garden', 'museum', 'theatre'];

const entries: readonly FaqItem[] = Array.from({ length: INTENTS }, (_, i) => ({
  id: `fare_${i}`,
  questions: [`How much is line ${i} to the ${PLACES[i % PLACES.length]}?`, `fare of line ${i}`],
  locale: i % 2 === 0 ? 'en' : 'pt-BR',
  tags: i % 3 === 0 ? ['bus', 'city'] : ['bus'],
}));
const UTTERANCES = [
  'How much is line 77 to the depot?',
  'FARE of line 640!',
  'what does line 507 to the harbour cost',
  'line 3 fare please',
  'tell me a joke',
  'boiling point of tungsten',
];

let served: Served;
beforeAll(async () => {
  served = await serveReal({ entries, encoder: createFakeEncoder({ dimension: DIMENSION }) });
}, 120_000);
afterAll(() => served[Symbol.asyncDispose]());

const match = (fields: Partial<MatchRequest>, of: Served = served) => ask(of.match, of.match.match, matchRequest(fields));
/** What of an answer must not depend on when and how it was asked. */
const lasting = ({ matchId: _id, timings: _timings, ...rest }: MatchResponse) => rest;

describe('a corpus of more than a thousand intents', () => {
  it('is scored by the hits of the index', () => {
    expect(served.versions.active('delivery')?.scorer).toMatchObject({ kind: 'hits', intentCount: INTENTS });
  });

  it('answers questions, near ones too, and refuses what is elsewhere or a counter-example', async () => {
    const answers = await Promise.all(UTTERANCES.map((utterance) => match({ utterance, explain: true })));
    expect(answers.map(({ candidates }) => candidates[0]?.intent).slice(0, 4)).toEqual(['fare_77', 'fare_640', 'fare_507', 'fare_3']);
    expect(answers.map(({ explanation }) => explanation?.rule).slice(0, 2)).toEqual(['exact_question', 'exact_question']);
    expect(answers.slice(0, 2).map(({ decision }) => decision)).toEqual([Decision.DECISION_ANSWER, Decision.DECISION_ANSWER]);
    expect(answers.slice(4).map(({ decision }) => decision)).toEqual([Decision.DECISION_NO_MATCH, Decision.DECISION_NO_MATCH]);
    expect(answers[4]?.explanation?.rule).toBe('counter_example');
  });

  it('lists distinct intents by confidence, which sum to at most 1', async () => {
    for (const utterance of UTTERANCES) {
      const { candidates } = await match({ utterance, topK: 100 });
      const confidences = candidates.map(({ confidence }) => confidence);
      expect(new Set(candidates.map(({ intent }) => intent)).size).toBe(candidates.length);
      expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
      expect(confidences.reduce((sum, confidence) => sum + confidence, 0)).toBeLessThanOrEqual(1);
    }
  });

  it('keeps to filters: any of the locales, however they are written, and all of the tags', async () => {
    const filter = { locales: ['de', 'pt-br'], tags: ['bus', 'city'] };
    const { candidates } = await match({ utterance: 'fare of line 640', filter, topK: 20 });
    expect(candidates).toHaveLength(20);
    for (const { intent } of candidates) {
      const number = Number(intent.slice('fare_'.length));
      expect([number % 2, number % 3], intent).toEqual([1, 0]);
    }
  });

  it('explains with every field filled', async () => {
    const { explanation, candidates } = await match({
      utterance: 'what does line 507 to the harbour cost',
      explain: true,
      minConfidence: 0.2,
    });
    expect(explanation).toMatchObject({ threshold: 0.2, thresholdSource: 'request', runnerUp: candidates[1]?.intent });
    expect(explanation?.evidence).toHaveLength(5);
    expect(explanation?.evidence[0]?.lexical).toBeGreaterThan(0);
    expect(explanation?.matchedTerms).toEqual(expect.arrayContaining(['line', '507', 'harbour']));
    const { dense = 0, lexical = 0, neighbours = 0 } = explanation?.shares ?? {};
    for (const share of [dense, lexical, neighbours]) expect(share).toBeGreaterThan(0);
    expect(dense + lexical + neighbours).toBeCloseTo(explanation?.score ?? Number.NaN, 5);
    expect(explanation?.margin).toBeGreaterThan(0);
    expect(explanation?.noneConfidence).toBeGreaterThan(0);
  });
});

describe.each([
  ['above the limit of kernel ridge', entries, UTTERANCES],
  ['below it', DELIVERY, ['where is my parcel', 'refund for my parcel', 'are you open', 'tell me a joke', 'open a refund']],
])('a corpus %s', (_name, items, utterances) => {
  it('gives the same answers whatever the order of its entries, alone and in a batch', { timeout: 120_000 }, async () => {
    await using first = await serveReal({ entries: items });
    await using second = await serveReal({ entries: null });
    await second.versions.reload('delivery', faqFile([...items].reverse(), [...CHATTER].reverse()));
    const requests = utterances.map((utterance) => matchRequest({ utterance, explain: true, topK: 10 }));
    const alone = await Promise.all(requests.map(async (request) => lasting(await match(request, first))));
    const shuffled = await Promise.all(requests.map(async (request) => lasting(await match(request, second))));
    expect(shuffled).toEqual(alone);
    const { outcomes } = await ask(first.match, first.match.matchBatch, { requests });
    const batched = outcomes.map(({ outcome }) => (outcome?.$case === 'response' ? lasting(outcome.value) : undefined));
    expect(batched).toEqual(alone);
  });
});
