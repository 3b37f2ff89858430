import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GetAnswerRequest, ListEntriesRequest } from '../../src/generated/faqmatch/v1/faq.ts';
import type { FaqItem } from '../support/faq-source.ts';
import { faqFile } from '../support/faq-source.ts';
import { ask, refusalOf, type Served, serveReal } from '../support/served.ts';

const HELLO: readonly FaqItem[] = [
  { id: 'hello-de', questions: ['Hallo du'], locale: 'de', tags: ['greeting'] },
  { id: 'hello-at', questions: ['Servus du'], locale: 'de-AT', tags: ['greeting', 'south'] },
  { id: 'hello', questions: ['Hello you'], tags: ['greeting'] },
  { id: 'bye-fr', questions: ['Au revoir'], locale: 'fr-FR' },
];
const INTENT_OF: Readonly<Record<string, string>> = { 'hello-de': 'hello', 'hello-at': 'hello', hello: 'hello', 'bye-fr': 'bye' };
const ENTRIES: readonly FaqItem[] = [
  ...HELLO.map((item) => ({ ...item, intent: INTENT_OF[item.id], metadata: { source: 'test' } })),
  ...Array.from({ length: 120 }, (_, i) => ({ id: `many-${i}`, questions: [`question number ${i}`], tags: ['many'] })),
];

let served: Served;
beforeAll(async () => {
  served = await serveReal({ entries: ENTRIES });
});
afterAll(() => served[Symbol.asyncDispose]());

const entry = (corpus: string, entryId: string) => ask(served.faq, served.faq.getEntry, { corpus, entryId });
const answer = (key: GetAnswerRequest['key'], locale = '', corpus = 'delivery') =>
  ask(served.faq, served.faq.getAnswer, { corpus, key, locale });
const list = (fields: Partial<ListEntriesRequest> = {}) =>
  ask(served.faq, served.faq.listEntries, { corpus: 'delivery', pageSize: 0, pageToken: '', filter: undefined, ...fields });

describe('GetEntry', () => {
  it('returns the entry with the version it was read from', async () => {
    expect(await entry('delivery', 'hello-at')).toEqual({
      entry: {
        id: 'hello-at',
        intent: 'hello',
        questions: ['Servus du'],
        answer: 'Answer of hello-at.',
        locale: 'de-AT',
        tags: ['greeting', 'south'],
        metadata: { source: 'test' },
        counterExamples: [],
      },
      version: served.versions.active('delivery')?.version,
    });
  });

  it.each(['nobody', '__proto__', 'constructor'])('answers NOT_FOUND to entry %s', async (id) => {
    expect(await refusalOf(entry('delivery', id))).toMatchObject({ code: status.NOT_FOUND, reason: 'ENTRY_NOT_FOUND' });
  });

  it('answers NOT_FOUND to an unknown corpus and refuses empty names', async () => {
    expect((await refusalOf(entry('nowhere', 'hello'))).code).toBe(status.NOT_FOUND);
    expect((await refusalOf(entry('', ''))).fields).toEqual(['corpus', 'entry_id']);
  });
});

describe('GetAnswer', () => {
  const hello: GetAnswerRequest['key'] = { $case: 'intent', value: 'hello' };

  it.each([
    ['no locale: the first entry', '', 'hello-de'],
    ['the very locale', 'de-AT', 'hello-at'],
    ['the very locale in another case', 'DE-at', 'hello-at'],
    ['its language where the very one is missing', 'de-CH', 'hello-de'],
    ['an entry without locale where the language is missing', 'fr', 'hello'],
  ])('takes %s', async (_name, locale, id) => {
    expect((await answer(hello, locale)).entryId).toBe(id);
  });

  it('takes the language elsewhere before nothing', async () => {
    expect((await answer({ $case: 'intent', value: 'bye' }, 'fr-CA')).entryId).toBe('bye-fr');
  });

  it('answers NOT_FOUND where no entry fits the locale, and to unknown keys', async () => {
    expect((await refusalOf(answer({ $case: 'intent', value: 'bye' }, 'de'))).code).toBe(status.NOT_FOUND);
    expect((await refusalOf(answer({ $case: 'entryId', value: 'bye-fr' }, 'de'))).code).toBe(status.NOT_FOUND);
    expect((await refusalOf(answer({ $case: 'intent', value: 'toString' }))).code).toBe(status.NOT_FOUND);
  });

  it('looks an entry up by its id', async () => {
    expect(await answer({ $case: 'entryId', value: 'hello-at' }, 'de-AT')).toMatchObject({
      intent: 'hello',
      answer: 'Answer of hello-at.',
      locale: 'de-AT',
    });
  });

  it('refuses a request without key, an empty one and a locale that is none', async () => {
    expect((await refusalOf(answer(undefined))).fields).toEqual(['key']);
    expect((await refusalOf(answer({ $case: 'intent', value: '' }, 'not a locale'))).fields).toEqual(['intent', 'locale']);
  });
});

describe('ListEntries', () => {
  it('gives the whole corpus page by page, each entry once, in its own order', async () => {
    const ids: string[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = await list({ pageSize: 30, pageToken });
      expect(page.total).toBe(ENTRIES.length);
      ids.push(...page.entries.map(({ id }) => id));
      pageToken = page.nextPageToken;
      pages += 1;
    } while (pageToken !== '');
    expect(ids).toEqual(ENTRIES.map(({ id }) => id));
    expect(pages).toBe(5);
  });

  it('gives 50 entries where no size is asked for', async () => {
    expect((await list()).entries).toHaveLength(50);
  });

  it('filters by any locale, all tags and the intent', async () => {
    const ids = async (filter: ListEntriesRequest['filter']) => (await list({ filter })).entries.map(({ id }) => id);
    // de-AT is a region of de, and de the language of de-CH; de-AT is another region than de-CH.
    expect(await ids({ locales: ['de', 'fr-FR'], tags: [], intent: '' })).toEqual(['hello-de', 'hello-at', 'bye-fr']);
    expect(await ids({ locales: ['de-CH', 'fr'], tags: [], intent: '' })).toEqual(['hello-de', 'bye-fr']);
    expect(await ids({ locales: [], tags: ['greeting', 'south'], intent: '' })).toEqual(['hello-at']);
    expect(await ids({ locales: [], tags: [], intent: 'bye' })).toEqual(['bye-fr']);
  });

  it('refuses a token of another filter or corpus, a damaged one and a size over the limit', async () => {
    const { nextPageToken } = await list({ filter: { locales: [], tags: ['many'], intent: '' } });
    for (const fields of [{ pageToken: nextPageToken }, { pageToken: 'x' }, { pageToken: `${nextPageToken.slice(0, -4)}AAAA` }]) {
      expect(await refusalOf(list(fields))).toMatchObject({ code: status.INVALID_ARGUMENT, fields: ['page_token'] });
    }
    expect((await refusalOf(list({ pageSize: 501 }))).fields).toEqual(['page_size']);
  });

  it('ends a page early rather than send a message that clients refuse', async () => {
    const answerText = 'long '.repeat(19_000);
    const big = Array.from({ length: 60 }, (_, i) => ({ id: `big-${i}`, questions: [`big question ${i}`], answer: answerText }));
    await served.versions.reload('big', faqFile(big));
    const page = await list({ corpus: 'big', pageSize: 500 });
    expect(page.entries.length).toBeLessThan(60);
    expect(page.nextPageToken).not.toBe('');
    const rest = await list({ corpus: 'big', pageSize: 500, pageToken: page.nextPageToken });
    expect(page.entries.length + rest.entries.length).toBe(60);
  });

  it('keeps to the version it began with when another becomes active', async () => {
    const first = await list({ pageSize: 100 });
    await served.versions.reload('delivery', faqFile(ENTRIES.slice(0, 3)));
    const second = await list({ pageSize: 100, pageToken: first.nextPageToken });
    expect(second).toMatchObject({ version: first.version, total: ENTRIES.length });
    expect((await list()).total).toBe(3);
  });
});

describe('ListCorpora and GetInfo', () => {
  it('name the corpora with their active versions', async () => {
    const { corpora } = await ask(served.faq, served.faq.listCorpora, {});
    const delivery = corpora.find(({ corpus }) => corpus === 'delivery');
    expect(delivery).toMatchObject({ activeVersion: served.versions.active('delivery')?.version, activatedAt: expect.any(Date) });
    const info = await ask(served.info, served.info.getInfo, {});
    expect(info.corpora).toEqual(corpora);
  });

  it('tell the build, the model and every limit', async () => {
    const { version, model, limits, index } = await ask(served.info, served.info.getInfo, {});
    expect(version).toBe('9.9.9');
    expect(index).toBe('embedded');
    expect(model).toEqual(served.encoder.info);
    expect(limits).toEqual({
      maxUtteranceChars: 2000,
      maxTopK: 100,
      maxBatchRequests: 256,
      maxQueueTexts: 1000,
      maxBatchTokens: 4096,
      maxAdminMessageBytes: 64 * 1024 * 1024,
      maxMessageBytes: 4 * 1024 * 1024,
      keptVersions: 5,
      maxPageSize: 500,
      maxStreamInFlight: 32,
      maxFilterValues: 100,
    });
  });
});
