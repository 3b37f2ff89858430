import { expect, test } from 'vitest';
import { openSubsetCache } from '../../../src/index/embedded/subset-cache.ts';
import { madeUpVersion } from '../../support/index-oracle.ts';

const { rows, vectors } = madeUpVersion({ corpus: 'shop', version: 'v1' }, 30);
const english = { locales: ['en'], tags: [] };
const german = { locales: ['de'], tags: [] };

test('a filter asked again is not cut again, whatever the order and repeats of its names', () => {
  const subsetOf = openSubsetCache({ rows, vectors, dimension: 16, maxBytes: 1e6 });
  const first = subsetOf({ locales: ['en', 'de'], tags: ['b', 'a'] });
  expect(subsetOf({ locales: ['de', 'en', 'en'], tags: ['a', 'b'] })).toBe(first);
  expect(subsetOf({ locales: ['de'], tags: ['a', 'b'] })).not.toBe(first);
});

test('the filter used longest ago goes first when the bytes run out', () => {
  // Ten rows of 16 float32 take 640 bytes and a little: two fit, three do not.
  const subsetOf = openSubsetCache({ rows, vectors, dimension: 16, maxBytes: 1_600 });
  const first = subsetOf(english);
  const second = subsetOf(german);
  expect(subsetOf(english)).toBe(first);
  subsetOf({ locales: [''], tags: [] });
  expect(subsetOf(english)).toBe(first);
  expect(subsetOf(german)).not.toBe(second);
});

test('a part whose copy could not be kept is not copied, so that it is not copied for each search', () => {
  // Ten of thirty rows of 16 numbers: 800 bytes with their int8.
  const copied = (maxBytes: number) => openSubsetCache({ rows, vectors, dimension: 16, maxBytes })(english).search !== undefined;
  expect([copied(799), copied(800)]).toEqual([false, true]);
});

test('a subset over the bound alone is used and not kept', () => {
  const subsetOf = openSubsetCache({ rows, vectors, dimension: 16, maxBytes: 50 });
  expect(subsetOf(english).rows).toHaveLength(10);
  expect(subsetOf(english)).not.toBe(subsetOf(english));
});

test('one over the bound drives out none of those that are kept', () => {
  const subsetOf = openSubsetCache({ rows, vectors, dimension: 16, maxBytes: 1_000 });
  const small = subsetOf(english);
  subsetOf({ locales: ['en', 'de'], tags: ['a tag of many letters '.repeat(50)] });
  expect(subsetOf(english)).toBe(small);
});
