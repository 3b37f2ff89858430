import { expect, it } from 'vitest';
import { toJson } from '../../../src/client/json.ts';
import { matchRequest, reloadRequest } from '../../../src/client/requests.ts';
import { ReloadCorpusResponse } from '../../../src/generated/faqmatch/v1/admin.ts';
import { ListCorporaResponse } from '../../../src/generated/faqmatch/v1/faq.ts';
import { MatchRequest } from '../../../src/generated/faqmatch/v1/match.ts';

it('a match carries all that was asked for', () => {
  const asked = {
    corpus: 'shop',
    utterance: 'where is it?',
    topK: 7,
    minConfidence: 0,
    minPrecision: 0.9,
    context: { previousIntent: 'track' },
    filter: { locales: ['de'], tags: ['vip'] },
    explain: true,
    version: 'v-1',
  };
  expect(matchRequest(asked)).toMatchObject(asked);
});

it('a match carries nothing that was not asked for', () => {
  const asked = { corpus: 'shop', utterance: 'where is it?' };
  expect(matchRequest(asked)).toEqual(MatchRequest.fromPartial(asked));
});

it.each([
  [undefined, false],
  [true, true],
])('a reload that stages only says so: %s', (stageOnly, sent) => {
  const source = { path: 'shop' };
  expect(reloadRequest({ corpus: 'shop', source, ...(stageOnly === undefined ? {} : { stageOnly }) })).toMatchObject({
    stageOnly: sent,
    force: false,
  });
});

it('JSON has zero values, dates as text, and names one of several by its own name', () => {
  const activatedAt = new Date('2026-01-02T03:04:05Z');
  const listed = ListCorporaResponse.fromPartial({ corpora: [{ corpus: 'shop', activatedAt }] });
  expect(toJson('ListCorporaResponse', listed)).toMatchObject({ corpora: [{ entries: 0, activatedAt: '2026-01-02T03:04:05.000Z' }] });
  const result = { version: 'v-1', encoded: 0, unchanged: false, warnings: [] };
  const reload = ReloadCorpusResponse.fromPartial({ event: { $case: 'result', value: result } });
  expect(toJson('ReloadCorpusResponse', reload)).toMatchObject({ result });
});
