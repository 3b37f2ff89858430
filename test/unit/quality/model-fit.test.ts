import { beforeAll, describe, expect, it } from 'vitest';
import type { Corpus } from '../../../src/corpus/corpus.ts';
import { parseCorpus } from '../../../src/corpus/parse-corpus.ts';
import { type ModelFolder, readModelFolder } from '../../../src/encoder/model-folder.ts';
import { createFitJudge, type Fit, type Misfit } from '../../../src/quality/model-fit.ts';
import { hubModel, SHIPPED_MODEL } from '../../support/model-fixtures.ts';

const ENGLISH = [
  'How do I reset my password?',
  'Where is my order?',
  'Can I change the delivery address?',
  'Which means of payment do you accept?',
  'My card was declined, order 4111111111111111.',
];
const GERMAN = [
  'Wie kann ich mein Passwort zurücksetzen?',
  'Wo ist meine Bestellung?',
  'Ich möchte meine Lieferadresse ändern.',
  'Welche Zahlungsarten gibt es?',
  'Meine Karte wurde abgelehnt.',
];
const MEDICAL = [
  'What is the dosage of amoxicillin in children with pharyngitis?',
  'Is hydroxychloroquine contraindicated with azithromycin?',
  'How is thrombocytopenia treated?',
  'Does metformin cause lactic acidosis?',
];

function corpusOf(locales: Readonly<Record<string, readonly string[]>>): Corpus {
  const entries = Object.entries(locales).flatMap(([locale, questions]) =>
    questions.map((question, at) => ({
      id: `${locale}${at}`,
      questions: [question],
      answer: 'Yes.',
      ...(locale === '' ? {} : { locale }),
    })),
  );
  const { corpus } = parseCorpus([{ name: 'faq.json', data: Buffer.from(JSON.stringify({ entries })) }]);
  if (corpus === undefined) throw new Error('The corpus of the test has a fault.');
  return corpus;
}

describe('the shipped encoder', () => {
  let fitOf: (corpus: Corpus) => Fit;
  const judge = (corpus: Corpus): readonly Misfit[] => fitOf(corpus).misfits;
  beforeAll(async () => {
    fitOf = createFitJudge(await readModelFolder(SHIPPED_MODEL));
  });

  const kinds = (locales: Readonly<Record<string, readonly string[]>>) => judge(corpusOf(locales)).map(({ kind }) => kind);

  it('suits an English FAQ', () => {
    expect(judge(corpusOf({ '': ENGLISH, en: ENGLISH.map((text) => `Please: ${text}`) }))).toEqual([]);
  });

  it('breaks German and medical words into shards, which is told with the words and what to do', () => {
    const [misfit] = judge(corpusOf({ en: ENGLISH, de: GERMAN }));
    expect(misfit).toMatchObject({ kind: 'shattered words', next: expect.stringContaining('adapt the encoder') });
    expect(misfit?.detail).toMatch(
      /^questions in de: \d+ % of the words break into more than 3 pieces \(zurücksetzen, .*\), 2\.\d pieces a word$/u,
    );
    expect(kinds({ en: MEDICAL })).toEqual(['shattered words']);
  });

  it('lacks the script of a Russian or Chinese FAQ, and knows few Chinese words', () => {
    const russian = [
      'Как мне сбросить пароль?',
      'Где мой заказ?',
      'Я хочу изменить адрес доставки.',
      'Моя карта была отклонена.',
      'Когда придёт моя посылка?',
    ];
    expect(judge(corpusOf({ ru: russian }))[0]).toMatchObject({
      kind: 'script',
      detail: expect.stringMatching(
        /^questions in ru: 100 % of the letters are Cyrillic, in which the model's vocabulary has 86 of its 30522 pieces$/u,
      ),
      next: expect.stringContaining('multilingual'),
    });
    const chinese = ['我怎么重置密码？', '我的订单在哪里？', '我想更改送货地址。', '我的卡被拒绝了。', '我的包裹什么时候到？'];
    expect(kinds({ zh: chinese })).toEqual(['script', 'unknown words']);
    // A few questions of another locale do not hide behind many that are read well.
    const many = Array.from({ length: 20 }, () => ENGLISH).flat();
    expect(judge(corpusOf({ en: many, ru: russian.slice(0, 2) })).map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^questions in ru: 100 % of the letters are Cyrillic/u),
    ]);
  });

  it('cuts questions longer than it reads', () => {
    const [misfit] = judge(corpusOf({ en: [...ENGLISH, `${'please tell me '.repeat(90)}now`] }));
    expect(misfit).toMatchObject({
      kind: 'length',
      detail: expect.stringContaining('1 of 6 questions are longer than the 256 word pieces'),
    });
  });

  it('is not judged by a handful of words, nor by numbers, marks and signs', () => {
    expect(fitOf(corpusOf({ de: GERMAN.slice(0, 1) }))).toEqual({ misfits: [], enoughWords: false });
    expect(fitOf(corpusOf({ de: GERMAN.slice(0, 1), en: ENGLISH })).enoughWords).toBe(true);
    expect(judge(corpusOf({ en: Array.from({ length: 30 }, (_, at) => `${at}123456789 👍🏽 §§ ${at}a1b2c3d4`) }))).toEqual([]);
  });
});

it('a Unigram vocabulary is looked at as a WordPiece one is', async () => {
  const model = await readModelFolder(hubModel('hub-xlm-roberta-prefixes'));
  const { misfits: found } = createFitJudge(model)(
    corpusOf({ hi: ['मेरा ऑर्डर कहां है और मैं अपना पासवर्ड कैसे रीसेट करूं और कब मिलेगा और क्या यह ठीक है या मुझे फिर से ऑर्डर करना है'] }),
  );
  expect(found.map(({ kind }) => kind)).toContain('script');
  expect(found.map(({ kind }) => kind)).toContain('unknown words');
});

it('a vocabulary of bytes says nothing of scripts', async () => {
  const shipped = await readModelFolder(SHIPPED_MODEL);
  const json = { ...shipped.tokenizer.json, pre_tokenizer: { type: 'ByteLevel' } };
  const model: ModelFolder = { ...shipped, tokenizer: { ...shipped.tokenizer, json } };
  expect(createFitJudge(model)(corpusOf({ ru: ['Где мой заказ?'] })).misfits).toEqual([]);
});
