import { describe, expect, it } from 'vitest';
import type { RowFilter } from '../../../src/index/contract.ts';
import { viewVersion } from '../../../src/versions/version-view.ts';
import { equalRows, rowsOfLikelyIntents } from '../../../src/versions/wanted-rows.ts';
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
const questionsOf = (rows: readonly number[]) => rows.map((row) => version.questions[row]);

describe('rows foretold', () => {
  it('are those of the best intents and of one more, best first', () => {
    expect(questionsOf(rowsOfLikelyIntents(view(), scores, 3))).toEqual(['how a', 'why a', 'how b', 'wie b', 'how c', 'how a']);
    expect(questionsOf(rowsOfLikelyIntents(view(), scores, 1))).toEqual(['how a', 'why a', 'how b', 'wie b']);
  });

  it('are all there are where fewer are stored than wanted', () => {
    expect(rowsOfLikelyIntents(view(), scores, 100)).toHaveLength(version.questions.length);
  });

  it('pass the filter', () => {
    const rows = rowsOfLikelyIntents(view({ locales: ['de'], tags: [] }), scores, 5);
    expect(questionsOf(rows)).toEqual(['how b', 'wie b', 'how a']);
  });

  it('leave out intents that have no score yet', () => {
    const one = scores.map((score, intent) => (intent === 2 ? score : -Infinity));
    expect(questionsOf(rowsOfLikelyIntents(view(), one, 5))).toEqual(['how c']);
    expect(rowsOfLikelyIntents(view(), one.fill(-Infinity), 5)).toEqual([]);
  });

  it('of a text that is stored are the first of each intent, within the filter', () => {
    expect([...equalRows(view(), 'How A?').keys()].map((intent) => version.intents[intent])).toEqual(['a', 'd']);
    expect([...equalRows(view({ locales: ['de'], tags: [] }), 'How A?').keys()].map((intent) => version.intents[intent])).toEqual(['d']);
    expect(equalRows(view(), 'unheard').size).toBe(0);
  });
});
