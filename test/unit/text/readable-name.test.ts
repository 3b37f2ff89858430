import { expect, test } from 'vitest';
import { readableName } from '../../../src/text/readable-name.ts';

test.each([
  ['card_arrival', 'card arrival'],
  ['cardArrival', 'card arrival'],
  ['SearchCreativeWork', 'search creative work'],
  ['smalltalk.bad-day', 'smalltalk bad day'],
  ['Verlängerung_des_Vertrags', 'verlängerung des vertrags'],
  ['  FAQ 17: returns? ', 'faq 17 returns'],
  ['401kRollover', '401k rollover'],
  ['退货_政策', '退货 政策'],
  ['---', ''],
])('the name %j reads %j', (name, words) => {
  expect(readableName(name)).toBe(words);
});
