import { describe, expect, test } from 'vitest';
import { idOfName, qdrantNames, uuidOf } from '../../../../src/index/qdrant/names.ts';

const names = qdrantNames('faqmatch');

describe('names in Qdrant', () => {
  test('of versions and aliases are read back as they were made', () => {
    const made = names.version('shop', '20261103t100000-ab12', 3);
    expect(made.name).toBe('faqmatch.shop.20261103t100000-ab12.3');
    expect(names.parseVersion(made.name)).toEqual(made);
    expect(names.parseAlias(names.alias('shop'))).toEqual({ corpus: 'shop', kind: 'active' });
    expect(names.parseAlias(names.nextAlias('shop'))).toEqual({ corpus: 'shop', kind: 'next' });
  });

  test.each([
    ['another prefix', 'other.shop.v1.1'],
    ['a prefix that only begins the same', 'faqmatch2.shop.v1.1'],
    ['no generation', 'faqmatch.shop.v1'],
    ['generation 0', 'faqmatch.shop.v1.0'],
    ['a generation that is no number', 'faqmatch.shop.v1.x'],
    ['a part too many', 'faqmatch.shop.v1.1.1'],
    ['the state collection', names.state],
    ['the embeddings', names.embeddings],
    ['an alias', names.alias('shop')],
    ['an announcement', names.nextAlias('shop')],
    ['nothing', ''],
  ])('are not taken for a version: %s', (_, name) => expect(names.parseVersion(name)).toBeUndefined());

  test.each([
    'other.shop',
    names.state,
    names.embeddings,
    'faqmatch.',
    'faqmatch',
    'faqmatch.shop.v1.1',
    'faqmatch.shop.later',
    'faqmatch.shop.next.next',
    'faqmatch._state.next',
  ])('are not taken for an alias of ours: %s', (name) => expect(names.parseAlias(name)).toBeUndefined());

  test('become ids that are the same everywhere and differ by name', () => {
    expect(idOfName('shop')).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
    expect(idOfName('shop')).toBe(idOfName('shop'));
    expect(idOfName('shop')).not.toBe(idOfName('bank'));
    expect(uuidOf(Uint8Array.from({ length: 32 }, (_, place) => place))).toBe('00010203-0405-0607-0809-0a0b0c0d0e0f');
  });
});
