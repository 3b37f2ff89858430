import { describe, expect, it } from 'vitest';
import type { RowFilter } from '../../../src/index/contract.ts';
import { viewVersion } from '../../../src/versions/version-view.ts';
import { equalRows, likelyIntents } from '../../../src/versions/wanted-rows.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { fixedScorer } from '../../support/fixed-scorer.ts';

const entries = [
  entry('a', ['how a', 'why a'], { locale: 'en' }),
  entry('b', ['how b', 'wie b'], { locale: 'de' }),
  entry('c', ['how c'], { locale: 'en' }),
  entry('d', ['how a'], { locale: 'de' }),
  ...Array.from({ length: 9 }, (_, number) => entry(`e${number}`, [`what ${number}`], { locale: 'en' })),
];
const version = fakeVersion({ entries, scorer: (intents) => fixedScorer(new Float32Array(intents.length)) });
const view = (filter?: RowFilter) => viewVersion(version, filter);
const scores = Float32Array.from(version.intents, (_, intent) => 1 - intent / 100);

const namesOf = (intents: readonly number[]) => intents.map((intent) => version.intents[intent]);

describe('intents foretold', () => {
  it('are those of the greatest scores, best first', () => {
    expect(namesOf(likelyIntents(view(), scores, 4))).toEqual(['a', 'b', 'c', 'd']);
    expect(namesOf(likelyIntents(view(), scores.toReversed(), 3))).toEqual(['e8', 'e7', 'e6']);
  });

  it('are all there are where there are fewer than wanted', () => {
    expect(likelyIntents(view(), scores, 100)).toHaveLength(version.intents.length);
  });

  it('pass the filter', () => {
    expect(namesOf(likelyIntents(view({ locales: ['de'], tags: [] }), scores, 5))).toEqual(['b', 'd']);
  });

  it('leave out intents that have no score yet', () => {
    const one = scores.map((score, intent) => (intent === 2 ? score : -Infinity));
    expect(namesOf(likelyIntents(view(), one, 5))).toEqual(['c']);
    expect(likelyIntents(view(), one.fill(-Infinity), 5)).toEqual([]);
  });
});

describe('rows foretold', () => {
  it('of a text that is stored are the first of each intent, within the filter', () => {
    expect([...equalRows(view(), 'How A?').keys()].map((intent) => version.intents[intent])).toEqual(['a', 'd']);
    expect([...equalRows(view({ locales: ['de'], tags: [] }), 'How A?').keys()].map((intent) => version.intents[intent])).toEqual(['d']);
    expect(equalRows(view(), 'unheard').size).toBe(0);
  });
});
