import { describe, expect, it } from 'vitest';
import { EntryFilter, ListEntriesRequest } from '../../../src/generated/faqmatch/v1/faq.ts';
import { MAX_RESPONSE_BYTES } from '../../../src/server/edge/response-size.ts';
import { listEntries, toCorpusSummary, toListing } from '../../../src/server/grpc/faq-mapper.ts';
import { DEFAULT_SERVER_LIMITS } from '../../../src/server/options.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { fixedScorer } from '../../support/fixed-scorer.ts';

const listing = (fields: Partial<ListEntriesRequest> = {}, limits = DEFAULT_SERVER_LIMITS) =>
  toListing(ListEntriesRequest.fromPartial({ corpus: 'shop', ...fields }), limits);

const filter = (fields: Partial<EntryFilter>) => EntryFilter.fromPartial(fields);

describe('toListing', () => {
  it('never gives a larger page than an operator allows, even by default', () => {
    expect(listing().pageSize).toBe(50);
    expect(listing({}, { ...DEFAULT_SERVER_LIMITS, maxPageSize: 3 }).pageSize).toBe(3);
  });

  it('takes the same names in another order for the same listing, and no other names', () => {
    const asked = listing({ filter: filter({ locales: ['de', 'fr'], tags: ['a', 'b'], intent: 'x' }) }).identity;
    expect(listing({ filter: filter({ locales: ['fr', 'de'], tags: ['b', 'a'], intent: 'x' }) }).identity).toEqual(asked);
    for (const other of [
      { locales: ['de'], tags: ['a', 'b'], intent: 'x' },
      { locales: ['de', 'fr'], tags: ['a'], intent: 'x' },
      { locales: ['de', 'fr'], tags: ['a', 'b'], intent: 'y' },
    ])
      expect(listing({ filter: filter(other) }).identity).not.toEqual(asked);
  });
});

describe('listEntries', () => {
  it('gives an entry that is larger than a page by itself, so that a listing comes to its end', () => {
    const answers = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`part ${at}`, 'long '.repeat(20_000)]));
    const entries = [entry('huge', ['a large question'], { metadata: answers }), entry('small', ['a question'])];
    expect(Buffer.byteLength(JSON.stringify(entries[0]))).toBeGreaterThan(MAX_RESPONSE_BYTES);
    const loaded = fakeVersion({ entries, scorer: () => fixedScorer(new Float32Array(2)) });
    const first = listEntries(loaded, listing());
    expect(first).toMatchObject({ entries: [{ id: 'huge' }], total: 2 });
    const second = listEntries(loaded, listing({ pageToken: first.nextPageToken }));
    expect(second).toMatchObject({ entries: [{ id: 'small' }], nextPageToken: '', total: 2 });
  });
});

describe('toCorpusSummary', () => {
  it('names no version of a corpus without an active one', () => {
    const counts = { entries: 0, questions: 0, intents: 0 };
    const status = { corpus: 'shop', activeVersion: undefined, activatedAt: undefined, outOfScopeShare: undefined, ...counts };
    const summary = toCorpusSummary(status, { share: undefined, utterances: 0 });
    expect(summary).toMatchObject({ corpus: 'shop', activeVersion: '', observedUtterances: 0 });
  });
});
