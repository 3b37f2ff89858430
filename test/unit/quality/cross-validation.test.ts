import { describe, expect, test } from 'vitest';
import type { Corpus } from '../../../src/corpus/corpus.ts';
import { parseCorpus } from '../../../src/corpus/parse-corpus.ts';
import { corpusAsFiles } from '../../../src/quality/cross-validation/corpus-as-files.ts';
import { divideCorpus } from '../../../src/quality/cross-validation/folds.ts';
import { learningSizes, withFewerQuestions } from '../../../src/quality/cross-validation/learning-sizes.ts';
import { nearDuplicateGroups } from '../../../src/quality/cross-validation/near-duplicates.ts';
import { exactKey } from '../../../src/text/normalise.ts';
import { entry } from '../../support/fake-version.ts';

const WORDS = ['parcel', 'refund', 'invoice', 'password', 'voucher', 'address', 'courier', 'warranty', 'newsletter', 'basket'];
const VERBS = ['track', 'cancel', 'change', 'report', 'print', 'forward'];

/** Ten intents of six questions that share no long word but their topic's. */
const corpus: Corpus = {
  entries: WORDS.map((word) =>
    entry(
      word,
      VERBS.map((verb) => `${verb} ${word}`),
      { counterExamples: [`${word}s of my neighbour`] },
    ),
  ),
  counterExamples: ['what is the weather', 'tell me a joke', 'sing a song', 'who are you'],
  golden: [],
};
const textsOf = ({ entries, counterExamples }: Corpus) => [...entries.flatMap(({ questions }) => questions), ...counterExamples];

describe('near-duplicates', () => {
  test('are found by their letters, and what is linked through one goes along', async () => {
    const texts = [
      'how do I reset my password',
      'How do I reset my password?',
      'how do I reset my passwords',
      'where is my parcel',
      'ok',
      'OK!',
    ];
    expect([...(await nearDuplicateGroups(texts))]).toEqual([0, 0, 0, 3, 4, 4]);
  });

  test('share seven of ten 4-grams within words, and no fewer', async () => {
    // Words of five letters have four each, and none of these shares one with another.
    const common = 'alpha bravo delta hotel india kilos limas';
    expect([...(await nearDuplicateGroups([`${common} mikes`, `${common} oscar tango`]))]).toEqual([0, 0]);
    expect([...(await nearDuplicateGroups([`${common} mikes romeo`, `${common} oscar tango`]))]).toEqual([0, 1]);
  });

  test('texts of no letters are alone unless they are equal', async () => {
    expect([...(await nearDuplicateGroups(['?', '!', '?']))]).toEqual([0, 1, 0]);
    expect(await nearDuplicateGroups([])).toHaveLength(0);
  });
});

describe('a corpus divided by itself', () => {
  test('measures each question and each counter-example of the corpus once, and trains without it', async () => {
    const { folds } = await divideCorpus(corpus, { folds: 3 });
    const measured = folds.flatMap(({ rows }) => rows.map(({ utterance }) => utterance));
    expect(measured.toSorted()).toEqual(textsOf(corpus).toSorted());
    for (const { training, rows } of folds) {
      const trained = new Set(textsOf(training).map(exactKey));
      expect(rows.filter(({ utterance }) => trained.has(exactKey(utterance)))).toEqual([]);
    }
  });

  test('counts the groups of what is measured, not those of counter-examples that only train', async () => {
    const { folds, groups } = await divideCorpus(corpus, { folds: 3 });
    const all = await nearDuplicateGroups([...textsOf(corpus), ...corpus.entries.flatMap(({ counterExamples }) => counterExamples)]);
    const measured = folds.flatMap(({ rows }) => rows).length;
    expect(groups).toBe(new Set(await nearDuplicateGroups(textsOf(corpus))).size);
    expect(groups).toBeLessThanOrEqual(measured);
    expect(groups).toBeLessThan(new Set(all).size);
  });

  test('keeps near-duplicates together, whatever their intents', async () => {
    const twins = {
      ...corpus,
      entries: [...corpus.entries, entry('twin', ['track parcels', 'something of its own', 'and something else'])],
    };
    const { folds } = await divideCorpus(twins, { folds: 4, unseenIntents: false });
    const groups = await nearDuplicateGroups(textsOf(twins));
    const groupOf = new Map(textsOf(twins).map((text, position) => [text, groups[position]]));
    for (const { training, rows } of folds) {
      const trained = new Set(textsOf(training).map((text) => groupOf.get(text)));
      expect(rows.filter(({ utterance }) => trained.has(groupOf.get(utterance)))).toEqual([]);
    }
  });

  test('leaves each intent out whole in one fold, whose questions there count as out of scope', async () => {
    const { folds, unseenIntents } = await divideCorpus(corpus, { folds: 4 });
    expect(unseenIntents).toBe(true);
    const left = folds.flatMap(({ training }) => WORDS.filter((word) => !training.entries.some(({ intent }) => intent === word)));
    expect(left.toSorted()).toEqual(WORDS.toSorted());
    const questions = new Set(corpus.entries.flatMap((item) => item.questions));
    for (const { training, rows } of folds) {
      const known = new Set(training.entries.map(({ intent }) => intent));
      for (const { utterance, intent } of rows) {
        if (!questions.has(utterance)) expect(intent).toBeNull();
        else expect(intent).toBe(known.has(utterance.split(' ')[1] ?? '') ? utterance.split(' ')[1] : null);
      }
    }
  });

  test('is the same with one seed and another with another', async () => {
    expect(await divideCorpus(corpus, { seed: 3 })).toEqual(await divideCorpus(corpus, { seed: 3 }));
    for (const unseenIntents of [true, false]) {
      const [one, other] = [await divideCorpus(corpus, { seed: 3, unseenIntents }), await divideCorpus(corpus, { seed: 4, unseenIntents })];
      expect(one.folds).not.toEqual(other.folds);
    }
  });

  test('has four parts of about one size, unless told otherwise, and none of the golden rows', async () => {
    const golden = [{ utterance: 'where is it', intent: 'parcel', gates: true, file: 'golden.yaml', line: 1 }];
    const { folds } = await divideCorpus({ ...corpus, golden } as Corpus, { unseenIntents: false });
    expect(folds).toHaveLength(4);
    for (const { rows, training } of folds) {
      expect(rows.length).toBeGreaterThanOrEqual(10);
      expect(training.golden).toEqual([]);
    }
  });

  test('trains with the calibration rows of the intents that are there, which an intent left out takes along', async () => {
    const calibration = [
      ...corpus.entries.map(({ intent }) => ({ utterance: `typed ${intent}`, intent })),
      { utterance: 'neither', intent: null },
    ];
    const { folds } = await divideCorpus({ ...corpus, calibration }, { unseenIntents: true });
    for (const { training } of folds) {
      const known = new Set(training.entries.map(({ intent }) => intent));
      expect(known.size).toBeLessThan(calibration.length - 1);
      expect(training.calibration).toEqual(calibration.filter(({ intent }) => intent === null || known.has(intent)));
    }
    for (const { training } of (await divideCorpus(corpus)).folds) expect(training.calibration).toBeUndefined();
  });

  test('trains without an entry’s counter-example that says nearly what is measured', async () => {
    const near = entry('weather', ['rain coat', 'umbrella please'], { counterExamples: ['what is the weathers'] });
    const { folds } = await divideCorpus({ ...corpus, entries: [...corpus.entries, near] }, { unseenIntents: false });
    const measuring = folds.find(({ rows }) => rows.some(({ utterance }) => utterance === 'what is the weather'));
    expect(measuring?.training.entries.flatMap(({ counterExamples }) => counterExamples)).not.toContain('what is the weathers');
  });

  test('few intents are never left out, and an intent of one question is not measured', async () => {
    const small = { ...corpus, entries: [entry('one', ['a single question']), entry('two', ['something else', 'entirely other words'])] };
    const { unseenIntents, unmeasured, folds } = await divideCorpus(small, { folds: 2 });
    expect(unseenIntents).toBe(false);
    const of = async (intents: number) => (await divideCorpus({ ...corpus, entries: corpus.entries.slice(0, intents) })).unseenIntents;
    expect([await of(7), await of(8)]).toEqual([false, true]);
    expect(unmeasured).toBeGreaterThanOrEqual(1);
    expect(folds.flatMap(({ rows }) => rows).filter(({ intent }) => intent === 'one')).toEqual([]);
  });
});

test('a corpus as files is the same corpus again', () => {
  const rich: Corpus = {
    ...corpus,
    entries: [
      entry('a', ['x y', 'z'], {
        locale: 'de',
        tags: ['t'],
        metadata: { k: 'v' },
        counterExamples: ['no'],
        demands: { minConfidence: 0.5 },
      }),
    ],
    calibration: [
      { utterance: 'typed', intent: 'a' },
      { utterance: 'else', intent: null },
    ],
    settings: { minPrecision: 0.9, outOfScopeShare: 0.3 },
  };
  expect(parseCorpus(corpusAsFiles(rich)).corpus).toEqual(rich);
  const { calibration: _, ...plain } = rich;
  expect(parseCorpus(corpusAsFiles(plain)).corpus).toEqual(plain);
});

describe('a learning curve', () => {
  test('takes sizes below the middle intent', () => {
    expect(learningSizes(corpus)).toEqual([1, 2, 3, 5]);
    expect(learningSizes({ ...corpus, entries: [entry('a', ['one'])] })).toEqual([]);
    const sized = [2, 4, 30, 60].map((size, i) =>
      entry(
        `e${i}`,
        Array.from({ length: size }, (_, at) => `q${at}`),
      ),
    );
    expect(learningSizes({ ...corpus, entries: sized })).toEqual([1, 2, 3, 5, 10, 20]);
  });

  test('keeps at most so many questions an intent, the smaller draw within the larger', () => {
    const [two, three] = [withFewerQuestions(corpus, 2), withFewerQuestions(corpus, 3)];
    expect(two.entries.map(({ questions }) => questions.length)).toEqual(WORDS.map(() => 2));
    for (const [i, { questions }] of two.entries.entries())
      expect(three.entries[i]?.questions).toEqual(expect.arrayContaining([...questions]));
    // Drawn, and not the first ones of the file.
    expect(withFewerQuestions(corpus, 2, 7).entries).not.toEqual(two.entries);
  });

  test('counts the questions of an intent over all its entries; one that keeps none falls away, and golden rows do', () => {
    const split = [entry('a', ['one', 'two']), entry('b', ['three', 'four'], { intent: 'a' }), entry('c', ['five'])];
    const { entries, golden } = withFewerQuestions({ ...corpus, entries: split, golden: [{}] } as unknown as Corpus, 1);
    expect(entries.map(({ intent, questions }) => [intent, questions.length])).toEqual([
      ['a', 1],
      ['c', 1],
    ]);
    expect(golden).toEqual([]);
  });
});
