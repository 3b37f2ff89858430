import { describe, expect, test } from 'vitest';
import type { QuestionIndex, SearchQuery } from '../../../src/index/contract.ts';
import { hitScorer } from '../../../src/matching/hit-scorer.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import type { LoadedVersion } from '../../../src/versions/contract.ts';
import { filterOf, matcher, scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { NO_COUNTER_EXAMPLES } from '../../support/matching-corpora.ts';

/** The version with what its index is asked for. */
function watched(version: LoadedVersion, changes: Partial<QuestionIndex> = {}) {
  const searches: { readonly query: SearchQuery; readonly signal: AbortSignal | undefined }[] = [];
  const further: (readonly number[])[] = [];
  const index: QuestionIndex = {
    ...version.index,
    ...changes,
    search(query, signal) {
      searches.push({ query, signal });
      return version.index.search(query, signal);
    },
    nearestOfGroups(query) {
      further.push(query.groups);
      return version.index.nearestOfGroups(query);
    },
  };
  return { ...matcher([{ ...version, index }]), searches, further };
}

describe('a database', () => {
  const entries = [...Array.from({ length: 60 }, (_, i) => entry(`crowd${i}`, [`alpha c${i}`])), entry('far', ['unrelated words'])];
  const version = fakeVersion({ entries, scorer: scoring({ far: 0.9, crowd7: 0.3 }) });

  test.each(['exact', 'hnsw'] as const)('that searches by %s is asked once, for the likely intents beside the hits', async (kind) => {
    const { call, searches, further } = watched(version, { remote: true, method: { kind, recallAt10: 1 } });
    const { candidates } = await call('alpha', { topK: 2 });
    expect(candidates).toMatchObject([
      { intent: 'far', matchedQuestion: 'unrelated words' },
      { intent: 'crowd7', matchedQuestion: 'alpha c7' },
    ]);
    // Two candidates, and two more that the neighbours' vote could lift to them.
    expect(searches.map(({ query }) => query.groups?.length)).toEqual([4]);
    expect(further).toEqual([]);
  });

  test('that is in this process is not asked for what it would search all rows for beforehand', async () => {
    const { call, searches } = watched(version);
    await call('alpha');
    expect(searches[0]?.query.groups).toEqual([]);
  });
});

test('as many hits are asked for as vote, and terms only where something reads them', async () => {
  const { call, searches } = watched(fakeVersion({ entries: [entry('a', ['alpha'])], scorer: scoring({ a: 0.9 }) }));
  await call('alpha');
  await call('alpha', { explain: true });
  expect(searches.map(({ query }) => query.terms)).toEqual([[], ['alpha']]);
  for (const { query } of searches) expect(query.k).toBeGreaterThanOrEqual(10);
});

test('encoder and index are told when the caller leaves', async () => {
  const { call, signals, searches } = watched(fakeVersion({ entries: [entry('a', ['alpha'])], scorer: scoring({ a: 0.9 }) }));
  const { signal } = new AbortController();
  await call('alpha', { signal });
  expect([signals, searches[0]?.signal]).toEqual([[signal], signal]);
});

describe('the hit scorer', () => {
  const scorer = (intents: readonly string[]) =>
    hitScorer({ kind: 'hits', intentCount: intents.length, calibrator: UNIVERSAL_CALIBRATOR, counterExamples: NO_COUNTER_EXAMPLES });

  test('knows the 128 nearest questions, as when it was calibrated, and those of the same words', async () => {
    const entries = Array.from({ length: 150 }, (_, i) => entry(`e${String(i).padStart(3, '0')}`, [`question c${i}`]));
    const { call } = watched(fakeVersion({ entries, scorer }));
    expect((await call('nothing of the kind', { topK: 150 })).candidates).toHaveLength(128);
    const { candidates } = await call('c149', { topK: 150 });
    expect(candidates[0]?.intent).toBe('e149');
  });

  test('judges an intent by the questions that the filter lets through, as it scores it', async () => {
    const entries = [
      entry('refund', ['when do I get my refund'], { locale: 'en' }),
      entry('rueckgabe', ['wo ist mein geld'], { intent: 'refund', locale: 'de' }),
    ];
    const german = fakeVersion({ entries: entries.slice(1), scorer });
    const filtered = await watched(fakeVersion({ entries, scorer })).call('my refund', { filter: filterOf(['de']) });
    expect(filtered.candidates).toEqual((await watched(german).call('my refund')).candidates);
  });
});
