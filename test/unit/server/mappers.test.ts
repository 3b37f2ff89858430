import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatchAnswer } from '../../../src/answering/match-answer.ts';
import type { Entry } from '../../../src/corpus/corpus.ts';
import { FaqError } from '../../../src/errors.ts';
import { entryInLocale } from '../../../src/server/grpc/answer-locale.ts';
import { toMatchCall, toMatchResponse } from '../../../src/server/grpc/match-mapper.ts';
import { readPageToken, writePageToken } from '../../../src/server/grpc/page-token.ts';
import { throttleProgress } from '../../../src/server/grpc/reload-events.ts';
import { notReadyReasons, serving } from '../../../src/server/health/serving.ts';
import { DEFAULT_SERVER_LIMITS } from '../../../src/server/options.ts';
import { splitDescriptorSet } from '../../../src/server/reflection.ts';
import type { ReloadProgress } from '../../../src/versions/contract.ts';
import { madeAnswer } from '../../support/match-answer.ts';
import { matchRequest } from '../../support/served.ts';

const entry = (id: string, locale: string): Entry => ({
  id,
  intent: 'i',
  questions: ['q'],
  answer: 'a',
  locale,
  tags: [],
  metadata: {},
  counterExamples: [],
});

describe('toMatchCall', () => {
  it('gives defaults for zero values and keeps the rest', () => {
    expect(toMatchCall(matchRequest({ explain: true, minConfidence: 0 }), DEFAULT_SERVER_LIMITS)).toEqual({
      corpus: 'delivery',
      utterance: 'where is my parcel',
      topK: 5,
      minConfidence: 0,
      filter: undefined,
      explain: true,
      version: undefined,
    });
  });

  it('never asks for more than an operator allows, even by default', () => {
    expect(toMatchCall(matchRequest(), { ...DEFAULT_SERVER_LIMITS, maxTopK: 3 }).topK).toBe(3);
  });

  it('refuses filter values longer than any that is stored before it normalises them', () => {
    const marks = `a${'\u0315\u0300'.repeat(100_000)}`;
    const began = performance.now();
    for (const filter of [
      { locales: [], tags: [marks] },
      { locales: [marks], tags: [] },
    ])
      expect(() => toMatchCall(matchRequest({ filter }), DEFAULT_SERVER_LIMITS)).toThrow(
        /expected values of at most 256 characters; got 200001/u,
      );
    // Normalising them takes seconds.
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('reads filter values as entries store them', () => {
    const filter = { locales: ['PT-br', 'iw'], tags: [' Cafe\u0301  bar '] };
    expect(toMatchCall(matchRequest({ filter }), DEFAULT_SERVER_LIMITS).filter).toEqual({ locales: ['pt-BR', 'he'], tags: ['Café bar'] });
  });

  it('takes as many filter values as allowed, as long as any that is stored', () => {
    const filterOf = (tags: readonly string[]) => () => toMatchCall(matchRequest({ filter: { locales: [], tags } }), DEFAULT_SERVER_LIMITS);
    const most = Array.from({ length: DEFAULT_SERVER_LIMITS.maxFilterValues }, (_, at) => `tag ${at}`);
    expect(filterOf(most)().filter?.tags).toEqual(most);
    expect(filterOf([...most, 'one more'])).toThrow(/expected at most 100 values; got 101/u);
    // Stored names have 256 characters at most, each of up to two code units.
    expect(filterOf(['🙂'.repeat(256)])().filter?.tags[0]).toHaveLength(512);
    expect(filterOf(['🙂'.repeat(257)])).toThrow(/at most 256 characters/u);
  });

  it.each([
    ['de_AT', /got "de_AT"; write de-AT\./u],
    ['not a locale', /got "not a locale"\./u],
  ])('refuses the locale %s, that no entry can have, instead of finding none', (locale, message) => {
    const filter = { locales: ['en', locale], tags: [] };
    expect(() => toMatchCall(matchRequest({ filter }), DEFAULT_SERVER_LIMITS)).toThrow(message);
  });

  it('refuses an answer that would not fit into one message, whichever of its texts are long', () => {
    const respond = (text: Partial<MatchAnswer['candidates'][number]>) => () => {
      const candidate = {
        intent: 'i',
        entryId: 'e',
        confidence: 0.01,
        similarity: 0,
        matchedQuestion: 'q',
        answer: '',
        metadata: {},
        tags: [],
        locale: '',
        ...text,
      };
      return toMatchResponse(
        'm-1',
        madeAnswer({
          decision: 'no_match',
          candidates: Array.from({ length: 40 }, () => candidate),
          noneConfidence: 1,
        }),
      );
    };
    expect(respond({ answer: 'x'.repeat(70_000) })().candidates).toHaveLength(40);
    for (const text of [{ answer: 'x'.repeat(90_000) }, { answer: '漢'.repeat(30_000) }, { metadata: { manual: 'x'.repeat(90_000) } }])
      expect(respond(text)).toThrow(/more than 3145728 bytes.*fewer than 40 candidates/u);
  });

  it('takes a filter without values as none', () => {
    expect(toMatchCall(matchRequest({ filter: { locales: [], tags: [] } }), DEFAULT_SERVER_LIMITS).filter).toBeUndefined();
    expect(toMatchCall(matchRequest({ filter: { locales: [], tags: ['a'] } }), DEFAULT_SERVER_LIMITS).filter).toEqual({
      locales: [],
      tags: ['a'],
    });
  });

  it('either gives a call in range or a FaqError, whatever is sent', () => {
    const anything = fc.record({
      corpus: fc.oneof(fc.constant('delivery'), fc.string({ unit: 'binary' })),
      utterance: fc.string({ unit: 'binary' }),
      topK: fc.nat(),
      minConfidence: fc.option(fc.double(), { nil: undefined }),
      version: fc.oneof(fc.constant(''), fc.string()),
      filter: fc.option(fc.record({ locales: fc.array(fc.string()), tags: fc.array(fc.string()) }), { nil: undefined }),
    });
    fc.assert(
      fc.property(anything, (fields) => {
        try {
          const call = toMatchCall(matchRequest(fields), DEFAULT_SERVER_LIMITS);
          expect(call.topK).toBeGreaterThanOrEqual(1);
          expect(call.topK).toBeLessThanOrEqual(100);
          expect(call.utterance.trim()).not.toBe('');
          if (call.minConfidence !== undefined) expect(Math.abs(call.minConfidence - 0.5)).toBeLessThanOrEqual(0.5);
        } catch (error) {
          expect(error).toBeInstanceOf(FaqError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('page tokens', () => {
  const position = { version: 'v-0123456789abcdef', offset: 150 };

  it('come back as they went, for the same listing only', () => {
    const token = writePageToken(position, { corpus: 'shop' });
    expect(readPageToken(token, { corpus: 'shop' })).toEqual(position);
    expect(() => readPageToken(token, { corpus: 'bank' })).toThrow(FaqError);
  });

  it('are refused with one character changed, and as any other text', () => {
    const token = writePageToken(position, 'x');
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      if (Buffer.from(changed, 'base64url').equals(Buffer.from(token, 'base64url'))) continue;
      expect(() => readPageToken(changed, 'x'), changed).toThrow(FaqError);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readPageToken(text, 'x')).toThrow(FaqError);
      }),
    );
  });
});

describe('entryInLocale', () => {
  it('prefers the very locale, then the language, then the language elsewhere, then none', () => {
    const all = [entry('none', ''), entry('ch', 'de-CH'), entry('de', 'de'), entry('at', 'de-AT')];
    const order: string[] = [];
    let left: readonly Entry[] = all;
    for (let found = entryInLocale(left, 'de-at'); found !== undefined; found = entryInLocale(left, 'de-at')) {
      const { id } = found;
      order.push(id);
      left = left.filter((other) => other.id !== id);
    }
    expect(order).toEqual(['at', 'de', 'ch', 'none']);
    expect(entryInLocale([entry('en', 'en')], 'de')).toBeUndefined();
    expect(entryInLocale(all, '')?.id).toBe('none');
    expect(entryInLocale([], '')).toBeUndefined();
  });

  it.each([
    // The nearest wider locale, not any of the language.
    ['zh-Hant-TW', ['zh', 'zh-Hans', 'zh-Hant'], 'zh-Hant'],
    ['de-AT-1996', ['de', 'de-AT'], 'de-AT'],
    ['zh', ['zh-Hans', 'zh'], 'zh'],
    // The script that the region, or the language alone, is written in.
    ['zh', ['zh-Hant', 'zh-Hans'], 'zh-Hans'],
    ['zh-TW', ['zh', 'zh-Hant'], 'zh-Hant'],
    ['zh-TW', ['zh-Hans', 'zh-Hant-HK'], 'zh-Hant-HK'],
    ['zh-CN', ['zh-Hant', 'zh-SG'], 'zh-SG'],
    ['sr-Latn', ['sr-RS', 'sr-Latn-ME'], 'sr-Latn-ME'],
    // Its language in another script rather than no language at all.
    ['zh-TW', ['', 'zh-Hans'], 'zh-Hans'],
    // Old names that clients still send, and what is stored in another case.
    ['iw-IL', ['en', 'he'], 'he'],
    ['in', ['en', 'ID'], 'ID'],
    // A stored text that is no locale is in no language.
    ['en', ['en_GB', ''], ''],
  ])('asked for %s takes of %j %j', (asked, stored, expected) => {
    const entries = stored.map((locale, place) => entry(`e${place}`, locale));
    expect(entryInLocale(entries, asked)?.locale).toBe(expected);
  });
});

describe('throttleProgress', () => {
  it('lets each phase begin and end, and one event per tenth of a second between', () => {
    let now = 0;
    const sent: ReloadProgress[] = [];
    const tell = throttleProgress(
      (progress) => sent.push(progress),
      () => now,
    );
    for (let done = 0; done <= 1050; done += 1) {
      tell({ phase: 'encode', done, total: 1050 });
      now += 1;
    }
    tell({ phase: 'fit', done: 0, total: 2 });
    expect(sent.map(({ phase, done }) => `${phase} ${done}`)).toEqual([
      'encode 0',
      ...Array.from({ length: 10 }, (_, i) => `encode ${(i + 1) * 100}`),
      'encode 1050',
      'fit 0',
    ]);
  });
});

describe('serving', () => {
  const facts = {
    restored: true,
    restoreProblem: undefined,
    anyActive: true,
    draining: false,
    storeProblem: undefined,
    servesWithoutStore: false,
    encoderProblem: undefined,
  };

  const any = fc.boolean();

  it('follows the facts, and /readyz gives a reason exactly where Match is not served', () => {
    fc.assert(
      fc.property(
        fc.record({ restored: any, anyActive: any, draining: any, away: any, servesWithoutStore: any, deaf: any }),
        ({ away, deaf, ...known }) => {
          const now = { ...facts, ...known, storeProblem: away ? 'away' : undefined, encoderProblem: deaf ? 'deaf' : undefined };
          expect(notReadyReasons(now).length === 0).toBe(serving(now)['faqmatch.v1.MatchService']);
        },
      ),
    );
    expect(serving({ ...facts, anyActive: false })).toMatchObject({
      '': true,
      'faqmatch.v1.CorpusAdminService': true,
      'faqmatch.v1.FaqService': false,
    });
  });

  it('serves lookups from memory while the store is away, and nothing that needs it', () => {
    expect(serving({ ...facts, storeProblem: 'away' })).toMatchObject({
      '': true,
      'faqmatch.v1.MatchService': false,
      'faqmatch.v1.CorpusAdminService': false,
      'faqmatch.v1.FaqService': true,
    });
    expect(notReadyReasons({ ...facts, storeProblem: 'Qdrant cannot be reached.' })).toEqual([
      'The store is out of reach: Qdrant cannot be reached.',
    ]);
    expect(notReadyReasons({ ...facts, restored: false, storeProblem: 'Qdrant cannot be reached.' })).toEqual([
      'The store is waited for: Qdrant cannot be reached.',
    ]);
  });
});

describe('serving without the remote encoder', () => {
  const facts = {
    restored: true,
    restoreProblem: undefined,
    anyActive: true,
    draining: false,
    storeProblem: undefined,
    servesWithoutStore: false,
  };

  it('keeps chatbots away and lets admins switch versions', () => {
    const now = { ...facts, encoderProblem: 'The remote encoder cannot be reached.' };
    expect(serving(now)).toMatchObject({
      '': true,
      'faqmatch.v1.MatchService': false,
      'faqmatch.v1.CorpusAdminService': true,
      'faqmatch.v1.FaqService': true,
    });
    expect(notReadyReasons(now)).toEqual(['The encoder is out of reach: The remote encoder cannot be reached.']);
  });
});

describe('small things', () => {
  it('splits a descriptor set into its files and skips what it does not know', () => {
    expect(splitDescriptorSet(Uint8Array.of(0x0a, 2, 1, 2, 0x10, 5, 0x0a, 0)).map((file) => [...file])).toEqual([[1, 2], []]);
  });
});
