import { describe, expect, test } from 'vitest';
import { buildSpelling } from '../../../src/text/spelling.ts';

const TEXTS = [
  'where is my refund',
  'when comes the refund for my order',
  'my account is locked',
  'close my account',
  'it does not let me log in, what’s wrong',
  'print the receipt',
  'the printer does not print',
];
/** What a vocabulary would know beside the corpus. */
const ENGLISH = new Set(['refuse', 'counts', 'what', 'order', 'orders', 'lost', 'accounts', 'won', 's', 'customer']);
const spelling = buildSpelling(TEXTS);
const read = (text: string) => spelling.read(text, (word) => ENGLISH.has(word));
const textOf = (text: string) => read(text).text;

describe('a word that neither corpus nor vocabulary knows', () => {
  test('is read as the word of the corpus one slip away: exchanged, left out, added or changed letters', () => {
    for (const typed of ['refnud', 'refud', 'reffund', 'refumd']) {
      expect(read(`my ${typed}, please`)).toEqual({ text: 'my refund, please', words: [{ typed, read: 'refund' }] });
    }
  });

  test('stays where it is two slips away, or begins with another letter', () => {
    expect(textOf('refnudd eccount')).toBe('refnudd eccount');
  });

  test('is read as the more frequent of two, and stays between two that are as frequent', () => {
    const of = (texts: readonly string[]) => buildSpelling(texts).read('printes', () => false).text;
    expect(of(['printer', 'printed', 'printed'])).toBe('printed');
    expect(of(['printer', 'printed'])).toBe('printes');
    expect(of(['printer', 'printed', 'prints', 'prints'])).toBe('prints');
  });

  test('stays where it is a known word with one more letter at its end: inflected, not misspelt', () => {
    // "receipts" would be "receipt", too, but of "refunds" nobody knows whether it is meant so.
    expect(textOf('refunds receipts')).toBe('refunds receipts');
  });

  test('gets the apostrophe that the corpus writes', () => {
    expect(read('whats wrong').words).toEqual([{ typed: 'whats', read: "what's" }]);
    expect(textOf('the customer’s order')).toBe('the customer’s order');
  });

  test('keeps its capitals', () => {
    expect(textOf('Refnud! WHERE')).toBe('Refund! WHERE');
    expect(textOf('WHERE IS MY REFNUD')).toBe('WHERE IS MY REFUND');
  });
});

describe('a word stays as it was typed', () => {
  test('where the corpus or the vocabulary has it', () => {
    expect(textOf('refuse accounts receipt')).toBe('refuse accounts receipt');
  });

  test('where it is short', () => {
    expect(textOf('lgo teh')).toBe('lgo teh');
  });

  test('in numbers, addresses, paths and names in code', () => {
    const text = 'refnud2 me@refnud.com /refnud my_refnud refnud.com';
    expect(textOf(text)).toBe(text);
  });

  test('in capitals among small letters, as codes and names are', () => {
    expect(textOf('the REFNUD form')).toBe('the REFNUD form');
  });

  test('in scripts of syllables and words', () => {
    const corpus = buildSpelling(['환불하나요', 'パスワード', '我要退款吗']);
    for (const text of ['환불하네요', 'パスワーデ', '我要退钱吗']) expect(corpus.read(text, () => false).text).toBe(text);
  });
});

test('letters of every alphabet are read alike', () => {
  const corpus = buildSpelling(['wo ist meine überweisung', 'где мой заказ клиента']);
  expect(corpus.read('überwiesung клинета', () => false).text).toBe('überweisung клиента');
});

test('the vocabulary is asked only of words one slip from the corpus', () => {
  const asked: string[] = [];
  spelling.read('some entirely unrelated words and refuse', (word) => {
    asked.push(word);
    return true;
  });
  expect(asked).toEqual([]);
  spelling.read('refumd', (word) => {
    asked.push(word);
    return true;
  });
  expect(asked).toEqual(['refumd']);
});

test('the order of the corpus changes nothing, and a word is never read twice', () => {
  const turned = buildSpelling(TEXTS.toReversed());
  for (const text of ['refnud acount recieptt pirnter', 'prinnt', 'recepit']) {
    const once = read(text);
    expect(turned.read(text, (word) => ENGLISH.has(word))).toEqual(once);
    expect(read(once.text).words).toEqual([]);
  }
});

describe('of the words of a corpus', () => {
  const reading = (texts: readonly string[], exists: readonly string[] = []) => {
    const own = buildSpelling(texts);
    return (text: string) => own.read(text, (word) => exists.includes(word)).text;
  };

  test('one of four letters is the shortest that is read, and no shorter one is', () => {
    const short = reading(['my card and my cat']);
    expect(short('my crad')).toBe('my card');
    expect(short('my caat')).toBe('my caat');
    expect(short('my act')).toBe('my act');
  });

  test('the most frequent is read, whether it is as long or a letter longer', () => {
    const often = (word: string, times: number) => Array.from({ length: times }, () => word);
    // Of the longer ones the first by letters is rarer than what is as long.
    const frequent = reading([...often('parch', 3), ...often('parcal', 1), ...often('parcel', 5)]);
    expect(frequent('parcl')).toBe('parcel');
  });

  test('a word with an apostrophe stays where both of its parts are words', () => {
    expect(reading(['all users'], ['user', 's'])("the user's")).toBe("the user's");
    expect(reading(['all users'], ['user'])("the user's")).toBe('the users');
  });

  test('one is written as the typed one begins', () => {
    const parcel = reading(['my parcel']);
    expect(parcel('my Parcle')).toBe('my Parcel');
    expect(parcel('my parCle')).toBe('my parcel');
    expect(parcel('MY PARCLE')).toBe('MY PARCEL');
  });
});
